"""Rows of an ingest that ended before its files were recorded: nobody may rest on them.

The note of the last commit to `source_rows` names its extract, and `source_files` the extracts that
were taken in whole. The next ingest puts the rows back as they were before it does anything else.
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
from clearance.platform.watch.progress import say
from clearance.schemas import SOURCE_ROWS


def check_recorded(spark: SparkSession, store: Store) -> None:
    """Refuse source rows that no finished ingest stands for.

    Raises:
        UsageError: an ingest ended before it was done.
    """
    if _unrecorded(spark, store, recorded=()) is not None:
        raise UsageError(
            f"The store {store.uri} holds rows of an ingest that did not finish.",
            "Run the same `clearance ingest` (or `run`) again; it takes these rows back first.",
        )


def take_back_unrecorded(spark: SparkSession, store: Store, *, recorded: Iterable[Row]) -> None:
    """Put `source_rows` back to what it was before an ingest that did not finish, if one did not.

    Args:
        spark: the session.
        store: where the tables are.
        recorded: the rows of `source_files` that count.
    """
    commit = _unrecorded(spark, store, recorded=recorded)
    if commit is not None:
        say("The last ingest did not finish: its rows are taken back.")
        take_back(spark, store, commit)


def take_back(spark: SparkSession, store: Store, commit: Commit) -> None:
    """Put `source_rows` back to what it was before its last commit.

    Args:
        spark: the session.
        store: where the tables are.
        commit: the last one to `source_rows`.
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


def _unrecorded(spark: SparkSession, store: Store, *, recorded: Iterable[Row]) -> Commit | None:
    """The last commit to `source_rows`, where no finished ingest stands for it.

    The note of the last commit to `source_files` mostly names its extract; else the rows are asked.
    """
    commit = store.last_commit(spark, "source_rows")
    extract = None if commit is None else _noted(commit).get("extract")
    if extract is None:
        return None  # nothing is there, or something else than an ingest wrote it
    ledger = store.last_commit(spark, "source_files")
    if ledger is None:
        return commit
    said = _noted(ledger)
    if (said.get("extract"), said.get("status")) == (extract, ACCEPTED):
        return None
    if any(row["extract"] == extract and row["status"] == ACCEPTED for row in recorded):
        return None
    rows = store.read(spark, "source_files")
    taken_in = rows.where((F.col("extract") == extract) & (F.col("status") == ACCEPTED))
    with storage_faults("reading source_files"):
        return commit if taken_in.isEmpty() else None


def _noted(commit: Commit) -> dict[str, object]:
    try:
        found = json.loads(commit.note or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
