"""The ledger of files, `source_files`: rows are only added, and the latest of a file counts."""

from __future__ import annotations

import json
from datetime import date

from pyspark.sql import DataFrame, Row, SparkSession, Window
from pyspark.sql import functions as F

from clearance.platform.store.store import Store, storage_faults

ACCEPTED = "accepted"
REFUSED = "refused"


def read_ledger(spark: SparkSession, store: Store) -> list[Row]:
    """The rows of `source_files` that count, one a file; none in a new store.

    Args:
        spark: the session.
        store: where the table is.
    """
    if not store.exists(spark, "source_files"):
        return []
    with storage_faults("reading source_files"):
        return latest_files(store.read(spark, "source_files")).collect()


def latest_files(rows: DataFrame) -> DataFrame:
    """One row a research file as it stands, in the columns of `source_files`.

    The last row of a content (`sha256`) counts; of rows of one moment an accepted one. A refused
    row also gives way to any later one of its path: the file was sent again, corrected.

    Args:
        rows: `source_files`, every attempt ever recorded.
    """
    moment = F.struct("ingested_at", (F.col("status") == ACCEPTED).alias("accepted"), "extract")
    at, of_path, place = "moment", "latest of path", "place among its content"
    latest_first = Window.partitionBy("sha256").orderBy(F.col(at).desc())
    found = rows.withColumn(at, moment).withColumns(
        {
            # A number, not the latest moment: of two attempts at one moment one counts.
            place: F.row_number().over(latest_first),
            of_path: F.max(at).over(Window.partitionBy("path")),
        }
    )
    corrected = (F.col("status") == REFUSED) & (F.col(at) < F.col(of_path))
    return found.where((F.col(place) == 1) & ~corrected).select(*rows.columns)


def latest_day(rows: list[Row]) -> date | None:
    """The latest day of an accepted extract; None where none has a day.

    Args:
        rows: of `source_files`, those that count.
    """
    days = [row["extract_date"] for row in rows if row["status"] == ACCEPTED]
    return max((day for day in days if day is not None), default=None)


def ledger_note(*, extract: str, status: str, after: int, latest: date | None) -> str:
    """The note of a commit to `source_files`, with what a sweep asks of the ledger.

    Args:
        extract: that is recorded.
        status: accepted or refused.
        after: the version of the table before.
        latest: the latest day of an accepted extract, this one among them.
    """
    day = latest.isoformat() if latest else None
    return json.dumps({"extract": extract, "status": status, "after": after, "latest": day})


def refused_since(spark: SparkSession, store: Store) -> str | None:
    """The extract refused last, where none was accepted since; None where one was, or none refused.

    The note of the last commit tells; the table is read where an earlier release wrote it.

    Args:
        spark: the session.
        store: where the tables are.
    """
    commit = store.last_commit(spark, "source_files")
    if commit is None:
        return None
    try:
        said = json.loads(commit.note or "{}")
        status, extract = said["status"], said["extract"]
    except (ValueError, KeyError, TypeError):
        last = max(read_ledger(spark, store), key=lambda row: row["ingested_at"])
        status, extract = last["status"], last["extract"]
    return str(extract) if status == REFUSED else None


def said_of_refused(extract: str) -> str:
    """The sentence about an extract that was refused since the last accepted one."""
    return f"extract {extract} was refused since the last one that was accepted: none of it is here"


def latest_extract_day(spark: SparkSession, store: Store) -> date | None:
    """The latest day of an accepted extract of the store; None where none has a day.

    The note of the last commit has it; the table is read where an earlier release wrote it.

    Args:
        spark: the session.
        store: where the tables are.
    """
    commit = store.last_commit(spark, "source_files")
    try:
        day = json.loads((commit and commit.note) or "{}")["latest"]
        return date.fromisoformat(day) if day else None
    except (ValueError, KeyError, TypeError):
        return latest_day(read_ledger(spark, store))
