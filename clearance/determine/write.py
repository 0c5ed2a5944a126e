"""Writes a sweep: one commit to `determinations` that adds, changes and deletes rows."""

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
    existing: DataFrame | None,
    after: int,
) -> int:
    """Write the decided rows into `determinations`, in one commit that carries the manifest.

    Args:
        spark: the session.
        store: the store of the tables.
        decided: one row per unit and pack, without `sweep_id`.
        manifest: the note of the commit.
        existing: the current rows of the same packs and people; None if the table is new, so that
            all rows are written without a join.
        after: the table's version that `existing` was read from.

    Returns:
        The table's version after the sweep.

    Raises:
        SweepConflict: another sweep was written meanwhile.
    """
    rows = decided.withColumn("sweep_id", F.lit(manifest.sweep_id)).select(*DETERMINATIONS.columns)
    table, note = "determinations", manifest.as_json()
    writing = store.compare_and_commit(spark, table, after=after, note=note)
    with storage_faults(f"writing {table}"), writing as commit:
        if existing is None:
            # Replaced, not appended: of two first sweeps at once, one must be refused.
            store.replace(rows, table)
        else:
            store.bring_up_to_date(spark, table)
            _merge(spark, store, changes(rows, existing=existing))
    return commit.version


def changes(rows: DataFrame, *, existing: DataFrame) -> DataFrame:
    """One row per determination to write, or (`is_row` false) per key of a row to delete.

    Args:
        rows: this sweep's determinations.
        existing: the table's rows of the same packs and people; equal content is left out.
    """
    old, new = existing.alias("old"), rows.alias("new")
    same_key = [F.col(f"old.{name}") == F.col(f"new.{name}") for name in KEY]
    joined = old.join(new, on=same_key, how="full_outer")
    differs = F.lit(False)
    for name in CONTENT:
        differs = differs | ~F.col(f"old.{name}").eqNullSafe(F.col(f"new.{name}"))
    is_row = F.col("new.unit_id").isNotNull()
    return joined.where(differs).select(
        is_row.alias("is_row"),
        *[
            _from_either_side(name) if name in KEY else F.col(f"new.{name}")
            for name in DETERMINATIONS.columns
        ],
    )


def _from_either_side(name: str) -> Column:
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
