"""What a step took: time, CPU, rows, bytes, from figures that Spark keeps anyway.

No query is asked and nothing is read back. In a process of its own Spark has counters for its one
executor; on a cluster the figures of the stages are added up, of those that it still keeps. Where a
platform does not show them there is the time alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

Figures = dict[str, int]
"""Milliseconds, rows and bytes by name; what is not known is not there."""

MILLISECONDS, CPU = "milliseconds", "cpu_milliseconds"
# A figure, the counter of the executor in this process, and the same of a stage.
COUNTED = (
    ("rows_read", "METRIC_INPUT_RECORDS_READ", "inputRecords"),
    ("rows_written", "METRIC_OUTPUT_RECORDS_WRITTEN", "outputRecords"),
    ("bytes_read", "METRIC_INPUT_BYTES_READ", "inputBytes"),
    ("bytes_written", "METRIC_OUTPUT_BYTES_WRITTEN", "outputBytes"),
    ("bytes_shuffled", "METRIC_SHUFFLE_BYTES_WRITTEN", "shuffleWriteBytes"),
    ("bytes_spilled", "METRIC_DISK_BYTES_SPILLED", "diskBytesSpilled"),
)
SWEEP = "determine"


class Meter:
    """A step's figures while it runs.

    Args:
        spark: the session that it works with, and nobody else meanwhile.
    """

    def __init__(self, spark: Any) -> None:
        self._context = spark.sparkContext
        self._local = str(self._context.master).startswith("local")
        self._began = time.monotonic()
        self._stage = -1 if self._local else _newest_stage(self._context)
        self._before = self._counted()

    def figures(self) -> Figures:
        """What the step has taken until now."""
        taken = {MILLISECONDS: int((time.monotonic() - self._began) * 1000)}
        if not self._before:
            return taken
        return taken | {name: now - self._before[name] for name, now in self._counted().items()}

    def _counted(self) -> Figures:
        try:
            cpu = _process_cpu(self._context)
            if self._local:
                return {CPU: cpu, **_of_executor(self._context)}
            of_stages = _of_stages(self._context, after=self._stage)
            return of_stages | {CPU: cpu + of_stages[CPU]}
        except Exception:  # a platform may hide any of this; a step never fails for it
            return {}


def _process_cpu(context: Any) -> int:
    """Milliseconds of CPU of this process and its JVM so far."""
    system = context._jvm.org.apache.spark.SparkEnv.get().metricsSystem()
    source = system.getSourcesByName("JVMCPU").apply(0)
    nanoseconds = source.metricRegistry().getGauges().get("jvmCpuTime").getValue()
    return int(nanoseconds // 1_000_000 + time.process_time() * 1000)


def _of_executor(context: Any) -> Figures:
    system = context._jvm.org.apache.spark.SparkEnv.get().metricsSystem()
    source = system.getSourcesByName("executor").apply(0)
    return {name: getattr(source, counter)().getCount() for name, counter, _ in COUNTED}


def _newest_stage(context: Any) -> int:
    try:
        newest = _stages(context)
        return int(newest.apply(0).stageId()) if newest.size() else -1
    except Exception:
        return -1


def _stages(context: Any) -> Any:
    """What Spark keeps of its stages, the newest first."""
    state = context._jsc.sc()
    state.listenerBus().waitUntilEmpty()
    nothing = context._gateway.new_array(context._jvm.double, 0)
    return state.statusStore().stageList(None, False, False, nothing, None)


def _of_stages(context: Any, *, after: int) -> Figures:
    """The figures of the stages after one, and their tasks' CPU."""
    found = dict.fromkeys([CPU, *(name for name, _, _ in COUNTED)], 0)
    stages = _stages(context)
    for place in range(stages.size()):
        stage = stages.apply(place)
        if stage.stageId() <= after:
            break
        found[CPU] += stage.executorCpuTime() // 1_000_000
        for name, _, field in COUNTED:
            found[name] += getattr(stage, field)()
    return found


@dataclass(frozen=True)
class _Taken:
    """A step that has ended in this process."""

    root: str
    step: str
    figures: Figures


_taken: list[_Taken] = []
_running: ContextVar[Meter | None] = ContextVar("running", default=None)


def begin_command() -> None:
    """Forget the steps of an earlier command of this process."""
    _taken.clear()


@contextmanager
def metered(step: str, spark: Any, root: str) -> Iterator[Meter]:
    """Measure a step, and keep its figures once it has ended well.

    Args:
        step: its name.
        spark: the session.
        root: of the store that it works on.
    """
    meter = Meter(spark)
    outer = _running.set(meter)
    try:
        yield meter
        _taken.append(_Taken(root, step, meter.figures()))
    finally:
        _running.reset(outer)


def steps_taken() -> dict[str, Figures]:
    """The figures of this command's steps so far, by name; those of one name together."""
    return _by_step(_taken)


def steps_behind(root: str) -> dict[str, Figures]:
    """What the sweep that is under way has taken, and what this process did for it before.

    Steps that were commands of their own have said it in their own `--json`.

    Args:
        root: of the store.
    """
    since: list[_Taken] = []
    for taken in _taken:
        if taken.root == root:
            since = [] if taken.step == SWEEP else [*since, taken]
    running = _running.get()
    now = {} if running is None else {SWEEP: running.figures()}
    return _by_step(since) | now


def _by_step(taken: Iterable[_Taken]) -> dict[str, Figures]:
    steps: dict[str, Figures] = {}
    for each in taken:
        before = steps.get(each.step, {})
        names = [*each.figures, *(name for name in before if name not in each.figures)]
        steps[each.step] = {name: each.figures.get(name, 0) + before.get(name, 0) for name in names}
    return steps


def summary(steps: Mapping[str, Figures]) -> list[str]:
    """A line a step, one for all where there are several, below a heading; empty without steps."""
    if not steps:
        return []
    heading = (
        f"{'':10}{'seconds':>9}{'CPU s':>9}{'rows read':>14}{'written':>14}"
        f"{'read':>10}{'written':>10}{'shuffled':>10}{'spilled':>10}"
    )
    lines = [_line(step, figures) for step, figures in steps.items()]
    if len(steps) > 1:
        every = _by_step(_Taken("", "all", figures) for figures in steps.values())
        lines.append(_line("all", every["all"]))
    return [heading, *lines]


def _line(step: str, figures: Figures) -> str:
    seconds = figures.get(MILLISECONDS, 0) / 1000
    cpu = f"{figures[CPU] / 1000:9.1f}" if CPU in figures else f"{'-':>9}"
    rows = "".join(
        f"{figures[name]:14,}" if name in figures else f"{'-':>14}"
        for name in ("rows_read", "rows_written")
    )
    sizes = "".join(
        f"{_size(figures[name]):>10}" if name in figures else f"{'-':>10}"
        for name in ("bytes_read", "bytes_written", "bytes_shuffled", "bytes_spilled")
    )
    return f"{step:10}{seconds:9.1f}{cpu}{rows}{sizes}"


def _size(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
