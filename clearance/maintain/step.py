"""Maintain: small files put together, and records gone that nothing may ask for any more.

`determinations`, `charges` and `arrests` keep every version: each sweep replays. What goes is old
versions of `source_rows`, the largest table and the one that names people. Rows never change by
this, and readers find a version of before wherever its rows lie now.
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
# So many files a table may have whatever its size, and one more for so many bytes.
MOST_FILES, BYTES_A_FILE = 20, 32 << 20
LARGEST_FILE = 128 << 20
KEEP_DAYS = 400
# What another run is writing at an address has no commit yet; a write takes no longer.
LONGEST_WRITE = timedelta(days=7)
# Between looking at the clock here and Delta's own look. It keeps a version more than is needed.
MARGIN = timedelta(days=1)

# Delta takes a VACUUM's own age only where it is told to, and none below that of the table (twenty
# years here) unless it is not to look.
_OWN_AGE = {
    "spark.databricks.delta.vacuum.retentionWindowIgnore.enabled": "false",
    "spark.databricks.delta.retentionDurationCheck.enabled": "false",
}
_FILE_SIZE = "spark.databricks.delta.optimize.maxFileSize"


@dataclass(frozen=True)
class MaintainResult:
    """What a maintenance did.

    Attributes:
        files: by table, the files that its rows lay in before and lie in now.
        record_since: the oldest version of `source_rows` that is kept; earlier ones are gone, but
            for files that are younger than the longest write. None where none is to go.
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
    """Few files a table, and no record older than any that is needed.

    Args:
        spark: the session.
        store: where the tables are.
        clock: the time.
        keep_days: records of sweeps of so many days stay, whether or not anything needs them.
        most_files: so many files a table may have whatever its size.

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
            files[table] = _put_together(spark, store, table, most_files=most_files)
    since = None
    if RECORD in tables:
        with stage("Looking for records that nothing needs"):
            now = clock()
            oldest = oldest_record(spark, store, since=now - timedelta(days=keep_days))
        if oldest is not None:
            since = _forget(spark, store, before=oldest, now=now)
    return MaintainResult(files, since)


def _put_together(
    spark: SparkSession, store: Store, table: str, *, most_files: int
) -> tuple[int, int]:
    """The table's files before and now; they are put together where there are too many."""
    before, size = _files(spark, store, table)
    if before <= most_files + size // BYTES_A_FILE:
        return before, before
    with (
        stage(f"Putting {before:,} files of {table} together"),
        _set(spark, {_FILE_SIZE: str(LARGEST_FILE)}),
    ):
        spark.sql(f"OPTIMIZE {_named(store, table)}")
    return before, _files(spark, store, table)[0]


def _files(spark: SparkSession, store: Store, table: str) -> tuple[int, int]:
    """Of the table as it stands: files and bytes."""
    row = spark.sql(f"DESCRIBE DETAIL {_named(store, table)}").first()
    assert row is not None
    return row["numFiles"], row["sizeInBytes"]


def _forget(spark: SparkSession, store: Store, *, before: int, now: datetime) -> int | None:
    """Take the files away that only versions of the record before one name."""
    commit = store.last_commit(spark, RECORD, until=before)
    if commit is None or commit.moment is None or commit.version == 0:
        return None
    made = datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=commit.moment)
    # What this version needs was replaced by a later commit, if at all.
    age = max(now - made + MARGIN, LONGEST_WRITE)
    with (
        stage("Taking records away that nothing needs"),
        _set(spark, _OWN_AGE),
        printed_as_error(spark),
        storage_faults(f"maintaining {RECORD}"),
    ):
        store.delta(spark, RECORD).vacuum(age / timedelta(hours=1))
    return commit.version


@contextmanager
def _set(spark: SparkSession, settings: Mapping[str, str]) -> Iterator[None]:
    before: dict[str, str | None] = {key: spark.conf.get(key, None) for key in settings}
    for key, value in settings.items():
        spark.conf.set(key, value)
    try:
        yield
    finally:
        for key, own in before.items():
            if own is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, own)


def _named(store: Store, table: str) -> str:
    return f"delta.{quoted_name(spark_path(store.path(table)))}"
