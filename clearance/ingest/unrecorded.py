"""Rolls back the rows of an ingest that ended before its files were recorded.

The note of the last commit to `source_rows` names its extract; `source_files` lists the extracts
that were loaded whole. Where the extract is not listed, no step may use the rows, and the next
ingest first restores the rows before them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from clearance.errors import UsageError
from clearance.ingest.ledger import ACCEPTED
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.commits import Commit
from clearance.platform.store.earlier_tables import with_later_columns
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.progress import print_line
from clearance.schemas import SOURCE_ROWS


def check_recorded(spark: SparkSession, store: Store) -> None:
    """Refuse source rows of an ingest that did not finish.

    Raises:
        UsageError: an ingest ended before it was done.
    """
    if _find_unrecorded(spark, store, recorded=()) is not None:
        raise UsageError(
            f"The store {store.uri} holds rows of an ingest that did not finish.",
            "Run the same `clearance ingest` (or `run`) again; it takes these rows back first.",
        )


def roll_back_unrecorded(spark: SparkSession, store: Store, *, recorded: Iterable[Row]) -> None:
    """Restore the `source_rows` from before the last ingest, if that did not finish.

    Args:
        spark: the session.
        store: the store.
        recorded: the current rows of `source_files`.
    """
    commit = _find_unrecorded(spark, store, recorded=recorded)
    if commit is not None:
        print_line("The last ingest did not finish: its rows are taken back.")
        roll_back(spark, store, commit)


def roll_back(spark: SparkSession, store: Store, commit: Commit) -> None:
    """Restore the `source_rows` from before their last commit.

    Args:
        spark: the session.
        store: the store.
        commit: the last commit to `source_rows`.
    """
    before = store.last_commit(spark, "source_rows", until=commit.version - 1)
    note = json.dumps({"taken_back": commit.version})
    rows = (
        literal_table(spark, [], SOURCE_ROWS.types)
        if before is None
        else with_later_columns(
            store.read(spark, "source_rows", version=before.version), SOURCE_ROWS
        )
    )
    if before is not None and before.note is not None:
        note = before.note
    with store.compare_and_commit(spark, "source_rows", after=commit.version, note=note):
        store.replace(rows, "source_rows")


def _find_unrecorded(
    spark: SparkSession, store: Store, *, recorded: Iterable[Row]
) -> Commit | None:
    """The last commit to `source_rows`, if its ingest did not finish; else None.

    The note of the last commit to `source_files` mostly has its extract; else the table is read.
    """
    commit = store.last_commit(spark, "source_rows")
    extract = None if commit is None else extract_of(commit)
    if extract is None:
        return None  # there is no table, or another program wrote it
    ledger = store.last_commit(spark, "source_files")
    if ledger is None:
        return commit
    note = _parse_note(ledger)
    if (note.get("extract"), note.get("status")) == (extract, ACCEPTED):
        return None
    if any(row["extract"] == extract and row["status"] == ACCEPTED for row in recorded):
        return None
    rows = store.read(spark, "source_files")
    taken_in = rows.where((F.col("extract") == extract) & (F.col("status") == ACCEPTED))
    with storage_faults("reading source_files"):
        return commit if taken_in.isEmpty() else None


def extract_of(commit: Commit) -> str | None:
    """The extract that a commit wrote, by its note; None where it has none.

    Args:
        commit: a commit to `source_rows` or `source_files`.
    """
    extract = _parse_note(commit).get("extract")
    return None if extract is None else str(extract)


def _parse_note(commit: Commit) -> dict[str, object]:
    try:
        note = json.loads(commit.note or "{}")
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}
