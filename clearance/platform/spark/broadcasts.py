"""What is sent to every worker: rows that are few, or whose files are small.

Spark's own guess of a size is of the whole table beneath a frame, and of a result that was put
together it is nothing. So a join is told to send one side only where a count or a log says that it
is small; any other goes by Spark's guess, which sends little.
"""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# Rows of short columns that may go to every worker.
BROADCAST_ROWS = 500_000
# Bytes of a table's files whose rows may: compressed, some million rows of a few short columns.
BROADCAST_BYTES = 8 << 20
# What Spark says of rows whose size it cannot know.
_NO_FILE = 1 << 62


def sent_where_few(rows: DataFrame, *, at_most: int) -> DataFrame:
    """The rows, to be sent to every worker where they are few enough.

    Spark's guess of their size would often move every record through one more shuffle.

    Args:
        rows: any.
        at_most: how many there can be.
    """
    return F.broadcast(rows) if at_most <= BROADCAST_ROWS else rows


def sent_where_small(rows: DataFrame, *, of: DataFrame) -> DataFrame:
    """The rows, to be sent to every worker where the table is small that they are taken from.

    Args:
        rows: no more than the table has.
        of: the table, or what the rows were taken from.
    """
    return F.broadcast(rows) if bytes_of(of) <= BROADCAST_BYTES else rows


def bytes_of(rows: DataFrame) -> int:
    """The size of the files of all tables that rows are taken from, by the tables' logs: no query.

    Args:
        rows: any; those that a program handed over itself lie in no file, and count for nothing.
    """
    frame: Any = rows
    leaves = frame._jdf.queryExecution().analyzed().collectLeaves()
    sizes = (int(leaves.apply(at).stats().sizeInBytes()) for at in range(leaves.size()))
    return sum(size for size in sizes if size < _NO_FILE)
