"""What a plan costs to build: its steps, and what stands beneath rows that are kept."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.prepare.cached_rows import cached_rows
from clearance.prepare.projection import projected


def test_columns_are_added_replaced_and_left_out_in_one_step(spark: SparkSession) -> None:
    rows = spark.range(3).select("id", F.lit("a").alias("name"), F.lit(True).alias("old"))
    new = {"name": F.concat("name", F.lit("b")), "twice": F.col("id") * 2}
    found = projected(rows, new, without=("old", "no such column"))
    assert _nodes(found) == 1 + _nodes(rows)
    assert set(found.columns) == {"id", "name", "twice"}
    assert sorted(found.select("id", "name", "twice").collect()) == [
        (0, "ab", 0),
        (1, "ab", 2),
        (2, "ab", 4),
    ]
    assert projected(rows, without=("no such column",)).columns == rows.columns


def test_what_is_kept_begins_a_plan_of_its_own(spark: SparkSession) -> None:
    rows = spark.range(3).select((F.col("id") * 2).alias("even")).where("even > 0")
    with cached_rows(rows) as found:
        assert _plan(found).startswith("InMemoryRelation ")
        assert sorted(row.even for row in found.collect()) == [2, 4]
        assert rows.is_cached
    assert not rows.is_cached


def _nodes(rows: DataFrame) -> int:
    return len(_plan(rows).splitlines())


def _plan(rows: DataFrame) -> str:
    frame: Any = rows
    return str(frame._jdf.queryExecution().analyzed().toString()).strip()
