"""The first write of a table: its columns, properties, constraints and clustering in one commit."""

from __future__ import annotations

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.errors import StoreFault, SweepConflict
from clearance.platform.store.log_folder import folder_at, spark_path
from clearance.schemas import MAKERS, TableSpec

KEEP_YEARS = "interval 7300 days"
# Lies beside the tables while one of them is written for the first time.
MARK = ".first_write_of_"
# What the property of a constraint is called, before its name.
CONSTRAINT = "delta.constraints."


def first_write(rows: DataFrame, spec: TableSpec, *, root: str, open_readers: bool) -> None:
    """Make a table with these rows, in one commit.

    A mark beside the table says that its first write is under way. What a killed one leaves is
    files that no commit names: with the mark they are written past, without it they are rows whose
    log is lost, which are never written over. Of two first writes at once one wins.

    Args:
        rows: with all columns of the table.
        spec: the table.
        root: the folder or address of the store.
        open_readers: keep the table readable by delta-rs, DuckDB and pandas.

    Raises:
        SweepConflict: another run has made the table meanwhile.
        StoreFault: its rows are there, but not its log.
    """
    spark, place = rows.sparkSession, spark_path(f"{root}/{spec.name}")
    remains = has_remains(spark, spec, root=root)
    folder_at(spark, root).put(MARK + spec.name)
    properties = properties_of(spec, open_readers=open_readers)
    typed = rows.select(*[F.col(name).cast(kind).alias(name) for name, kind in spec.types.items()])
    if spec.cluster_by and not remains:
        _create_as_select(typed, spec, place=place, properties=properties)
    else:
        # CREATE TABLE refuses a folder in which something lies; a plain write goes past it.
        typed.write.format("delta").mode("append").options(**properties).save(place)
        if spec.cluster_by:
            columns = ", ".join(spec.cluster_by)
            spark.sql(f"ALTER TABLE delta.{quoted_name(place)} CLUSTER BY ({columns})")
    end_first_write(spark, spec, root=root)


def end_first_write(spark: SparkSession, spec: TableSpec, *, root: str) -> None:
    """Take the mark away that lies beside a table during its first write.

    Args:
        spark: the session.
        spec: the table.
        root: the folder or address of the store.
    """
    folder_at(spark, root).remove(MARK + spec.name)


def _create_as_select(
    rows: DataFrame, spec: TableSpec, *, place: str, properties: dict[str, str]
) -> None:
    spark, view = rows.sparkSession, f"first_rows_of_{spec.name}_{id(rows)}"
    listed = ", ".join(f"{_quoted(name)} = {_quoted(value)}" for name, value in properties.items())
    rows.createOrReplaceTempView(view)
    try:
        spark.sql(
            f"CREATE TABLE delta.{quoted_name(place)} USING delta "
            f"CLUSTER BY ({', '.join(spec.cluster_by)}) "
            f"COMMENT {_quoted(f'One row is {spec.row}.')} "
            f"TBLPROPERTIES ({listed}) AS SELECT * FROM {view}"
        )
    except AnalysisException as error:
        if error.getCondition() != "TABLE_OR_VIEW_ALREADY_EXISTS":
            raise
        raise SweepConflict(
            f"Another run made {spec.name} in {place} meanwhile.",
            "Wait until it has finished, then run the same command again.",
        ) from error
    finally:
        spark.catalog.dropTempView(view)


def has_remains(spark: SparkSession, spec: TableSpec, *, root: str) -> bool:
    """Whether a first write that did not come to its commit left anything behind.

    Args:
        spark: the session.
        spec: a table that the store does not have.
        root: the folder or address of the store.

    Raises:
        StoreFault: what lies there are the rows of a table whose log is lost.
    """
    place = f"{root}/{spec.name}"
    left = folder_at(spark, place).names()
    marked = MARK + spec.name in folder_at(spark, root).names()
    if any(name.endswith(".parquet") for name in left) and not marked:
        raise StoreFault(
            f"The store {root} holds files of {spec.name}, but the log that says which of them "
            "count is gone.",
            f"Put the folder {place}/_delta_log back from a copy, or move the whole folder away "
            f"and run {MAKERS[spec.name]} again.",
        )
    return bool(left)


def properties_of(spec: TableSpec, *, open_readers: bool) -> dict[str, str]:
    """The table's properties: its constraints among them."""
    properties = {
        "delta.enableDeletionVectors": str(not open_readers).lower(),
        "delta.enableChangeDataFeed": str(spec.change_feed).lower(),
        "delta.logRetentionDuration": KEEP_YEARS,
        "delta.deletedFileRetentionDuration": KEEP_YEARS,
    }
    if spec.unindexed or spec.found_by:
        properties["delta.dataSkippingStatsColumns"] = ",".join(spec.indexed)
    constraints = {CONSTRAINT + name: sql for name, sql in spec.constraints.items()}
    return properties | constraints


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quoted_name(name: str) -> str:
    """A name as SQL takes it whatever is in it."""
    return "`" + name.replace("`", "``") + "`"
