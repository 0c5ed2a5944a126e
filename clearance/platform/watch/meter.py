"""Measures a step: time, CPU, rows and bytes, from figures that Spark has anyway.

No query is run and nothing is read back. A local Spark has counters of its one executor; on a
cluster the figures of the stages that Spark still has are added up. Where a platform does not show
them, a step's figures are its time alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

Figures = dict[str, int]
"""Milliseconds, rows and bytes by name; an unknown figure has no entry."""

MILLISECONDS, CPU = "milliseconds", "cpu_milliseconds"
# A figure's name, the name of the local executor's counter, and the name of a stage's field.
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
        spark: the session of the step; nothing else may use it meanwhile.
    """

    def __init__(self, spark: Any) -> None:
        self._context = spark.sparkContext
        self._local = str(self._context.master).startswith("local")
        self._began = time.monotonic()
        self._stage = -1 if self._local else _newest_stage(self._context)
        self._before = self._counted()

    def figures(self) -> Figures:
        """The step's figures until now."""
        elapsed = {MILLISECONDS: int((time.monotonic() - self._began) * 1000)}
        if not self._before:
            return elapsed
        return elapsed | {name: now - self._before[name] for name, now in self._counted().items()}

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
    """The stages that Spark still has figures of, the newest first."""
    spark_context = context._jsc.sc()
    spark_context.listenerBus().waitUntilEmpty()
    no_quantiles = context._gateway.new_array(context._jvm.double, 0)
    return spark_context.statusStore().stageList(None, False, False, no_quantiles, None)


def _of_stages(context: Any, *, after: int) -> Figures:
    """The figures of the stages after the stage with the id `after`, and their tasks' CPU."""
    figures = dict.fromkeys([CPU, *(name for name, _, _ in COUNTED)], 0)
    stages = _stages(context)
    for index in range(stages.size()):
        stage = stages.apply(index)
        if stage.stageId() <= after:
            break
        figures[CPU] += stage.executorCpuTime() // 1_000_000
        for name, _, field in COUNTED:
            figures[name] += getattr(stage, field)()
    return figures


@dataclass(frozen=True)
class _EndedStep:
    """A step that has ended in this process, and its figures."""

    root: str
    step: str
    figures: Figures


_steps: list[_EndedStep] = []
_running: ContextVar[Meter | None] = ContextVar("running", default=None)


def begin_command() -> None:
    """Forget the steps of an earlier command of this process."""
    _steps.clear()


@contextmanager
def metered(step: str, spark: Any, root: str) -> Iterator[Meter]:
    """Measure a step, and record its figures if it ends without an error.

    Args:
        step: its name.
        spark: the session.
        root: the root of the step's store.
    """
    meter = Meter(spark)
    outer = _running.set(meter)
    try:
        yield meter
        _steps.append(_EndedStep(root, step, meter.figures()))
    finally:
        _running.reset(outer)


def steps_taken() -> dict[str, Figures]:
    """The figures of this command's steps so far, by name; steps of one name are added up."""
    return _by_step(_steps)


def steps_behind(root: str) -> dict[str, Figures]:
    """The figures of the sweep under way, and of this process's steps on its store before it.

    Steps that ran as separate commands are not included: their own `--json` has their figures.

    Args:
        root: the root of the store.
    """
    since: list[_EndedStep] = []
    for ended in _steps:
        if ended.root == root:
            since = [] if ended.step == SWEEP else [*since, ended]
    running = _running.get()
    now = {} if running is None else {SWEEP: running.figures()}
    return _by_step(since) | now


def _by_step(ended_steps: Iterable[_EndedStep]) -> dict[str, Figures]:
    """Figures by the name of the step; steps of one name are added up."""
    sums: dict[str, Figures] = {}
    for ended in ended_steps:
        before = sums.get(ended.step, {})
        sums[ended.step] = ended.figures | {
            name: ended.figures.get(name, 0) + value for name, value in before.items()
        }
    return sums


def summary(steps: Mapping[str, Figures]) -> list[str]:
    """A heading, a line per step, and a line of sums for several steps; empty without steps."""
    if not steps:
        return []
    heading = (
        f"{'':10}{'seconds':>9}{'CPU s':>9}{'rows read':>14}{'written':>14}"
        f"{'read':>10}{'written':>10}{'shuffled':>10}{'spilled':>10}"
    )
    lines = [_line(step, figures) for step, figures in steps.items()]
    if len(steps) > 1:
        sums = _by_step(_EndedStep("", "all", figures) for figures in steps.values())
        lines.append(_line("all", sums["all"]))
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
