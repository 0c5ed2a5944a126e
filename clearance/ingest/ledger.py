"""Reads the ledger of files, `source_files`: rows are only added, the latest of a file counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession, Window
from pyspark.sql import functions as F

from clearance.platform.store.store import Store, storage_faults

ACCEPTED = "accepted"
REFUSED = "refused"


def read_ledger(spark: SparkSession, store: Store) -> list[Row]:
    """The current rows of `source_files`, one per file; empty in a new store.

    Args:
        spark: the session.
        store: the store.
    """
    if not store.exists(spark, "source_files"):
        return []
    with storage_faults("reading source_files"):
        return latest_files(store.read(spark, "source_files")).collect()


def latest_files(rows: DataFrame) -> DataFrame:
    """One row per research file: the current row of `source_files`, with its columns.

    The last row of a content (`sha256`) is current; of rows of the same moment, an accepted one. A
    refused row is not current where its path has a later row: the file was corrected.

    Args:
        rows: `source_files`, every attempt ever recorded.
    """
    moment = F.struct("ingested_at", (F.col("status") == ACCEPTED).alias("accepted"), "extract")
    at, of_path, rank = "moment", "latest of path", "rank of content"
    latest_first = Window.partitionBy("sha256").orderBy(F.col(at).desc())
    ranked = rows.withColumn(at, moment).withColumns(
        {
            # A row number, so that of two attempts at the same moment a single one is current.
            rank: F.row_number().over(latest_first),
            of_path: F.max(at).over(Window.partitionBy("path")),
        }
    )
    corrected = (F.col("status") == REFUSED) & (F.col(at) < F.col(of_path))
    return ranked.where((F.col(rank) == 1) & ~corrected).select(*rows.columns)


def latest_rows(rows: Sequence[Row]) -> list[Row]:
    """One row per research file, as in `latest_files`, of rows in memory.

    Args:
        rows: of `source_files`, every attempt ever recorded.
    """
    of_content: dict[str, Row] = {}
    of_path: dict[str, Row] = {}
    for row in sorted(rows, key=_moment):
        of_content[row["sha256"]] = of_path[row["path"]] = row
    return [
        row
        for row in of_content.values()
        if row["status"] != REFUSED or _moment(row) == _moment(of_path[row["path"]])
    ]


def _moment(row: Row) -> tuple[Any, ...]:
    return row["ingested_at"], row["status"] == ACCEPTED, row["extract"] or ""


def latest_day(rows: list[Row]) -> date | None:
    """The latest day of an accepted extract; None where none has a day.

    Args:
        rows: the current rows of `source_files`.
    """
    days = [row["extract_date"] for row in rows if row["status"] == ACCEPTED]
    return max((day for day in days if day is not None), default=None)


def format_ledger_note(*, extract: str, status: str, after: int, latest: date | None) -> str:
    """The note of a commit to `source_files`, with the facts that a sweep needs of the ledger.

    Args:
        extract: the extract that is recorded.
        status: accepted or refused.
        after: the version of the table before.
        latest: the latest day of an accepted extract, this one included.
    """
    day = latest.isoformat() if latest else None
    return json.dumps({"extract": extract, "status": status, "after": after, "latest": day})


def refused_since(spark: SparkSession, store: Store) -> str | None:
    """The extract of the last ingest, where it was refused; None otherwise.

    The note of the last commit has it; the table is read where an earlier release wrote the note.

    Args:
        spark: the session.
        store: the store.
    """
    commit = store.last_commit(spark, "source_files")
    if commit is None:
        return None
    try:
        note = json.loads(commit.note or "{}")
        status, extract = note["status"], note["extract"]
    except (ValueError, KeyError, TypeError):
        last = max(read_ledger(spark, store), key=lambda row: row["ingested_at"])
        status, extract = last["status"], last["extract"]
    return str(extract) if status == REFUSED else None


def refused_sentence(extract: str) -> str:
    """The sentence about an extract that was refused since the last accepted one."""
    return f"extract {extract} was refused since the last one that was accepted: none of it is here"


def latest_extract_day(spark: SparkSession, store: Store) -> date | None:
    """The latest day of an accepted extract of the store; None where none has a day.

    The note of the last commit has it; the table is read where an earlier release wrote the note.

    Args:
        spark: the session.
        store: the store.
    """
    commit = store.last_commit(spark, "source_files")
    try:
        day = json.loads((commit and commit.note) or "{}")["latest"]
        return date.fromisoformat(day) if day else None
    except (ValueError, KeyError, TypeError):
        return latest_day(read_ledger(spark, store))
