"""Broadcasts: rows that are sent to every worker because they are few, or their files small.

Spark estimates the size of rows by the whole table that they are read from, and has no estimate for
a result of several operators. So a join gets a broadcast hint only where a count or a table's log
proves that a side is small; without a hint Spark decides.
"""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# Rows of short columns that may go to every worker.
BROADCAST_ROWS = 500_000
# Bytes of a table's files whose rows may go to every worker: compressed, some million short rows.
BROADCAST_BYTES = 8 << 20
# Spark's estimate for rows whose size it cannot know is larger.
_NO_FILE = 1 << 62


def broadcast_if_few(rows: DataFrame, *, at_most: int) -> DataFrame:
    """The rows, with a broadcast hint where they are few enough.

    Without the hint Spark would often shuffle every record once more.

    Args:
        rows: the small side of a join.
        at_most: an upper bound of their number.
    """
    return F.broadcast(rows) if at_most <= BROADCAST_ROWS else rows


def broadcast_if_small(rows: DataFrame, *, of: DataFrame) -> DataFrame:
    """The rows, with a broadcast hint where the table that they are taken from is small.

    Args:
        rows: at most as many as the table has.
        of: the table, or rows read from it.
    """
    return F.broadcast(rows) if total_file_bytes(of) <= BROADCAST_BYTES else rows


def total_file_bytes(rows: DataFrame) -> int:
    """The size of the files of all tables that rows are read from, by the tables' logs: no query.

    Args:
        rows: any; rows that do not come from files count as 0 bytes.
    """
    frame: Any = rows
    leaves = frame._jdf.queryExecution().analyzed().collectLeaves()
    sizes = (int(leaves.apply(index).stats().sizeInBytes()) for index in range(leaves.size()))
    return sum(size for size in sizes if size < _NO_FILE)
