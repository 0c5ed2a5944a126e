"""Writing a sweep: one commit to `determinations`, whatever it adds, changes and withdraws."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.determine.digest import CONTENT
from clearance.determine.manifest import Manifest
from clearance.platform.store.store import Store, storage_faults
from clearance.schemas import DETERMINATIONS

KEY = ("subject_id", "pack", "unit_id")


def write_sweep(
    spark: SparkSession,
    store: Store,
    decided: DataFrame,
    manifest: Manifest,
    *,
    touched: DataFrame | None,
    after: int,
) -> int:
    """Bring the table to what was decided, in one commit that carries the manifest.

    Args:
        spark: the session.
        store: where the table is.
        decided: a row a unit and pack, without `sweep_id`.
        manifest: kept with the commit.
        touched: the rows that stand now for what was decided; None where the table is new, so
            that all is written without a join.
        after: the table's version that `touched` is of.

    Returns:
        The table's version after the sweep.

    Raises:
        SweepConflict: another sweep was written meanwhile.
    """
    rows = decided.withColumn("sweep_id", F.lit(manifest.sweep_id)).select(*DETERMINATIONS.columns)
    table, note = "determinations", manifest.as_json()
    writing = store.compare_and_commit(spark, table, after=after, note=note)
    with storage_faults(f"writing {table}"), writing as turn:
        if touched is None:
            # Not appended: of two first sweeps at once, one must lose.
            store.replace(rows, table)
        else:
            store.bring_up_to_date(spark, table)
            _merge(spark, store, changes(rows, touched=touched))
    return turn.version


def changes(rows: DataFrame, *, touched: DataFrame) -> DataFrame:
    """A row is a determination to write, or (`is_row` false) the key of one to withdraw.

    Args:
        rows: what this sweep says.
        touched: what the table says of the same packs and people; equal content is left out.
    """
    old, new = touched.alias("old"), rows.alias("new")
    same_key = [F.col(f"old.{name}") == F.col(f"new.{name}") for name in KEY]
    joined = old.join(new, on=same_key, how="full_outer")
    differs = F.lit(False)
    for name in CONTENT:
        differs = differs | ~F.col(f"old.{name}").eqNullSafe(F.col(f"new.{name}"))
    is_row = F.col("new.unit_id").isNotNull()
    return joined.where(differs).select(
        is_row.alias("is_row"),
        *[
            _either(name) if name in KEY else F.col(f"new.{name}")
            for name in DETERMINATIONS.columns
        ],
    )


def _either(name: str) -> Column:
    return F.coalesce(F.col(f"new.{name}"), F.col(f"old.{name}")).alias(name)


def _merge(spark: SparkSession, store: Store, changed: DataFrame) -> None:
    values: dict[str, str | Column] = {
        name: F.col(f"new.{name}") for name in DETERMINATIONS.columns
    }
    (
        store.delta(spark, "determinations")
        .alias("old")
        .merge(changed.alias("new"), " AND ".join(f"old.{name} = new.{name}" for name in KEY))
        .whenMatchedDelete(condition="NOT new.is_row")
        .whenMatchedUpdate(set=values)
        .whenNotMatchedInsert(condition="new.is_row", values=values)
        .execute()
    )
