"""The store: a folder or bucket of Delta tables, each under its own name.

Only this module, ingest and feeds use storage. A table's first write creates it, with its declared
schema, clustering, constraints and properties, in one commit. Every fault of storage becomes a
`StoreFault`.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from delta.tables import DeltaTable
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.errors import StoreFault, SweepConflict, UsageError
from clearance.platform.faults.remedies import storage_faults
from clearance.platform.store.commits import Commit, commits, last_commit, last_of_same_rows
from clearance.platform.store.earlier_tables import bring_up_to_date
from clearance.platform.store.first_write import end_first_write, first_write, has_remains
from clearance.platform.store.lock import exclusive_lock
from clearance.platform.store.log_folder import ADDRESS, Folder, folder_at, spark_path
from clearance.platform.store.plain_files import plain_files
from clearance.schemas import MAKERS, TABLES

__all__ = ["MAKERS", "Store", "storage_faults"]

LOCK = ".writing.lock"
_SPREAD = 512
# Characters that Spark takes for a pattern in a path.
_GLOB = re.compile(r"[\\*?\[\]{}]")
_NOTE = "spark.databricks.delta.commitInfo.userMetadata"
_APP_ID = "spark.databricks.delta.write.txnAppId"
_APP_VERSION = "spark.databricks.delta.write.txnVersion"


class _Locks(threading.local):
    """The folders on which this thread holds the write lock."""

    def __init__(self) -> None:
        self.roots: set[Path] = set()


_LOCKED = _Locks()


@dataclass
class NextCommit:
    """The write that `compare_and_commit` expects.

    Attributes:
        commit: the commit of the write; None before.
    """

    commit: Commit | None = None

    @property
    def version(self) -> int:
        """The table's version after the write; -1 before."""
        return -1 if self.commit is None else self.commit.version


