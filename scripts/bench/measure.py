"""Helpers of the benches: measure a command, from its process, Spark's event log and the tables.

What the benches share. A commit to compare with is run from a worktree of its own, in turn with
this checkout, so that both meet the same machine.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clearance.platform.paths import jars_folder

ROOT = Path(__file__).resolve().parents[2]
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Mark:
    """A line of progress, with the wall clock and CPU seconds at which it came."""

    line: str
    at: float
    cpu: float


@dataclass(frozen=True)
class Exchange:
    """A shuffle: the time when it began (wall clock), and the number of bytes it wrote."""

    at: float
    bytes: int


@dataclass(frozen=True)
class Run:
    """The cost of a command.

    Attributes:
        wall: seconds from its start to its end.
        cpu: seconds of CPU of all its processes.
        peak: bytes of memory of all its processes together, at most.
        task_cpu: seconds of CPU in Spark's tasks.
        executions: query executions.
        jobs: Spark jobs.
        commits: to the tables of its store.
        marks: lines of progress, the first at its start and the last at its end.
        exchanges: the shuffles that ran.
        output: what it wrote on stdout.
    """

    wall: float
    cpu: float
    peak: int
    task_cpu: float
    executions: int
    jobs: int
    commits: int
    marks: list[Mark]
    exchanges: list[Exchange]
    output: str


@dataclass
class Watch:
    """The CPU and memory of a process tree, sampled while it runs."""

    root: int
    peak: int = 0
    by_process: dict[int, float] = field(default_factory=dict)
    running: bool = True

    def look(self) -> None:
        """Sample until the tree has ended."""
        while self.running:
            memory: dict[tuple[str, int], int] = {}
            for process in self._tree():
                try:
                    stat = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
                    program = Path(f"/proc/{process}/cmdline").read_text()
                except OSError:
                    continue
                pages = int(stat[21])
                # A child that is not yet a program of its own is its parent, seen a second time.
                memory[program, pages] = pages * PAGE
                self.by_process[process] = (int(stat[11]) + int(stat[12])) / TICK
            self.peak = max(self.peak, sum(memory.values()))
            time.sleep(0.1)

    @property
    def cpu(self) -> float:
        """The CPU seconds of all processes so far."""
        return sum(self.by_process.values())

    def _tree(self) -> Iterator[int]:
        parents: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue
                parents.setdefault(parent, []).append(int(entry.name))
        waiting = [self.root]
        while waiting:
            process = waiting.pop()
            yield process
            waiting += parents.get(process, [])


def measured(command: list[str], *, tree: Path, store: Path, events: bool = True) -> Run:
    """Run and measure a command of a checkout, which must succeed.

    Args:
        command: the words; `clearance` stands for the checkout's own.
        tree: the checkout.
        store: the folder of the tables that it writes.
        events: whether Spark keeps an event log, without which there are no counts.
    """
    if command[0] == "clearance":
        command = [sys.executable, "-m", "clearance.cli", *command[1:]]
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "out").open("w+") as out:
        log = Path(folder) / "events"
        log.mkdir()
        own = {"PYTHONPATH": str(tree), "CLEARANCE_JARS": str(jars_folder())}
        if events:
            own["PYSPARK_SUBMIT_ARGS"] = _event_log(log)
        began = time.time()
        process = subprocess.Popen(
            command,
            cwd=tree,
            env=os.environ | own,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
        )
        watch = Watch(process.pid)
        looker = threading.Thread(target=watch.look)
        looker.start()
        marks = [Mark("Starting Spark", began, 0.0)]
        assert process.stderr is not None
        for line in process.stderr:
            marks.append(Mark(line.strip()[:60], time.time(), watch.cpu))
        code = process.wait()
        marks.append(Mark("", time.time(), watch.cpu))
        watch.running = False
        looker.join()
        if code:
            sys.exit(f"{' '.join(command[:5])} ended with {code}: {marks[-2].line}")
        out.seek(0)
        counts = _Events.read(log)
        return Run(
            wall=marks[-1].at - began,
            cpu=watch.cpu,
            peak=watch.peak,
            task_cpu=counts.task_cpu,
            executions=counts.executions,
            jobs=counts.jobs,
            commits=len(list(store.glob("*/_delta_log/" + "[0-9]" * 20 + ".json"))),
            marks=marks,
            exchanges=counts.exchanges,
            output=out.read(),
        )


def _event_log(folder: Path) -> str:
    settings = {"enabled": "true", "compress": "false", "dir": folder.as_uri()}
    given = [f"--conf spark.eventLog.{name}={value}" for name, value in settings.items()]
    return " ".join([*given, "pyspark-shell"])


@dataclass
class _Events:
    """The counts of an event log."""

    executions: int = 0
    jobs: int = 0
    task_cpu: float = 0.0
    exchanges: list[Exchange] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> _Events:
        """Count the events of the log in a folder."""
        counts = cls()
        for path in folder.rglob("events_*"):
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    counts._take(json.loads(line))
        return counts

    def _take(self, event: dict[str, Any]) -> None:
        kind = event["Event"]
        if kind.endswith("SparkListenerSQLExecutionStart"):
            self.executions += 1
        elif kind == "SparkListenerJobStart":
            self.jobs += 1
        elif kind == "SparkListenerStageCompleted":
            info = event["Stage Info"]
            values = {item["Name"]: item["Value"] for item in info["Accumulables"]}
            self.task_cpu += int(values.get("internal.metrics.executorCpuTime", 0)) / 1e9
            moved = values.get("internal.metrics.shuffle.write.bytesWritten")
            if moved is not None:
                self.exchanges.append(Exchange(info["Submission Time"] / 1000, int(moved)))


@contextmanager
def trees(against: str | None) -> Iterator[dict[str, Path]]:
    """This checkout, and the worktree of a commit to compare with, by name.

    Args:
        against: the commit.
    """
    if against is None:
        yield {"now": ROOT}
        return
    with tempfile.TemporaryDirectory() as folder:
        git = ["git", "-C", str(ROOT), "worktree"]
        tree = Path(folder) / "tree"
        subprocess.run([*git, "add", "--quiet", "--detach", tree, against], check=True)
        try:
            yield {against: tree, "now": ROOT}
        finally:
            subprocess.run([*git, "remove", "--force", tree], check=True)


def in_turn(
    checkouts: dict[str, Path], run: Callable[[Path], Run], *, times: int
) -> dict[str, list[Run]]:
    """The runs of each checkout, by its name, alternating between the checkouts.

    Args:
        checkouts: see `trees`.
        run: measures a run of a checkout.
        times: how often.
    """
    runs: dict[str, list[Run]] = {name: [] for name in checkouts}
    for turn in range(times):
        for name in list(checkouts) if turn % 2 == 0 else reversed(checkouts):
            runs[name].append(run(checkouts[name]))
    return runs


def compared(runs: dict[str, list[Run]]) -> Iterator[str]:
    """A line per checkout with the medians of its runs, and the ratios where there are two."""
    yield (
        f"{'':12} {'wall s':>7} {'CPU s':>7} {'task CPU s':>11} {'executions':>11} {'jobs':>5} "
        f"{'commits':>8} {'peak GiB':>9}"
    )
    wall, cpu = {}, {}
    for name, each in runs.items():
        wall[name] = statistics.median(run.wall for run in each)
        cpu[name] = statistics.median(run.cpu for run in each)
        task_cpu = statistics.median(run.task_cpu for run in each)
        peak = max(run.peak for run in each) / 2**30
        last = each[-1]
        yield (
            f"{name[:12]:12} {wall[name]:7.1f} {cpu[name]:7.1f} {task_cpu:11.1f} "
            f"{last.executions:11} {last.jobs:5} {last.commits:8} {peak:9.2f}"
        )
    if len(runs) > 1:
        before, now = runs
        yield f"{'ratio':12} {wall[now] / wall[before]:7.2f} {cpu[now] / cpu[before]:7.2f}"
