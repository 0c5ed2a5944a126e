"""Tables that an earlier release made: the columns they lack, the constraints that have changed."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.store.first_write import CONSTRAINT, quoted_name
from clearance.platform.store.log_folder import spark_path
from clearance.schemas import TableSpec


def bring_up_to_date(spark: SparkSession, spec: TableSpec, *, root: str) -> None:
    """Give a table the columns and constraints of this release; new columns are null in its rows.

    A constraint that said less then (a list of words that has grown) is taken away and added anew.
    One that a killed command took away is added by the next.

    Args:
        spark: the session.
        spec: a table that the store has.
        root: the folder or address of the store.
    """
    place = spark_path(f"{root}/{spec.name}")
    table = f"delta.{quoted_name(place)}"
    there = set(spark.read.format("delta").load(place).columns)
    if lacking := [f"{name} {kind}" for name, kind in spec.types.items() if name not in there]:
        spark.sql(f"ALTER TABLE {table} ADD COLUMNS ({', '.join(lacking)})")
    if not spec.widened:
        return
    properties = spark.sql(f"SHOW TBLPROPERTIES {table}").collect()
    stands = {row["key"]: _without_blanks(row["value"]) for row in properties}
    for name in spec.widened:
        condition = spec.constraints[name]
        stood = stands.get(CONSTRAINT + name)
        if stood == _without_blanks(condition):
            continue
        if stood is not None:
            spark.sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        spark.sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})")


def with_later_columns(rows: DataFrame, spec: TableSpec) -> DataFrame:
    """A row is as it was, with the columns that the table has got since, which say nothing.

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
    """What two spellings of a condition have in common: Delta keeps its words, not its blanks."""
    return "".join(condition.split())
