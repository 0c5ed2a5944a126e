"""Several small results from one query: what a query costs on a cold JVM is paid once for all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

_PART = "part of the query"


def collected(parts: Mapping[str, DataFrame]) -> dict[str, list[Row]]:
    """The rows of each part, in no order. Columns of one name have one type in all parts.

    Args:
        parts: small results by name, at least one.
    """
    named = [frame.withColumn(_PART, F.lit(name)) for name, frame in parts.items()]
    whole = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), named)
    own = {name: frame.columns for name, frame in parts.items()}
    found: dict[str, list[Row]] = {name: [] for name in parts}
    for row in whole.collect():
        columns = own[row[_PART]]
        found[row[_PART]].append(Row(*columns)(*(row[column] for column in columns)))
    return found
