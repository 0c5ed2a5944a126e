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

    Spark replaces a plan by its cached rows only when the plan runs. Without a new plan, Spark
    would analyse all steps beneath the cached rows again for each step on top of them.

    Args:
        rows: the rows that more than one table is made from.
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
