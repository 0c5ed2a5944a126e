"""Maintain: compacts small files, and deletes versions of the record that are not needed.

`determinations`, `charges` and `arrests` keep every version, so that each sweep can be replayed.
Old versions of `source_rows` are deleted, the largest table and the one that names people. No row
changes, and a version that is not deleted stays readable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import SparkSession

from clearance.errors import UsageError
from clearance.maintain.needed import oldest_record
from clearance.maintain.quiet import printed_as_error
from clearance.platform.store.first_write import quoted_name
from clearance.platform.store.log_folder import spark_path
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import stage
from clearance.schemas import TABLES

RECORD = "source_rows"
# Limit of a table's files: a base number, and one more for each so many bytes.
MOST_FILES, BYTES_A_FILE = 20, 32 << 20
LARGEST_FILE = 128 << 20
KEEP_DAYS = 400
# Files that another run is writing have no commit yet; no write takes longer than this.
LONGEST_WRITE = timedelta(days=7)
# Covers the time between this clock and Delta's own; it may spare one version too many.
MARGIN = timedelta(days=1)

# With these, a VACUUM uses the age that it is given. By default Delta ignores it, and refuses an
# age below the table's own retention (twenty years).
_VACUUM_SETTINGS = {
    "spark.databricks.delta.vacuum.retentionWindowIgnore.enabled": "false",
    "spark.databricks.delta.retentionDurationCheck.enabled": "false",
}
_FILE_SIZE = "spark.databricks.delta.optimize.maxFileSize"


@dataclass(frozen=True)
class MaintainResult:
    """The files before and after, and the versions deleted.

    Attributes:
        files: by table, the number of files before and after.
        record_since: the oldest version of `source_rows` that is kept. Earlier ones are deleted,
            except files younger than the longest write. None if nothing was to be deleted.
    """

    files: dict[str, tuple[int, int]]
    record_since: int | None

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


@logged("maintain")
def maintain(
    spark: SparkSession,
    store: Store,
    *,
    clock: Callable[[], datetime],
    keep_days: int = KEEP_DAYS,
    most_files: int = MOST_FILES,
) -> MaintainResult:
    """Compact the tables, and delete versions of the record older than the oldest needed.

    Args:
        spark: the session.
        store: the store of the tables.
        clock: the wall clock.
        keep_days: the record of each sweep is kept for this many days, needed or not.
        most_files: number of files that a table may have whatever its size.

    Raises:
        UsageError: the store has no tables.
        StoreFault: a table cannot be read or written.
    """
    tables = [name for name in TABLES if store.exists(spark, name)]
    if not tables:
        raise UsageError(
            f"The store {store.uri} has no tables.",
            "Run `clearance ingest` first, or name another.",
        )
    files = {}
    for table in tables:
        with storage_faults(f"maintaining {table}"):
            files[table] = _compact(spark, store, table, most_files=most_files)
    since = None
    if RECORD in tables:
        with stage("Looking for records that nothing needs"):
            now = clock()
            oldest = oldest_record(spark, store, since=now - timedelta(days=keep_days))
        if oldest is not None:
            since = _vacuum_before(spark, store, before=oldest, now=now)
    return MaintainResult(files, since)


def _compact(spark: SparkSession, store: Store, table: str, *, most_files: int) -> tuple[int, int]:
    """The number of files before and after; the table is compacted if it has too many."""
    before, size = _count_files(spark, store, table)
    if before <= most_files + size // BYTES_A_FILE:
        return before, before
    with (
        stage(f"Putting {before:,} files of {table} together"),
        _with_settings(spark, {_FILE_SIZE: str(LARGEST_FILE)}),
    ):
        spark.sql(f"OPTIMIZE {_table_name(store, table)}")
    return before, _count_files(spark, store, table)[0]


def _count_files(spark: SparkSession, store: Store, table: str) -> tuple[int, int]:
    """The number of files and of bytes of a table's current version."""
    row = spark.sql(f"DESCRIBE DETAIL {_table_name(store, table)}").first()
    assert row is not None
    return row["numFiles"], row["sizeInBytes"]


def _vacuum_before(spark: SparkSession, store: Store, *, before: int, now: datetime) -> int | None:
    """Delete the files that only versions of the record before `before` use."""
    commit = store.last_commit(spark, RECORD, until=before)
    if commit is None or commit.moment is None or commit.version == 0:
        return None
    committed_at = datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=commit.moment)
    # Files of this version can only have been replaced after its commit.
    age = max(now - committed_at + MARGIN, LONGEST_WRITE)
    with (
        stage("Taking records away that nothing needs"),
        _with_settings(spark, _VACUUM_SETTINGS),
        printed_as_error(spark),
        storage_faults(f"maintaining {RECORD}"),
    ):
        store.delta(spark, RECORD).vacuum(age / timedelta(hours=1))
    return commit.version


@contextmanager
def _with_settings(spark: SparkSession, settings: Mapping[str, str]) -> Iterator[None]:
    before: dict[str, str | None] = {key: spark.conf.get(key, None) for key in settings}
    for key, value in settings.items():
        spark.conf.set(key, value)
    try:
        yield
    finally:
        for key, value_before in before.items():
            if value_before is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, value_before)


def _table_name(store: Store, table: str) -> str:
    return f"delta.{quoted_name(spark_path(store.path(table)))}"
