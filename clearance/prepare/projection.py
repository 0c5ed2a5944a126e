"""One projection that adds some columns and drops others.

Spark analyses the whole plan again for each step that is added to a frame. One `select` in place of
`withColumns` and `drop` is analysed once.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def projected(
    rows: DataFrame, columns: Mapping[str, Column] | None = None, *, without: tuple[str, ...] = ()
) -> DataFrame:
    """The rows with added or replaced columns, and without some columns.

    Args:
        rows: any rows.
        columns: the added or replaced columns by name; each reads the columns of `rows`.
        without: the names of columns to drop; a name that `rows` does not have is ignored.
    """
    new = columns or {}
    dropped = [name for name in rows.columns if name in new or name in without]
    others = F.expr(f"* EXCEPT ({', '.join(dropped)})") if dropped else F.col("*")
    return rows.select(others, *[column.alias(name) for name, column in new.items()])
