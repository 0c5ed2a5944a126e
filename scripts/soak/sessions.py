"""Helpers for Spark sessions of tests and soaks: many small jobs, in one process or in many."""

from __future__ import annotations

from typing import Any

from py4j.java_gateway import get_method
from pyspark.sql import SparkSession

# Options of a JVM that compiles quickly rather than well. With the small code cache that goes with
# this it would stop compiling after a while. Plans come and go: half of the heap is for the new.
QUICK = "-XX:NewRatio=1"


def forget_ended_jobs(spark: SparkSession) -> None:
    """Free the plans of jobs that have ended; call it while no job runs.

    Spark 4.2 keeps the jobs of some queries by the query's number when the query is over, and with
    them their plans: some 40 MB a prepare and sweep, until collecting garbage is all that it does.

    Args:
        spark: a session in this process.
    """
    context: Any = spark.sparkContext._jsc
    # `clear` of a map in Python removes key by key, and never finds a long number.
    get_method(context.sc().dagScheduler().activeQueryToJobs(), "clear")()
