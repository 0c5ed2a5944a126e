"""The oldest record that anything may still ask for: a version of `source_rows`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pyspark.sql import Row, SparkSession

from clearance.determine.recorded import standing, sweep_of
from clearance.grant.last_looked import looked_at
from clearance.platform.store.store import Store
from clearance.prepare.changed_people import read_state


def oldest_record(spark: SparkSession, store: Store, *, since: datetime) -> int | None:
    """The oldest version of `source_rows` that is needed; None where nothing was prepared.

    Needed are those of the last prepare, of the sweeps whose decisions stand, of every sweep since
    a moment, and those that grants were last held against. `replay` needs none: it decides
    `charges` and `arrests`, of which every version stays.

    Args:
        spark: the session.
        store: where the tables are.
        since: records of sweeps that ended later stay.
    """
    found = [
        note.source_rows
        for until in _versions_of_charges(spark, store, since=since)
        if (note := read_state(spark, store, "charges", until=until)[1]) is not None
    ]
    return min(found, default=None)


def _versions_of_charges(
    spark: SparkSession, store: Store, *, since: datetime
) -> Iterator[int | None]:
    """The versions of `charges` whose record is needed; None for the last."""
    yield None
    if not store.exists(spark, "sweeps"):
        return
    sweeps = store.read(spark, "sweeps").orderBy("determinations_version").collect()
    ids = _standing(spark, store, sweeps)
    for sweep in sweeps:
        # PySpark gives the machine's own time, without a zone.
        if sweep["finished_at"].astimezone(UTC) >= since or sweep["sweep_id"] in ids:
            yield sweep["input_versions"].get("charges")
    granting = _granting(spark, store)
    for _, versions in looked_at(spark, store).since(granting, sweeps=sweeps):
        yield versions["charges"]


def _standing(spark: SparkSession, store: Store, sweeps: list[Row]) -> set[str]:
    """The sweeps whose decisions stand after the last."""
    if not sweeps:
        return set()
    found = standing(spark, store, sweep_of(sweeps[-1]))
    return {found.whole.sweep_id, *(sweep.sweep_id for sweep in found.later.values())}


def _granting(spark: SparkSession, store: Store) -> set[str]:
    """The sweeps of which grants stand."""
    if not store.exists(spark, "grants"):
        return set()
    rows = store.read(spark, "grants").where("corrected_on IS NULL")
    return {row["sweep_id"] for row in rows.select("sweep_id").distinct().collect()}
