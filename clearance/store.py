"""The store: a folder or bucket of Delta tables, each under its own name.

Only this module and ingest touch storage. Tables are created with their declared schema,
clustering, constraints and properties; every fault of storage becomes a `StoreFault`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from delta.tables import DeltaTable
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.errors import ClearanceError, StoreFault, SweepConflict, UsageError
from clearance.schemas import TABLES, TableSpec

KEEP_YEARS = "interval 7300 days"
MAINTENANCE = ("OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES")

_SPREAD = 512
_NOTE = "spark.databricks.delta.commitInfo.userMetadata"
_APP_ID = "spark.databricks.delta.write.txnAppId"
_APP_VERSION = "spark.databricks.delta.write.txnVersion"


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
        is_address = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:/", self.uri) is not None
        root = self.uri if is_address else os.path.abspath(self.uri)
        return f"{root.rstrip('/')}/{TABLES[table].name}"

    def exists(self, spark: SparkSession, table: str) -> bool:
        """Whether the table has been created."""
        return DeltaTable.isDeltaTable(spark, self.path(table))

    def create(self, spark: SparkSession, table: str) -> None:
        """Create the table, empty, unless it is there."""
        with storage_faults(f"creating {table}"):
            if not self.exists(spark, table):
                self._create(spark, TABLES[table])

    def _create(self, spark: SparkSession, spec: TableSpec) -> None:
        empty = spark.createDataFrame([], spec.ddl)
        indexed = [name for name in spec.columns if name not in spec.unindexed]
        builder = (
            DeltaTable.createIfNotExists(spark)
            .location(self.path(spec.name))
            .comment(f"One row is {spec.row}.")
            .addColumns(empty.schema)
            .property("delta.enableDeletionVectors", str(not self.open_readers).lower())
            .property("delta.enableChangeDataFeed", str(spec.change_feed).lower())
            .property("delta.logRetentionDuration", KEEP_YEARS)
            .property("delta.deletedFileRetentionDuration", KEEP_YEARS)
        )
        if spec.unindexed:
            builder = builder.property("delta.dataSkippingStatsColumns", ",".join(indexed))
        for name, condition in spec.constraints.items():
            builder = builder.property(f"delta.constraints.{name}", condition)
        if spec.cluster_by:
            builder = builder.clusterBy(*spec.cluster_by)
        builder.execute()

    def read(self, spark: SparkSession, table: str, *, version: int | None = None) -> DataFrame:
        """The table's rows, at a version where one is given.

        Raises:
            UsageError: the store has no such table yet.
        """
        if not self.exists(spark, table):
            raise UsageError(
                f"The store {self.uri} has no {table} yet.",
                f"Run the step that writes it first: {MAKERS[table]}.",
            )
        reader = spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        return reader.load(self.path(table))

    def delta(self, spark: SparkSession, table: str) -> DeltaTable:
        """The table, to merge into."""
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

    def last_commit(self, spark: SparkSession, table: str) -> tuple[int, str | None] | None:
        """Version and note of the last commit that changed data; None where there is no table."""
        if not self.exists(spark, table):
            return None
        with storage_faults(f"reading the log of {table}"):
            commits = (
                self.delta(spark, table).history().where(~F.col("operation").isin(*MAINTENANCE))
            )
            row = commits.orderBy(F.desc("version")).select("version", "userMetadata").first()
        return None if row is None else (int(row[0]), row[1])

    @contextmanager
    def in_turn(self, spark: SparkSession, table: str, *, after: int, note: str) -> Iterator[None]:
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

        Raises:
            SweepConflict: another run has written to the table meanwhile.
        """
        settings = {_NOTE: note, _APP_ID: f"clearance {table}", _APP_VERSION: str(after + 1)}
        for key, value in settings.items():
            spark.conf.set(key, value)
        try:
            yield
        finally:
            for key in settings:
                spark.conf.unset(key)
        last = self.last_commit(spark, table)
        if last is None or last[1] != note:
            raise SweepConflict(
                f"Another run changed {table} in the store {self.uri} meanwhile.",
                "Wait until it has finished, then run the same command again.",
            )


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
}


@contextmanager
def storage_faults(doing: str) -> Iterator[None]:
    """Turn what Spark and Delta throw into an error that names no row's values.

    Args:
        doing: what was under way, for the message.
    """
    try:
        yield
    except ClearanceError:
        raise
    except Exception as error:
        kind = _kind(error)
        if "Concurrent" in kind or "CONCURRENT" in str(error)[:400]:
            raise SweepConflict(
                f"Another run changed the store while {doing}.",
                "Wait until it has finished, then run the same command again.",
            ) from error
        raise StoreFault(
            f"The store or the cluster failed while {doing} ({kind}).",
            "Check that the store can be written and has room, then run the same command again; "
            "`--debug` shows the cause.",
        ) from error


def _kind(error: Exception) -> str:
    """The Java class behind an error, never its message (it may hold values)."""
    cause: Any = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    if cause is not None:
        try:
            while cause.getCause() is not None:
                cause = cause.getCause()
            return str(cause.getClass().getSimpleName())
        except Exception:
            return type(error).__name__
    return type(error).__name__
