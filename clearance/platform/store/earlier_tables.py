"""Updates tables of an earlier release: adds missing columns, replaces changed constraints."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.store.first_write import CONSTRAINT, quoted_name
from clearance.platform.store.log_folder import spark_path
from clearance.schemas import TableSpec


def bring_up_to_date(spark: SparkSession, spec: TableSpec, *, root: str) -> None:
    """Add this release's columns and constraints to a table; its rows have null in new columns.

    A constraint that has become wider (a list of words that has grown) is dropped and added again.
    Where a command is killed in between, the next command adds the missing constraint.

    Args:
        spark: the session.
        spec: a table that the store has.
        root: the folder or address of the store.
    """
    path = spark_path(f"{root}/{spec.name}")
    table = f"delta.{quoted_name(path)}"
    present = set(spark.read.format("delta").load(path).columns)
    if missing := [f"{name} {kind}" for name, kind in spec.types.items() if name not in present]:
        spark.sql(f"ALTER TABLE {table} ADD COLUMNS ({', '.join(missing)})")
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


def _without_blanks(condition: str) -> str:
    """A condition without blanks, to compare two spellings: Delta changes the blanks."""
    return "".join(condition.split())
