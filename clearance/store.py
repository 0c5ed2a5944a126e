"""The store: a folder or bucket of Delta tables, each under its own name.

Only this module, ingest and feeds touch storage. Tables are created with their declared schema,
clustering, constraints and properties; every fault of storage becomes a `StoreFault`.
"""

from __future__ import annotations

import os
import threading
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from delta.tables import DeltaTable
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.errors import StoreFault, SweepConflict, UsageError
from clearance.faults import SPARK_FAULTS, is_half_created, storage_faults, told
from clearance.lock import alone
from clearance.schemas import FEEDS, TABLES, TableSpec

__all__ = ["MAKERS", "Store", "storage_faults"]

KEEP_YEARS = "interval 7300 days"
LOCK = ".writing.lock"
# The last commit that changed data is looked for among so many first.
LOOK_BACK = 20
MAINTENANCE = ("OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES")

_SPREAD = 512
_NOTE = "spark.databricks.delta.commitInfo.userMetadata"
_APP_ID = "spark.databricks.delta.write.txnAppId"
_APP_VERSION = "spark.databricks.delta.write.txnVersion"


class _Claims(threading.local):
    """The folders that this thread has claimed."""

    def __init__(self) -> None:
        self.roots: set[Path] = set()


_CLAIMED = _Claims()


