"""A table's files of earlier versions, removed at once, as an operator's VACUUM does in time."""

from __future__ import annotations

from pyspark.sql import SparkSession

from clearance.platform.store.store import Store

CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"


def vacuum(spark: SparkSession, store: Store, *tables: str) -> None:
    """Remove the files that only earlier versions of these tables name."""
    spark.conf.set(CHECK, "false")
    try:
        for table in tables:
            store.delta(spark, table).vacuum(0)
    finally:
        spark.conf.unset(CHECK)
