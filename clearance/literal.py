"""Small tables written out in the plan, made by the JVM alone: `createDataFrame` starts workers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def literal_table(
    spark: SparkSession, rows: Iterable[tuple[object, ...]], types: Mapping[str, str]
) -> DataFrame:
    """A row is one of `rows`, in order, in one partition.

    Args:
        spark: the session.
        rows: values that JSON holds, in the order of the columns; dates and times as ISO text.
        types: the type of each column, in order.
    """
    text = json.dumps([dict(zip(types, row, strict=True)) for row in rows])
    fields = ", ".join(f"`{name}`:{kind}" for name, kind in types.items())
    table = F.from_json(F.lit(text), f"array<struct<{fields}>>")
    return spark.range(0, 1, 1, 1).select(F.inline(table))
