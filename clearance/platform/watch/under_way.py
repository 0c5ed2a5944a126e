"""What Spark is doing right now: tasks of the jobs that run, and the rows that they have read."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any

ENOUGH = 3.0
"""Seconds after which what has been done says something about what is left."""


@dataclass(frozen=True)
class Work:
    """Work that is part done.

    Attributes:
        name: tells this work from the next.
        done: of its parts.
        total: its parts.
        rows: read or written by it so far.
        parts: what a part is.
        whole: whether it is all that is to be done; else it is one pass of several.
    """

    name: str
    done: int
    total: int
    rows: int
    parts: str = "tasks"
    whole: bool = False


@dataclass
class Pace:
    """How fast work goes, from the moment it is first seen.

    Attributes:
        name: of the work that was seen last.
        began: when it was first seen, in seconds of the clock that never goes back.
    """

    name: str = ""
    began: float = field(default_factory=time.monotonic)

    def said(self, work: Work | None, *, now: float) -> str:
        """Rows, parts and time left, for behind what is being done; empty for nothing.

        Args:
            work: as it is now.
            now: in seconds of the clock that never goes back.
        """
        if work is None or not work.total:
            return ""
        if work.name != self.name:
            self.name, self.began = work.name, now
        rows = f"{work.rows:,} rows, " if work.rows else ""
        said = f": {rows}{work.done:,} of {work.total:,} {work.parts}"
        spent = now - self.began
        if spent < ENOUGH or not work.done:
            return said
        left = spent * (work.total - work.done) / work.done
        return f"{said}, about {_time(left)} left{'' if work.whole else ' of this pass'}"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def spark_work() -> Work | None:
    """The jobs that run now; None where none does, or no session is open."""
    # Looked for, not imported: where nothing has loaded Spark it does nothing.
    loaded: Any = sys.modules.get("pyspark")
    context = loaded.SparkContext._active_spark_context if loaded is not None else None
    if context is None:
        return None
    try:
        return _of_jobs(context)
    except Exception:  # the session may end while it is asked
        return None


def _of_jobs(context: Any) -> Work | None:
    tracker = context.statusTracker()
    jobs = sorted(tracker.getActiveJobsIds())
    infos = [tracker.getJobInfo(job) for job in jobs]
    stages = sorted({stage for info in infos if info is not None for stage in info.stageIds})
    kept = context._jsc.sc().statusStore()
    done = total = rows = 0
    for stage in stages:
        info = tracker.getStageInfo(stage)
        if info is None:
            continue
        done += info.numCompletedTasks
        total += info.numTasks
        if info.numActiveTasks or info.numCompletedTasks:
            last = kept.lastStageAttempt(stage)
            rows += last.inputRecords() + last.shuffleReadRecords()
    name = ",".join(map(str, jobs))
    return Work(name, done, total, rows) if jobs else None
