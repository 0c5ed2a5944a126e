"""Several small results from one query: what a query costs on a cold JVM is paid once for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import reduce

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

_PART = "part of the query"
_ADAPTIVE = "spark.sql.adaptive.enabled"


def collect_parts(parts: Mapping[str, DataFrame]) -> dict[str, list[Row]]:
    """The rows of each part, in no order. Columns of one name have one type in all parts.

    Args:
        parts: small results by name, at least one.
    """
    named = [frame.withColumn(_PART, F.lit(name)) for name, frame in parts.items()]
    whole = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), named)
    own = {name: frame.columns for name, frame in parts.items()}
    found: dict[str, list[Row]] = {name: [] for name in parts}
    with without_adaptive_execution(whole.sparkSession):
        rows = whole.collect()
    for row in rows:
        columns = own[row[_PART]]
        found[row[_PART]].append(Row(*columns)(*(row[column] for column in columns)))
    return found


@contextmanager
def without_adaptive_execution(spark: SparkSession) -> Iterator[None]:
    """Around queries of many small stages: each is planned once and runs as one job.

    Adaptive execution makes a job of every stage and plans the rest anew after it.

    Args:
        spark: the session.
    """
    before = spark.conf.get(_ADAPTIVE)
    spark.conf.set(_ADAPTIVE, "false")
    try:
        yield
    finally:
        spark.conf.set(_ADAPTIVE, before or "true")
