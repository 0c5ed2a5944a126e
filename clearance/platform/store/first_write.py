"""The first write of a table: one commit with columns, comments, properties and clustering."""

from __future__ import annotations

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.errors import StoreFault, SweepConflict
from clearance.platform.store.comments import column_comments, table_comment
from clearance.platform.store.log_folder import folder_at, spark_path
from clearance.schemas import MAKERS, TableSpec

KEEP_YEARS = "interval 7300 days"
# The start of the name of a mark: a file beside a table during the table's first write.
MARK = ".first_write_of_"
# The start of the name of the property that holds a constraint.
CONSTRAINT = "delta.constraints."


def first_write(rows: DataFrame, spec: TableSpec, *, root: str, open_readers: bool) -> None:
    """Make a table with these rows, in one commit.

    During the write a mark file lies beside the table. A killed first write leaves files that no
    commit names: with the mark the next write ignores them; without it they are rows whose log is
    lost, which are never overwritten. Of two first writes at once one succeeds.

    Args:
        rows: with all columns of the table.
        spec: the table.
        root: the folder or address of the store.
        open_readers: keep the table readable by delta-rs, DuckDB and pandas.

    Raises:
        SweepConflict: another run has made the table meanwhile.
        StoreFault: its rows are there, but not its log.
    """
    spark, path = rows.sparkSession, spark_path(f"{root}/{spec.name}")
    remains = has_remains(spark, spec, root=root)
    folder_at(spark, root).put(MARK + spec.name)
    properties = properties_of(spec, open_readers=open_readers)
    comments = column_comments(spec)
    typed = rows.select(
        *[
            F.col(name).cast(kind).alias(name, metadata=_comment(comments.get(name)))
            for name, kind in spec.types.items()
        ]
    )
    if not remains:
        _create_as_select(typed, spec, path=path, properties=properties)
    else:
        # CREATE TABLE refuses a folder that is not empty; a plain write accepts it.
        typed.write.format("delta").mode("append").options(**properties).save(path)
        if spec.cluster_by:
            columns = ", ".join(spec.cluster_by)
            spark.sql(f"ALTER TABLE delta.{quoted_name(path)} CLUSTER BY ({columns})")
    end_first_write(spark, spec, root=root)


def _comment(text: str | None) -> dict[str, str]:
    """A column's metadata with its comment; without one, nothing of the rows that were read."""
    return {} if text is None else {"comment": text}


def end_first_write(spark: SparkSession, spec: TableSpec, *, root: str) -> None:
    """Delete the mark that lies beside a table during its first write.

    Args:
        spark: the session.
        spec: the table.
        root: the folder or address of the store.
    """
    folder_at(spark, root).remove(MARK + spec.name)


def _create_as_select(
    rows: DataFrame, spec: TableSpec, *, path: str, properties: dict[str, str]
) -> None:
    spark, view = rows.sparkSession, f"first_rows_of_{spec.name}_{id(rows)}"
    clustering = f"CLUSTER BY ({', '.join(spec.cluster_by)}) " if spec.cluster_by else ""
    pairs = ", ".join(f"{quoted(name)} = {quoted(value)}" for name, value in properties.items())
    rows.createOrReplaceTempView(view)
    try:
        spark.sql(
            f"CREATE TABLE delta.{quoted_name(path)} USING delta "
            f"{clustering}COMMENT {quoted(table_comment(spec))} "
            f"TBLPROPERTIES ({pairs}) AS SELECT * FROM {view}"
        )
    except AnalysisException as error:
        if error.getCondition() != "TABLE_OR_VIEW_ALREADY_EXISTS":
            raise
        raise SweepConflict(
            f"Another run made {spec.name} in {path} meanwhile.",
            "Wait until it has finished, then run the same command again.",
        ) from error
    finally:
        spark.catalog.dropTempView(view)


def has_remains(spark: SparkSession, spec: TableSpec, *, root: str) -> bool:
    """Whether a first write that was killed before its commit left any files.

    Args:
        spark: the session.
        spec: a table that the store does not have.
        root: the folder or address of the store.

    Raises:
        StoreFault: the files are rows of a table whose log is lost.
    """
    path = f"{root}/{spec.name}"
    remains = folder_at(spark, path).names()
    marked = MARK + spec.name in folder_at(spark, root).names()
    if any(name.endswith(".parquet") for name in remains) and not marked:
        raise StoreFault(
            f"The store {root} holds files of {spec.name}, but the log that says which of them "
            "count is gone.",
            f"Put the folder {path}/_delta_log back from a copy, or move the whole folder away "
            f"and run {MAKERS[spec.name]} again.",
        )
    return bool(remains)


def properties_of(spec: TableSpec, *, open_readers: bool) -> dict[str, str]:
    """The table's properties, its constraints among them."""
    properties = {
        "delta.enableDeletionVectors": str(not open_readers).lower(),
        "delta.enableChangeDataFeed": str(spec.change_feed).lower(),
        "delta.logRetentionDuration": KEEP_YEARS,
        "delta.deletedFileRetentionDuration": KEEP_YEARS,
    }
    if spec.unindexed or spec.found_by:
        properties["delta.dataSkippingStatsColumns"] = ",".join(spec.indexed)
    constraints = {CONSTRAINT + name: sql for name, sql in spec.constraints_when_made.items()}
    return properties | constraints


def quoted(text: str) -> str:
    """A text in quotes for SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quoted_name(name: str) -> str:
    """A name in backticks for SQL, whatever characters it has."""
    return "`" + name.replace("`", "``") + "`"
