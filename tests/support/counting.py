"""How much a block asks of Spark and the store: query executions, jobs, commits; never seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession


@dataclass
class Counted:
    """What a block made.

    Attributes:
        executions: query executions, those within others and Delta's own among them.
        jobs: Spark jobs.
        commits: to the store's tables.
    """

    executions: int = 0
    jobs: int = 0
    commits: int = 0


# Of a first run, whatever the number of packs, counties or rows.
FIRST_RUN = Counted(executions=80, jobs=180, commits=9)
# Of a month in which one person in a hundred has changed.
LATER_MONTH = 120
# Of a run with nothing new.
NOTHING_NEW = 15


@contextmanager
def counted(spark: SparkSession, store: Path) -> Iterator[Counted]:
    """Count what the block makes of Spark and of a store; the figures are there at its end.

    Args:
        spark: the session that the block uses, and nobody else meanwhile.
        store: the folder of the tables.
    """
    found = Counted()
    executions, jobs, commits = _so_far(spark, store)
    yield found
    executions_now, jobs_now, commits_now = _so_far(spark, store)
    found.executions = executions_now - executions
    found.jobs = jobs_now - jobs
    found.commits = commits_now - commits


def _so_far(spark: SparkSession, store: Path) -> tuple[int, int, int]:
    """Executions and jobs of the session, and commits of the store."""
    session: Any = spark
    context = session.sparkContext._jsc.sc()
    # Spark tells its listeners of an execution some time after it has begun.
    context.listenerBus().waitUntilEmpty()
    known = session._jsparkSession.sharedState().statusStore()
    kept = known.executionsCount()
    # Of many only the last are kept, so the last one's number counts, not how many there are.
    last = known.executionsList(kept - 1, 1).apply(0).executionId() if kept else -1
    commits = len(list(store.glob("*/_delta_log/" + "[0-9]" * 20 + ".json")))
    return last + 1, context.dagScheduler().numTotalJobs(), commits
