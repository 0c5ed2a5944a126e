"""Progress of Spark's running jobs: their tasks, the rows they have read, and the time left."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any

ENOUGH = 3.0
"""Seconds after which the pace so far gives an estimate of the time left."""


@dataclass(frozen=True)
class Work:
    """Work under way.

    Attributes:
        name: identifies the work; the next has another name.
        done: the number of its parts that are done.
        total: the number of its parts.
        rows: the number of rows read or written so far.
        parts: the word for its parts.
        whole: whether it is all the work of the step; else it is one pass of several.
    """

    name: str
    done: int
    total: int
    rows: int
    parts: str = "tasks"
    whole: bool = False


@dataclass
class Pace:
    """The pace of work, measured from the moment it is first seen.

    Attributes:
        name: the name of the work that was seen last.
        began: when it was first seen, in seconds of the monotonic clock.
    """

    name: str = ""
    began: float = field(default_factory=time.monotonic)

    def describe(self, work: Work | None, *, now: float) -> str:
        """Rows, parts and time left, to follow the name of the step; empty without work.

        Args:
            work: the current work.
            now: in seconds of the monotonic clock.
        """
        if work is None or not work.total:
            return ""
        if work.name != self.name:
            self.name, self.began = work.name, now
        rows = f"{work.rows:,} rows, " if work.rows else ""
        description = f": {rows}{work.done:,} of {work.total:,} {work.parts}"
        spent = now - self.began
        if spent < ENOUGH or not work.done:
            return description
        left = spent * (work.total - work.done) / work.done
        return f"{description}, about {_time(left)} left{'' if work.whole else ' of this pass'}"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def spark_work() -> Work | None:
    """The running jobs of Spark; None where no job runs, or no session is open."""
    # Not imported: importing Spark takes long, and without it no job can run.
    pyspark: Any = sys.modules.get("pyspark")
    context = pyspark.SparkContext._active_spark_context if pyspark is not None else None
    if context is None:
        return None
    try:
        return _of_jobs(context)
    except Exception:  # the session may end meanwhile
        return None


def _of_jobs(context: Any) -> Work | None:
    tracker = context.statusTracker()
    jobs = sorted(tracker.getActiveJobsIds())
    infos = [tracker.getJobInfo(job) for job in jobs]
    stages = sorted({stage for info in infos if info is not None for stage in info.stageIds})
    status = context._jsc.sc().statusStore()
    done = total = rows = 0
    for stage in stages:
        info = tracker.getStageInfo(stage)
        if info is None:
            continue
        done += info.numCompletedTasks
        total += info.numTasks
        if info.numActiveTasks or info.numCompletedTasks:
            attempt = status.lastStageAttempt(stage)
            rows += attempt.inputRecords() + attempt.shuffleReadRecords()
    name = ",".join(map(str, jobs))
    return Work(name, done, total, rows) if jobs else None