@dataclass
class Turn:
    """The one write to a table that rests on what was read of it.

    Attributes:
        version: of the table once it is written.
    """

    version: int = -1


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
        """The table's location."""
        return f"{self.root}/{TABLES[table].name}"

    @property
    def root(self) -> str:
        """The folder or address that holds the tables."""
        return (self.uri if self.is_address else os.path.abspath(self.uri)).rstrip("/")

    @property
    def is_address(self) -> bool:
        """Whether it lies elsewhere than in a folder of this machine."""
        return re.match(r"[A-Za-z][A-Za-z0-9+.-]*:/", self.uri) is not None

    @contextmanager
    def claimed(self, *, make: bool = False) -> Iterator[None]:
        """Be the only run that writes into the store, where the store is a folder.

        On a plain file system Delta's commit looks for the next version's file and then renames
        its own to it; two processes that do so in the same instant would both believe they won.
        HDFS and the clouds' log stores decide that themselves, so an address needs no claim.

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
                lock = alone(root / LOCK, doing=f"writing into the store {self.uri}")
                held.enter_context(lock)
            _CLAIMED.roots.add(root)
            held.callback(_CLAIMED.roots.remove, root)
            yield

    def exists(self, spark: SparkSession, table: str) -> bool:
        """Whether the table has been created."""
        with storage_faults(f"looking at {table}"):
            return DeltaTable.isDeltaTable(spark, self.path(table))

    def create(self, spark: SparkSession, table: str) -> None:
        """Create the table, empty, unless it is there or another run creates it meanwhile."""
        if self.exists(spark, table):
            return
        try:
            self._create(spark, TABLES[table])
        except SPARK_FAULTS as error:
            if is_half_created(error):
                self._create_over_remains(spark, table)
                return
            fault = told(error, doing=f"creating {table}")
            if not (isinstance(fault, SweepConflict) and self.exists(spark, table)):
                raise fault from error

    def _create_over_remains(self, spark: SparkSession, table: str) -> None:
        """Create a table whose first creation was killed, or is under way elsewhere.

        What a kill leaves is a log folder without a commit, which CREATE TABLE refuses for ever.
        Setting it aside would not be safe beside another run, but a first write is: it either
        makes version 0 or finds the other run's table, and adds nothing to it.
        """
        with storage_faults(f"creating {table}"):
            self._refuse_lost_log(spark, table)
            if self.exists(spark, table):
                return
            spec = TABLES[table]
            writer = spark.createDataFrame([], spec.ddl).write.format("delta").mode("append")
            for name, value in self._properties(spec).items():
                writer = writer.option(name, value)
            writer.save(self.path(table))
            if spec.cluster_by:
                at = self.path(table).replace("`", "``")
                columns = ", ".join(spec.cluster_by)
                spark.sql(f"ALTER TABLE delta.`{at}` CLUSTER BY ({columns})")

    def _refuse_lost_log(self, spark: SparkSession, table: str) -> None:
        """End the run where the table's rows are there, but not the log that says which count.

        A first commit holds no rows: files without any are what a creation that failed left.
        """
        try:
            files = spark.read.option("recursiveFileLookup", "true").schema(TABLES[table].ddl)
            rows = files.option("ignoreCorruptFiles", "true").parquet(self.path(table))
            lost = not rows.select(TABLES[table].columns[0]).isEmpty()
        except PySparkException:
            return  # no such folder
        if lost:
            raise StoreFault(
                f"The store {self.uri} holds files of {table}, but the log that says which of "
                "them count is gone.",
                f"Put the folder {self.path(table)}/_delta_log back from a copy, or move the "
                f"whole folder away and run {MAKERS[table]} again.",
            )

    def _properties(self, spec: TableSpec) -> dict[str, str]:
        """The table's properties: its constraints among them."""
        properties = {
            "delta.enableDeletionVectors": str(not self.open_readers).lower(),
            "delta.enableChangeDataFeed": str(spec.change_feed).lower(),
            "delta.logRetentionDuration": KEEP_YEARS,
            "delta.deletedFileRetentionDuration": KEEP_YEARS,
        }
        if spec.unindexed or spec.found_by:
            properties["delta.dataSkippingStatsColumns"] = ",".join(spec.indexed)
        constraints = {f"delta.constraints.{name}": sql for name, sql in spec.constraints.items()}
        return properties | constraints

    def _create(self, spark: SparkSession, spec: TableSpec) -> None:
        empty = spark.createDataFrame([], spec.ddl)
        builder = (
            DeltaTable.createIfNotExists(spark)
            .location(self.path(spec.name))
            .comment(f"One row is {spec.row}.")
            .addColumns(empty.schema)
        )
        for name, value in self._properties(spec).items():
            builder = builder.property(name, value)
        if spec.cluster_by:
            builder = builder.clusterBy(*spec.cluster_by)
        builder.execute()

    def read(self, spark: SparkSession, table: str, *, version: int | None = None) -> DataFrame:
        """The table's rows, at a version where one is given.

        Raises:
            UsageError: the store has no such table yet.
            StoreFault: its log is gone or damaged.
        """
        if not self.exists(spark, table):
            self._refuse_lost_log(spark, table)
            raise UsageError(
                f"The store {self.uri} has no {table} yet.",
                f"Run the step that writes it first: {MAKERS[table]}.",
            )
        reader = spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        with storage_faults(f"opening {table}"):
            return reader.load(self.path(table))

    def delta(self, spark: SparkSession, table: str) -> DeltaTable:
        """The table, to merge into."""
        with storage_faults(f"opening {table}"):
            return DeltaTable.forPath(spark, self.path(table))

    def append(self, rows: DataFrame, table: str) -> None:
        """Append rows in the table's column order, creating the table where needed."""
        self.create(rows.sparkSession, table)
        with storage_faults(f"writing {table}"):
            ordered = rows.select(*TABLES[table].columns)
            ordered.write.format("delta").mode("append").save(self.path(table))

    def add(self, rows: DataFrame, table: str, *, key: str) -> None:
        """Append the rows whose key is not there yet, creating the table where needed."""
        self.create(rows.sparkSession, table)
        with storage_faults(f"writing {table}"):
            (
                self.delta(rows.sparkSession, table)
                .alias("old")
                .merge(rows.alias("new"), f"old.{key} = new.{key}")
                .whenNotMatchedInsertAll()
                .execute()
            )

    def upsert(self, rows: DataFrame, table: str, *, key: Sequence[str]) -> None:
        """Put rows in place of those with the same key, and add those whose key is new.

        Args:
            rows: with all columns of the table.
            table: its name; it must exist.
            key: columns that together tell a row.
        """
        same = " AND ".join(f"old.{name} <=> new.{name}" for name in key)
        with storage_faults(f"writing {table}"):
            (
                self.delta(rows.sparkSession, table)
                .alias("old")
                .merge(rows.alias("new"), same)
                .whenMatchedUpdateAll()
                .whenNotMatchedInsertAll()
                .execute()
            )

    def replace(self, rows: DataFrame, table: str, *, where: str | None = None) -> None:
        """Replace the table's rows, or only those that `where` selects, in one commit."""
        self.create(rows.sparkSession, table)
        with storage_faults(f"writing {table}"):
            writer = rows.select(*TABLES[table].columns).write.format("delta").mode("overwrite")
            if where is not None:
                writer = writer.option("replaceWhere", where)
            writer.save(self.path(table))

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
        return -1 if last is None else last[0]

    def last_commit(
        self, spark: SparkSession, table: str, *, until: int | None = None
    ) -> tuple[int, str | None] | None:
        """Version and note of the last commit that changed data; None where there is no table.

        Args:
            spark: the session.
            table: its name.
            until: only commits up to this version.
        """
        if not self.exists(spark, table):
            return None
        with storage_faults(f"reading the log of {table}"):
            for newest in (LOOK_BACK, None):
                told = self._commits(spark, table, newest=newest)
                found = [
                    commit
                    for commit in told
                    if commit["operation"] not in MAINTENANCE
                    and (until is None or commit["version"] <= until)
                ]
                if found:
                    last = max(found, key=lambda commit: int(commit["version"]))
                    return int(last["version"]), last["userMetadata"]
        return None

    def _commits(self, spark: SparkSession, table: str, *, newest: int | None) -> list[Row]:
        """Version, operation and note of the newest commits, or of all.

        Not one job: Delta has the log's lines in hand, and choosing among them is done here.
        """
        history = self.delta(spark, table)
        commits = history.history() if newest is None else history.history(newest)
        return commits.select("version", "operation", "userMetadata").collect()

    @contextmanager
    def in_turn(self, spark: SparkSession, table: str, *, after: int, note: str) -> Iterator[Turn]:
        """Around the one write to a table: it is made only if nothing else came in between.

        What a step writes rests on what it read. Delta sees a conflict only with commits made
        while the write itself runs; what came between the reading and the write is told by the
        number of the application's transaction, which counts on from the version that was read.
        So a job that is run again after its commit writes nothing a second time, either.

        Args:
            spark: the session.
            table: its name; it must exist.
            after: the table's `version` that the write rests on.
            note: kept with the commit; what identifies the write.

        Yields:
            The turn; afterwards it knows the version that was written.

        Raises:
            SweepConflict: another run has written to the table meanwhile.
        """
        settings = {_NOTE: note, _APP_ID: f"clearance {table}", _APP_VERSION: str(after + 1)}
        for key, value in settings.items():
            spark.conf.set(key, value)
        turn = Turn()
        try:
            yield turn
        finally:
            for key in settings:
                spark.conf.unset(key)
        last = self.last_commit(spark, table)
        if last is None or last[1] != note:
            raise SweepConflict(
                f"Another run changed {table} in the store {self.uri} meanwhile.",
                "Wait until it has finished, then run the same command again.",
            )
        turn.version = last[0]


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


MAKERS = {
    "source_rows": "`clearance ingest`",
    "quarantine": "`clearance ingest`",
    "source_files": "`clearance ingest`",
    "history": "`clearance prepare`",
    "charges": "`clearance prepare`",
    "arrests": "`clearance prepare`",
    "determinations": "`clearance determine`",
    "sweeps": "`clearance determine`",
    "packs": "`clearance determine`",
    "grants": "`clearance grant`",
    "notices": "`clearance publish`",
    **{kind: f"`clearance feed {kind}`" for kind in FEEDS},
}