@dataclass(frozen=True)
class Store:
    """The folder or bucket with a state's tables.

    Attributes:
        uri: folder, or `s3a://`, `abfss://`, `dbfs:/`, `hdfs://` address.
        open_readers: keep the tables readable by delta-rs, DuckDB and pandas (no deletion
            vectors); off, monthly sweeps write less.
    """

    uri: str
    open_readers: bool = True

    def path(self, table: str) -> str:
        """The table's location: a folder of this machine, or an address."""
        return f"{self.root}/{TABLES[table].name}"

    def _at(self, table: str) -> str:
        """The table's location in the form that Spark needs."""
        return spark_path(self.path(table))

    @property
    def root(self) -> str:
        """The folder or address that holds the tables."""
        return (self.uri if self.is_address else os.path.abspath(self.uri)).rstrip("/")

    @property
    def is_address(self) -> bool:
        """Whether the store is at an address, not in a folder of this machine."""
        return ADDRESS.match(self.uri) is not None

    @contextmanager
    def write_lock(self, *, make: bool = False) -> Iterator[None]:
        """Hold the lock of the only run that writes into the store, where the store is a folder.

        On a plain file system Delta checks for the next version's file and then renames its own
        file to it; two processes that do so at the same time would both take the commit for
        theirs. HDFS, Azure and Google prevent that, table by table. S3 does not, unless Delta has
        a lock table: there the scheduler must run one command at a time (docs/operations).

        The lock is re-entrant: a step may take the lock of its run, which the run releases.

        Args:
            make: make the folder where it is missing (ingest), and delete it again if it is empty.

        Raises:
            SweepConflict: another run is writing.
            StoreFault: the folder cannot be made or written.
        """
        root = Path(os.path.abspath(self.uri))
        if self.is_address or root in _LOCKED.roots or not (make or root.is_dir()):
            yield
            return
        with ExitStack() as cleanup:
            with storage_faults(f"opening the store {self.uri}"):
                if not root.exists():
                    root.mkdir(parents=True, mode=0o700)
                    cleanup.callback(_remove_empty, root)
                lock = exclusive_lock(root / LOCK, doing=f"writing into the store {self.uri}")
                cleanup.enter_context(lock)
            _LOCKED.roots.add(root)
            cleanup.callback(_LOCKED.roots.remove, root)
            yield

    def exists(self, spark: SparkSession, table: str) -> bool:
        """Whether the table has been created."""
        with storage_faults(f"checking for {table}"):
            return DeltaTable.isDeltaTable(spark, self._at(table))

    def bring_up_to_date(self, spark: SparkSession, table: str) -> None:
        """Add this release's columns and constraints to a table of an earlier release.

        Also deletes the mark of the first write, which a run killed after its commit leaves.
        """
        end_first_write(spark, TABLES[table], root=self.root)
        bring_up_to_date(spark, TABLES[table], root=self.root)

    def read(self, spark: SparkSession, table: str, *, version: int | None = None) -> DataFrame:
        """The table's rows at a version; at the last where None.

        Raises:
            UsageError: the store has no such table yet.
            StoreFault: the table's log is missing or damaged.
        """
        if not self.exists(spark, table):
            with storage_faults(f"opening {table}"):
                has_remains(spark, TABLES[table], root=self.root)
            raise UsageError(
                f"The store {self.uri} has no {table} yet.",
                f"Run the step that writes it first: {MAKERS[table]}.",
            )
        rows = self._read_plain(spark, table, version=version)
        if rows is not None:
            return rows
        reader = spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        with storage_faults(f"opening {table}"):
            return reader.load(self._at(table))

    def _read_plain(
        self, spark: SparkSession, table: str, *, version: int | None
    ) -> DataFrame | None:
        """The table's rows by the files that its log names; None where Delta has to read it.

        None also where a file is missing or damaged: Delta's error says which.
        """
        folder = Path(self.path(table))
        if self.is_address or _GLOB.search(str(folder)):
            return None
        try:
            files = plain_files(self._log(spark, table), version=version)
        except (OSError, ValueError, KeyError):
            return None
        if files is None or not all((folder / name).is_file() for name in files.names):
            return None
        paths = [spark_path(str(folder / name)) for name in sorted(files.names)]
        with storage_faults(f"opening {table}"):
            return spark.read.schema(files.schema).parquet(*paths)

    def read_rows_of(self, spark: SparkSession, table: str, *, version: int | None) -> DataFrame:
        """The rows that the table had at a version, whatever is written to it meanwhile.

        The newest version with the same rows is read: after an OPTIMIZE, a VACUUM may have deleted
        the older files.

        Args:
            spark: the session.
            table: its name.
            version: the last that changed data, from `version`; None for the table's last version.

        Raises:
            UsageError: the store has no such table yet.
            StoreFault: the log is missing or damaged, or the version's files have been deleted.
        """
        if version is not None:
            version = self.version_of_same_rows(spark, table, version=version)
        return self.read(spark, table, version=version)

    def version_of_same_rows(self, spark: SparkSession | None, table: str, *, version: int) -> int:
        """The newest version of a table with the same rows as a version.

        Args:
            spark: the session; None will do for a store in a folder.
            table: its name.
            version: the last that changed data, from `version`.

        Raises:
            StoreFault: the log cannot be read.
        """
        with self._reading_log(table):
            return last_of_same_rows(self._log(spark, table), version=version)

    def delta(self, spark: SparkSession, table: str) -> DeltaTable:
        """The table as a target of a merge."""
        with storage_faults(f"opening {table}"):
            return DeltaTable.forPath(spark, self._at(table))

    def append(self, rows: DataFrame, table: str) -> None:
        """Append rows in the table's column order, creating the table where needed."""
        self._write(rows, table, mode="append")

    def replace(self, rows: DataFrame, table: str, *, where: str | None = None) -> None:
        """Replace the table's rows, or only those that `where` selects, in one commit."""
        self._write(rows, table, mode="overwrite", where=where)

    def _write(self, rows: DataFrame, table: str, *, mode: str, where: str | None = None) -> None:
        spark = rows.sparkSession
        with storage_faults(f"writing {table}"):
            if not self.exists(spark, table):
                first_write(rows, TABLES[table], root=self.root, open_readers=self.open_readers)
                return
            self.bring_up_to_date(spark, table)
            ordered = rows.select(*TABLES[table].columns)
            writer = ordered.write.format("delta").mode(mode)
            if where is not None:
                writer = writer.option("replaceWhere", where)
            writer.save(self._at(table))

    def upsert(self, rows: DataFrame, table: str, *, key: Sequence[str]) -> None:
        """Replace the rows with the same key, and add the rows with a new key.

        Args:
            rows: with all columns of the table.
            table: its name.
            key: columns that together identify a row.
        """
        if not self.exists(rows.sparkSession, table):
            self.append(rows, table)
            return
        same = " AND ".join(f"old.{name} <=> new.{name}" for name in key)
        with storage_faults(f"writing {table}"):
            self.bring_up_to_date(rows.sparkSession, table)
            (
                self.delta(rows.sparkSession, table)
                .alias("old")
                .merge(rows.alias("new"), same)
                .whenMatchedUpdateAll()
                .whenNotMatchedInsertAll()
                .execute()
            )

    def replace_people(self, rows: DataFrame, table: str, *, people: DataFrame) -> None:
        """Replace all rows of `people` by `rows`, in one commit.

        Args:
            rows: the people's new rows; none for people who are withdrawn.
            table: a table with a `subject_id`; it must exist.
            people: one row per subject, with subject_id.
        """
        # Matches no subject; of many values, so that no single task gets all the insertions.
        unmatched = F.concat(F.lit("\n"), F.pmod(F.xxhash64("subject_id"), F.lit(_SPREAD)))
        columns = TABLES[table].columns
        inserts = rows.select(F.lit(True).alias("is_row"), unmatched.alias("person"), *columns)
        nulls = [
            F.lit(None).cast(field.dataType).alias(field.name)
            for field in rows.select(*columns).schema
        ]
        deletes = people.select(F.lit(False).alias("is_row"), F.col("subject_id").alias("person"))
        source = inserts.unionByName(deletes.select("is_row", "person", *nulls))
        values: dict[str, str | Column] = {name: F.col(f"new.{name}") for name in columns}
        with storage_faults(f"writing {table}"):
            self.bring_up_to_date(rows.sparkSession, table)
            (
                self.delta(rows.sparkSession, table)
                .alias("old")
                .merge(source.alias("new"), "old.subject_id = new.person")
                .whenMatchedDelete()
                .whenNotMatchedInsert(condition="new.is_row", values=values)
                .execute()
            )

    def version(self, spark: SparkSession, table: str) -> int:
        """The table's last data-changing version (maintenance does not count); -1 where absent."""
        last = self.last_commit(spark, table)
        return -1 if last is None else last.version

    def last_commit(
        self, spark: SparkSession, table: str, *, until: int | None = None
    ) -> Commit | None:
        """The table's last commit with a note or a change of data; None where there is no table.

        Args:
            spark: the session.
            table: its name.
            until: only commits up to this version.

        Raises:
            StoreFault: the log cannot be read.
        """
        with self._reading_log(table):
            return last_commit(self._log(spark, table), until=until)

    def commits_since(self, spark: SparkSession, table: str, *, version: int) -> list[Commit]:
        """The commits after a version, newest first."""
        with self._reading_log(table):
            newer = commits(self._log(spark, table))
            return list(takewhile(lambda commit: commit.version > version, newer))

    def changes(self, spark: SparkSession, table: str, since: int, until: int) -> DataFrame:
        """The table's change feed after the version `since`, up to and including `until`."""
        feed = spark.read.format("delta").option("readChangeFeed", "true")
        bounds = {"startingVersion": since + 1, "endingVersion": until}
        with storage_faults(f"reading what changed in {table}"):
            return feed.options(**bounds).load(self._at(table))

    def _log(self, spark: SparkSession | None, table: str) -> Folder:
        return folder_at(spark, f"{self.path(table)}/_delta_log")

    @contextmanager
    def _reading_log(self, table: str) -> Iterator[None]:
        with storage_faults(f"reading the log of {table}"):
            try:
                yield
            except (ValueError, KeyError) as error:
                raise StoreFault(
                    f"A file of the log of {table} in the store {self.uri} is damaged.",
                    f"Put the folder {self.path(table)} back from a copy, then run the same "
                    "command again.",
                ) from error

    @contextmanager
    def compare_and_commit(
        self, spark: SparkSession, table: str, *, after: int, note: str
    ) -> Iterator[NextCommit]:
        """Make the block's one write to a table only if no other write came since a version.

        A step's write depends on the version that it read. Delta detects a conflict only with
        commits made during the write itself. Commits between the read and the write are detected
        by the number of the application's transaction, which is the version read plus one. So a
        job that is run again after its commit does not write a second time, either.

        Args:
            spark: the session.
            table: its name.
            after: the table's `version` that was read; -1 where there is no table.
            note: identifies the write; stored with the commit.

        Yields:
            The expected commit; after the block it has the version that was written.

        Raises:
            SweepConflict: another run has written to the table meanwhile.
        """
        settings = {_NOTE: note, _APP_ID: f"clearance {table}", _APP_VERSION: str(after + 1)}
        for key, value in settings.items():
            spark.conf.set(key, value)
        next_commit = NextCommit()
        try:
            yield next_commit
        finally:
            for key in settings:
                spark.conf.unset(key)
        last = self.last_commit(spark, table)
        if last is None or last.note != note:
            raise SweepConflict(
                f"Another run changed {table} in the store {self.uri} meanwhile.",
                "Wait until it has finished, then run the same command again.",
            )
        next_commit.commit = last


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
