"""Rows that are kept for the block in which two tables are made of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame


@contextmanager
def kept(rows: DataFrame) -> Iterator[DataFrame]:
    """The rows, worked out once, in a plan that begins with them.

    Spark puts what is kept into a plan when it runs it. Until then each step on top of the rows,
    and each command that writes them, would walk all of the steps beneath them once more.

    Args:
        rows: what is used more than once.
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
