"""Several small results from one query, so that the fixed cost of a query is paid once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import reduce

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

_PART = "part of the query"
_ADAPTIVE = "spark.sql.adaptive.enabled"


def collect_parts(parts: Mapping[str, DataFrame]) -> dict[str, list[Row]]:
    """The rows of each part, unordered. A column name has the same type in every part.

    Args:
        parts: small results by name, at least one.
    """
    named = [frame.withColumn(_PART, F.lit(name)) for name, frame in parts.items()]
    union = reduce(lambda upper, lower: upper.unionByName(lower, allowMissingColumns=True), named)
    columns_of = {name: frame.columns for name, frame in parts.items()}
    rows_of: dict[str, list[Row]] = {name: [] for name in parts}
    with without_adaptive_execution(union.sparkSession):
        rows = union.collect()
    for row in rows:
        columns = columns_of[row[_PART]]
        rows_of[row[_PART]].append(Row(*columns)(*(row[column] for column in columns)))
    return rows_of


@contextmanager
def without_adaptive_execution(spark: SparkSession) -> Iterator[None]:
    """Turns adaptive execution off for queries of many small stages.

    Adaptive execution runs a job per stage and plans the rest of the query after each.

    Args:
        spark: the session.
    """
    before = spark.conf.get(_ADAPTIVE)
    spark.conf.set(_ADAPTIVE, "false")
    try:
        yield
    finally:
        spark.conf.set(_ADAPTIVE, before or "true")
