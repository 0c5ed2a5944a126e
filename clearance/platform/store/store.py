"""The store: a folder or bucket of Delta tables, each under its own name.

Only this module, ingest and feeds touch storage. A table is made by its first write, with its
declared schema, clustering, constraints and properties, in one commit; every fault of storage
becomes a `StoreFault`.
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
# In a path these stand for other characters.
_GLOB = re.compile(r"[\\*?\[\]{}]")
_NOTE = "spark.databricks.delta.commitInfo.userMetadata"
_APP_ID = "spark.databricks.delta.write.txnAppId"
_APP_VERSION = "spark.databricks.delta.write.txnVersion"


class _Claims(threading.local):
    """The folders that this thread has claimed."""

    def __init__(self) -> None:
        self.roots: set[Path] = set()


_CLAIMED = _Claims()


@dataclass
class NextCommit:
    """The one write to a table that rests on what was read of it.

    Attributes:
        commit: the write, once it is done.
    """

    commit: Commit | None = None

    @property
    def version(self) -> int:
        """The table's version once it is written; -1 before."""
        return -1 if self.commit is None else self.commit.version


@dataclass(frozen=True)
class Store:
    """Where a state's tables are.

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
        """The same for Spark."""
        return spark_path(self.path(table))

    @property
    def root(self) -> str:
        """The folder or address that holds the tables."""
        return (self.uri if self.is_address else os.path.abspath(self.uri)).rstrip("/")

    @property
    def is_address(self) -> bool:
        """Whether it lies elsewhere than in a folder of this machine."""
        return ADDRESS.match(self.uri) is not None

    @contextmanager
    def write_lock(self, *, make: bool = False) -> Iterator[None]:
        """Be the only run that writes into the store, where the store is a folder.

        On a plain file system Delta's commit looks for the next version's file and then renames
        its own to it; two processes that do so in the same instant would both believe they won.
        HDFS, Azure and Google decide that themselves, a table at a time. S3 does not unless Delta
        is given a lock table: there nobody but the scheduler sees to it (docs/operations).

        A step may claim what its run has claimed: the claim ends with the outermost.

        Args:
            make: make the folder where it is missing (ingest); it goes again if it stays empty.

        Raises:
            SweepConflict: another run is writing.
            StoreFault: the folder cannot be made or written.
        """
        root = Path(os.path.abspath(self.uri))
        if self.is_address or root in _CLAIMED.roots or not (make or root.is_dir()):
            yield
            return
        with ExitStack() as held:
            with storage_faults(f"opening the store {self.uri}"):
                if not root.exists():
                    root.mkdir(parents=True, mode=0o700)
                    held.callback(_remove_empty, root)
                lock = exclusive_lock(root / LOCK, doing=f"writing into the store {self.uri}")
                held.enter_context(lock)
            _CLAIMED.roots.add(root)
            held.callback(_CLAIMED.roots.remove, root)
            yield

    def exists(self, spark: SparkSession, table: str) -> bool:
        """Whether the table has been created."""
        with storage_faults(f"looking at {table}"):
            return DeltaTable.isDeltaTable(spark, self._at(table))

    def bring_up_to_date(self, spark: SparkSession, table: str) -> None:
        """Give a table of an earlier release the columns and constraints of this one.

        The table is there, so its first write is over, also where it was killed after its commit.
        """
        end_first_write(spark, TABLES[table], root=self.root)
        bring_up_to_date(spark, TABLES[table], root=self.root)

    def read(self, spark: SparkSession, table: str, *, version: int | None = None) -> DataFrame:
        """The table's rows, at a version where one is given.

        Raises:
            UsageError: the store has no such table yet.
            StoreFault: its log is gone or damaged.
        """
        if not self.exists(spark, table):
            with storage_faults(f"opening {table}"):
                has_remains(spark, TABLES[table], root=self.root)
            raise UsageError(
                f"The store {self.uri} has no {table} yet.",
                f"Run the step that writes it first: {MAKERS[table]}.",
            )
        plain = self._plain(spark, table, version=version)
        if plain is not None:
            return plain
        reader = spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        with storage_faults(f"opening {table}"):
            return reader.load(self._at(table))

    def _plain(self, spark: SparkSession, table: str, *, version: int | None) -> DataFrame | None:
        """The table's rows by the files that its log names; None where Delta has to read it.

        Also where something is wrong with a file: Delta says what.
        """
        folder = Path(self.path(table))
        if self.is_address or _GLOB.search(str(folder)):
            return None
        try:
            found = plain_files(self._log(spark, table), version=version)
        except (OSError, ValueError, KeyError):
            return None
        if found is None or not all((folder / name).is_file() for name in found.names):
            return None
        paths = [spark_path(str(folder / name)) for name in sorted(found.names)]
        with storage_faults(f"opening {table}"):
            return spark.read.schema(found.schema).parquet(*paths)

    def read_rows_of(self, spark: SparkSession, table: str, *, version: int | None) -> DataFrame:
        """The rows that the table had at a version, whatever is written to it meanwhile.

        They are read where they lie now: what an OPTIMIZE moved to other files may since have lost
        its old ones to a VACUUM.

        Args:
            spark: the session.
            table: its name.
            version: the last that changed data, as `version` says; None for the table as it is.

        Raises:
            UsageError: the store has no such table yet.
            StoreFault: its log is gone or damaged, or the version cannot be read any more.
        """
        if version is not None:
            with self._reading_log(table):
                version = last_of_same_rows(self._log(spark, table), version=version)
        return self.read(spark, table, version=version)

    def delta(self, spark: SparkSession, table: str) -> DeltaTable:
        """The table, to merge into."""
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
        """Put rows in place of those with the same key, and add those whose key is new.

        Args:
            rows: with all columns of the table.
            table: its name.
            key: columns that together tell a row.
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
        """Put `rows` in place of all rows of `people`, in one commit.

        Args:
            rows: the people's new rows, none for people who are withdrawn.
            table: one with a `subject_id`; it must exist.
            people: distinct subject_id.
        """
        # No subject has such a key; spread, so that no single task gets all the insertions.
        nobody = F.concat(F.lit("\n"), F.pmod(F.xxhash64("subject_id"), F.lit(_SPREAD)))
        columns = TABLES[table].columns
        inserts = rows.select(F.lit(True).alias("is_row"), nobody.alias("person"), *columns)
        nothing = [
            F.lit(None).cast(kind.dataType).alias(kind.name)
            for kind in rows.select(*columns).schema
        ]
        deletes = people.select(F.lit(False).alias("is_row"), F.col("subject_id").alias("person"))
        source = inserts.unionByName(deletes.select("is_row", "person", *nothing))
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
        """The last commit that says what the table holds; None where there is no table.

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
        """The table's change feed after one version, up to and with another."""
        feed = spark.read.format("delta").option("readChangeFeed", "true")
        bounds = {"startingVersion": since + 1, "endingVersion": until}
        with storage_faults(f"reading what changed in {table}"):
            return feed.options(**bounds).load(self._at(table))

    def _log(self, spark: SparkSession, table: str) -> Folder:
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
        """Around the one write to a table: it is made only if nothing else came in between.

        What a step writes rests on what it read. Delta sees a conflict only with commits made
        while the write itself runs; what came between the reading and the write is told by the
        number of the application's transaction, which counts on from the version that was read.
        So a job that is run again after its commit writes nothing a second time, either.

        Args:
            spark: the session.
            table: its name.
            after: the table's `version` that the write rests on; -1 where there is no table.
            note: kept with the commit; what identifies the write.

        Yields:
            The turn; afterwards it knows the version that was written.

        Raises:
            SweepConflict: another run has written to the table meanwhile.
        """
        settings = {_NOTE: note, _APP_ID: f"clearance {table}", _APP_VERSION: str(after + 1)}
        for key, value in settings.items():
            spark.conf.set(key, value)
        turn = NextCommit()
        try:
            yield turn
        finally:
            for key in settings:
                spark.conf.unset(key)
        last = self.last_commit(spark, table)
        if last is None or last.note != note:
            raise SweepConflict(
                f"Another run changed {table} in the store {self.uri} meanwhile.",
                "Wait until it has finished, then run the same command again.",
            )
        turn.commit = last


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
