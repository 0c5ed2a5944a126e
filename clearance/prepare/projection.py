"""One projection where columns are added and others are left out.

Spark analyses a plan anew at each step that a frame is put together of, and walks all of it each
time: what stands in one `select` is analysed once.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def projected(
    rows: DataFrame, columns: Mapping[str, Column] | None = None, *, without: tuple[str, ...] = ()
) -> DataFrame:
    """The rows with more columns, which may take the place of others, and without some.

    Args:
        rows: any.
        columns: by name; each reads the columns that `rows` has.
        without: names of columns that end here; one that is not there is left out as well.
    """
    new = columns or {}
    gone = [name for name in rows.columns if name in new or name in without]
    kept = F.expr(f"* EXCEPT ({', '.join(gone)})") if gone else F.col("*")
    return rows.select(kept, *[column.alias(name) for name, column in new.items()])
