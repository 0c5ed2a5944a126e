"""The oldest version of `source_rows` that must not be deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pyspark.sql import Row, SparkSession

from clearance.determine.recorded import deciding_sweeps, sweep_of
from clearance.grant.last_looked import load_checked_versions
from clearance.platform.store.store import Store
from clearance.prepare.changed_people import read_state


def oldest_record(spark: SparkSession, store: Store, *, since: datetime) -> int | None:
    """The oldest version of `source_rows` that is needed; None if nothing was prepared.

    Needed are the versions of the last prepare, of the sweeps that decided the current rows of
    `determinations`, of every sweep since a moment, and of the last check of each sweep's grants.
    `replay` needs none: it reads `charges` and `arrests`, whose versions are never deleted.

    Args:
        spark: the session.
        store: the store of the tables.
        since: the versions of sweeps that ended after this moment are needed.
    """
    needed = [
        state.source_rows
        for until in _versions_of_charges(spark, store, since=since)
        if (state := read_state(spark, store, "charges", until=until)[1]) is not None
    ]
    return min(needed, default=None)


def _versions_of_charges(
    spark: SparkSession, store: Store, *, since: datetime
) -> Iterator[int | None]:
    """The versions of `charges` whose source rows are needed; None for the latest version."""
    yield None
    if not store.exists(spark, "sweeps"):
        return
    sweeps = store.read(spark, "sweeps").orderBy("determinations_version").collect()
    ids = _deciding_sweeps(spark, store, sweeps)
    for sweep in sweeps:
        # PySpark returns local time without a zone.
        if sweep["finished_at"].astimezone(UTC) >= since or sweep["sweep_id"] in ids:
            yield sweep["input_versions"].get("charges")
    granting = _granting_sweeps(spark, store)
    for _, versions in load_checked_versions(spark, store).since(granting, sweeps=sweeps):
        yield versions["charges"]


def _deciding_sweeps(spark: SparkSession, store: Store, sweeps: list[Row]) -> set[str]:
    """Ids of the sweeps that decided the current rows of `determinations`."""
    if not sweeps:
        return set()
    current = deciding_sweeps(spark, store, sweep_of(sweeps[-1]))
    return {current.whole.sweep_id, *(sweep.sweep_id for sweep in current.later.values())}


def _granting_sweeps(spark: SparkSession, store: Store) -> set[str]:
    """Ids of the sweeps with grants that are not corrected."""
    if not store.exists(spark, "grants"):
        return set()
    rows = store.read(spark, "grants").where("corrected_on IS NULL")
    return {row["sweep_id"] for row in rows.select("sweep_id").distinct().collect()}
