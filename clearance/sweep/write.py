"""Writing a sweep: one commit to `determinations`, whatever it adds, changes and withdraws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.schemas import DETERMINATIONS
from clearance.store import Store, storage_faults
from clearance.sweep.digest import CONTENT
from clearance.sweep.manifest import Manifest

METADATA = "spark.databricks.delta.commitInfo.userMetadata"
APP_ID = "spark.databricks.delta.write.txnAppId"
APP_VERSION = "spark.databricks.delta.write.txnVersion"


def write_sweep(
    spark: SparkSession, store: Store, decided: DataFrame, manifest: Manifest, *, first: bool
) -> None:
    """Bring the table to what was decided, in one commit that carries the manifest.

    Args:
        spark: the session.
        store: where the table is.
        decided: a row a unit and pack, without `sweep_id`.
        manifest: the commit's metadata; its id also makes a retried job write once.
        first: whether the table is new, so that rows are appended without a join.
    """
    rows = decided.withColumn("sweep_id", F.lit(manifest.sweep_id)).select(*DETERMINATIONS.columns)
    with storage_faults("writing determinations"), _as_one_commit(spark, manifest):
        if first:
            path = store.path("determinations")
            rows.write.format("delta").mode("append").save(path)
        else:
            _merge(spark, store, rows, manifest)


def _merge(spark: SparkSession, store: Store, rows: DataFrame, manifest: Manifest) -> None:
    """Change only rows whose content changed; withdraw units that left scope or existence."""
    changed = " OR ".join(f"NOT (now.{name} <=> new.{name})" for name in CONTENT)
    ours = None
    if manifest.selected:
        names = ", ".join(f"'{name}'" for name in sorted(manifest.selected))
        ours = f"now.pack IN ({names})"
    (
        store.delta(spark, "determinations")
        .alias("now")
        .merge(
            rows.alias("new"),
            "now.pack = new.pack AND now.unit_id = new.unit_id AND now.subject_id = new.subject_id",
        )
        .whenMatchedUpdateAll(condition=changed)
        .whenNotMatchedInsertAll()
        .whenNotMatchedBySourceDelete(condition=ours)
        .execute()
    )


@contextmanager
def _as_one_commit(spark: SparkSession, manifest: Manifest) -> Iterator[None]:
    """Session settings around the one write, gone afterwards."""
    settings = {METADATA: manifest.as_json(), APP_ID: manifest.sweep_id, APP_VERSION: "1"}
    for key, value in settings.items():
        spark.conf.set(key, value)
    try:
        yield
    finally:
        for key in settings:
            spark.conf.unset(key)
