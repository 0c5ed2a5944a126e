"""Small tables of literals, made by the JVM alone.

`createDataFrame` starts Python workers that send the rows. These tables are in the driver's memory
and go into the plan as one JSON literal instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F


def literal_table(
    spark: SparkSession, rows: Iterable[Sequence[object]], types: Mapping[str, str]
) -> DataFrame:
    """One row per element of `rows`, in order, in one partition.

    Args:
        spark: the session.
        rows: values that JSON can hold, in the order of the columns; dates and times as ISO text.
        types: the type of each column, in order.
    """
    text = json.dumps([dict(zip(types, row, strict=True)) for row in rows])
    fields = ", ".join(f"`{name}`:{kind}" for name, kind in types.items())
    table = F.from_json(F.lit(text), f"array<struct<{fields}>>")
    return spark.range(0, 1, 1, 1).select(F.inline(table))


def looked_up(key: Column, values: Mapping[str, object], kind: str) -> Column:
    """The value of a key, null where there is none; for mappings of some dozens.

    Args:
        key: a text.
        values: by key.
        kind: the values' type.
    """
    table = F.from_json(F.lit(json.dumps(values)), f"map<string, {kind}>")
    return F.try_element_at(table, key)
