"""Small tables of literals, made by the JVM alone.

`createDataFrame` starts Python workers that hand the rows over; a table that the driver holds
anyway goes into the plan as one JSON literal instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F


def literal_table(spark: SparkSession, rows: Iterable[Sequence[object]], ddl: str) -> DataFrame:
    """One row a sequence of values.

    Args:
        spark: the session.
        rows: values in the order of the columns: texts, numbers, booleans, lists, ISO dates, None.
        ddl: the columns with simple types, `name type, name type`.
    """
    columns = [column.split() for column in ddl.split(",")]
    names = [name for name, *_ in columns]
    fields = ", ".join(f"{name}:{' '.join(kind)}" for name, *kind in columns)
    text = json.dumps([dict(zip(names, row, strict=True)) for row in rows])
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
