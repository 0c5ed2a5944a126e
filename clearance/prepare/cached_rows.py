"""Rows that are cached while two tables are made from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame


@contextmanager
def cached_rows(rows: DataFrame) -> Iterator[DataFrame]:
    """The rows, computed once and cached until the block ends, as the first step of a new plan.

    Spark puts cached rows into a plan only when the plan runs. Until then each step on top of them,
    and each command that writes them, would walk all of the steps beneath them once more.

    Args:
        rows: the rows that are used more than once.
    """
    rows.persist(StorageLevel.MEMORY_AND_DISK_DESER)
    spark: Any = rows.sparkSession
    frame: Any = rows
    try:
        plan = frame._jdf.queryExecution().withCachedData()
        dataset = spark._jvm.org.apache.spark.sql.classic.Dataset
        yield type(frame)(dataset.ofRows(spark._jsparkSession, plan), spark)
    finally:
        rows.unpersist()
