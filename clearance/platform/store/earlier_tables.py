"""Updates tables of an earlier release: adds columns and comments, replaces constraints."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.store.comments import column_comments
from clearance.platform.store.first_write import CONSTRAINT, quoted, quoted_name
from clearance.platform.store.log_folder import spark_path
from clearance.schemas import TableSpec


def bring_up_to_date(spark: SparkSession, spec: TableSpec, *, root: str) -> None:
    """Add this release's columns, their comments and constraints to a table.

    Its rows have null in new columns. All comments that differ are written in one commit.

    A constraint that has become wider (a list of words that has grown) is dropped and added again.
    Where a command is killed in between, the next command adds the missing constraint.

    Args:
        spark: the session.
        spec: a table that the store has.
        root: the folder or address of the store.
    """
    path = spark_path(f"{root}/{spec.name}")
    table = f"delta.{quoted_name(path)}"
    present = {
        field.name: field.metadata.get("comment")
        for field in spark.read.format("delta").load(path).schema
    }
    comments = column_comments(spec)
    if missing := [
        f"{name} {kind}{_comment_clause(comments.get(name))}"
        for name, kind in spec.types.items()
        if name not in present
    ]:
        spark.sql(f"ALTER TABLE {table} ADD COLUMNS ({', '.join(missing)})")
    if changed := [
        f"{quoted_name(name)}{_comment_clause(comment)}"
        for name, comment in comments.items()
        if name in present and present[name] != comment
    ]:
        spark.sql(f"ALTER TABLE {table} ALTER COLUMN {', '.join(changed)}")
    if not spec.widened:
        return
    properties = {
        row["key"]: row["value"] for row in spark.sql(f"SHOW TBLPROPERTIES {table}").collect()
    }
    for name in spec.widened:
        condition = spec.constraints[name]
        current = properties.get(CONSTRAINT + name)
        if current is not None and _without_blanks(current) == _without_blanks(condition):
            continue
        if current is not None:
            spark.sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        spark.sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})")


def with_later_columns(rows: DataFrame, spec: TableSpec) -> DataFrame:
    """The rows of an earlier version, with null in the columns that were added to the table since.

    Args:
        rows: of an earlier version of the table.
        spec: the table.
    """
    later = {
        name: F.lit(None).cast(kind)
        for name, kind in spec.types.items()
        if name not in rows.columns
    }
    return rows.withColumns(later) if later else rows


def _comment_clause(comment: str | None) -> str:
    return "" if comment is None else f" COMMENT {quoted(comment)}"


def _without_blanks(condition: str) -> str:
    """A condition without blanks, to compare two spellings: Delta changes the blanks."""
    return "".join(condition.split())
