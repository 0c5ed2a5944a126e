"""The ledger of files, `source_files`: rows are only added, and the latest of a file counts."""

from __future__ import annotations

import json
from datetime import date

from pyspark.sql import Row, SparkSession

from clearance.store import Store, storage_faults

ACCEPTED = "accepted"
REFUSED = "refused"


def read_ledger(spark: SparkSession, store: Store) -> list[Row]:
    """The rows of `source_files` that count: one a file and extract; none in a new store.

    Args:
        spark: the session.
        store: where the table is.
    """
    if not store.exists(spark, "source_files"):
        return []
    with storage_faults("reading source_files"):
        return latest_attempts(store.read(spark, "source_files").collect())


def latest_attempts(rows: list[Row]) -> list[Row]:
    """The attempts that no later one replaces, oldest first.

    An attempt at the same content, and one at the path of a refused file, replaces those before.

    Args:
        rows: of `source_files`.
    """
    in_order = sorted(rows, key=lambda row: (row["ingested_at"], row["status"] == ACCEPTED))
    by_content = {row["sha256"]: row for row in in_order}
    by_path = {row["path"]: row for row in in_order}
    return [
        row
        for row in in_order
        if by_content[row["sha256"]] is row
        and (row["status"] == ACCEPTED or by_path[row["path"]] is row)
    ]


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
