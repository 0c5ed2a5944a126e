"""`source_files` as a ledger: what was recorded of a file later replaces what was before."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

ACCEPTED = "accepted"
REFUSED = "refused"


def latest_files(rows: DataFrame) -> DataFrame:
    """One row a research file as it stands, in the columns of `source_files`.

    The last row of a content (`sha256`) counts; of rows of one moment an accepted one. A refused
    row also gives way to any later one of its path: the file was sent again, corrected.

    Args:
        rows: `source_files`, every attempt ever recorded.
    """
    moment = F.struct("ingested_at", (F.col("status") == ACCEPTED).alias("accepted"), "extract")
    at, of_path, of_content = "moment", "latest of path", "latest of content"
    found = rows.withColumn(at, moment).withColumns(
        {
            of_content: F.max(at).over(Window.partitionBy("sha256")),
            of_path: F.max(at).over(Window.partitionBy("path")),
        }
    )
    is_last = F.col(at) == F.col(of_content)
    corrected = (F.col("status") == REFUSED) & (F.col(at) < F.col(of_path))
    return found.where(is_last & ~corrected).select(*rows.columns)
