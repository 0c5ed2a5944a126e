"""Corrections: grants of which the corrected record shows that they were not due on their day.

A granted unit whose row is another than when it was last held against the record, of a person of
whom the record or another office now says something else, is decided again: as of the day of the
grant, by the packs of the grant's sweep, from what is now known to have happened until that day.
Only a plain answer against the grant counts. What came later withdraws nothing; neither does what
has no day, what is unknown, what is under review, or a unit that is no longer on the record.

All doubted grants are decided in one plan for each version of a pack, whatever their days.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.determine.plan import Plan
from clearance.determine.replay import assigned_as_recorded, fingerprints_of, stored_packs
from clearance.determine.scope import Scope
from clearance.determine.step import UNIT_TABLES, decide
from clearance.grant.known_then import tag, tagged_unit, units_then
from clearance.grant.last_looked import Versions
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store
from clearance.prepare.changed_people import PrepareState, people_with_other_records, read_state

KEY = ("unit_id", "pack", "granted_on")
AGAINST = ("NOT_ELIGIBLE", "NOT_YET")


def corrections(
    spark: SparkSession,
    store: Store,
    *,
    grants: DataFrame,
    sweeps: Sequence[Row],
    now: PrepareState,
    versions: Versions,
    since: Iterable[tuple[Sequence[str], Versions]],
    rules: Path,
) -> DataFrame | None:
    """A row is a grant that was not due: unit_id, pack, granted_on, correction_reason.

    None where nothing that grants rest on has changed.

    Args:
        spark: the session.
        store: where the tables are.
        grants: rows of `grants` that no correction has met yet.
        sweeps: rows of `sweeps`.
        now: what `charges` and `arrests` rest on.
        versions: theirs.
        since: ids of sweeps, with the versions that their grants were last held against.
        rules: the rules folder, to read the record with.
    """
    parts = [
        _doubted(spark, store, grants, of=ids, since=at, now=now, versions=versions)
        for ids, at in since
        if read_state(spark, store, "charges", until=at["charges"])[1] != now
    ]
    if not parts:
        return None
    doubted = reduce(DataFrame.unionByName, parts).persist()
    by_id = {row["sweep_id"]: row for row in sweeps}
    pairs = doubted.select("sweep_id", "pack").distinct().collect()
    editions = _editions({(row["sweep_id"], row["pack"]): by_id[row["sweep_id"]] for row in pairs})
    if not editions:
        doubted.unpersist()
        return None
    units = units_then(spark, store, doubted, now=now, rules=rules)
    used = {
        name for records, _ in editions for one in records.values() for name in fingerprints_of(one)
    }
    bounds = stored_packs(spark, store, rules=rules, wanted=used)
    found = []
    for records, members in editions:
        assigned = tuple(assigned_as_recorded(record, bounds) for record in records.values())
        mine = literal_table(spark, members, {"sweep_id": "string", "pack": "string"})
        wanted = doubted.join(F.broadcast(mine), on=["sweep_id", "pack"], how="left_semi")
        found.append(_against(units, wanted, Plan(assigned, files=(), notes=(), selected=())))
    return reduce(DataFrame.unionByName, found)


def _doubted(
    spark: SparkSession,
    store: Store,
    grants: DataFrame,
    *,
    of: Sequence[str],
    since: Versions,
    now: PrepareState,
    versions: Versions,
) -> DataFrame:
    """A row is a grant of some sweeps whose unit and person are others since: whose, the key."""
    grants = grants.where(F.col("sweep_id").isin(list(of)))
    _, earlier = read_state(spark, store, "charges", until=since["charges"])
    if earlier is not None:
        others = people_with_other_records(spark, store, earlier=earlier, now=now)
        grants = grants.join(others, on="subject_id", how="left_semi")
    units = _other_units(spark, store, units=grants, since=since, versions=versions)
    return grants.join(units, on="unit_id", how="left_semi").select("subject_id", "sweep_id", *KEY)


def _other_units(
    spark: SparkSession, store: Store, *, units: DataFrame, since: Versions, versions: Versions
) -> DataFrame:
    """A row is a granted unit whose row is not what it was: unit_id."""
    wanted = units.select("unit_id").distinct()
    others = []
    for table in UNIT_TABLES.values():
        sides = [
            store.read_rows_of(spark, table, version=max(at[table], 0)).join(
                wanted, on="unit_id", how="left_semi"
            )
            for at in (since, versions)
        ]
        # A table of an earlier release may lack columns of today's.
        both = [name for name in sides[1].columns if name in sides[0].columns]
        before, after = (side.select(*both) for side in sides)
        others.append(before.exceptAll(after).select("unit_id"))
    return reduce(DataFrame.unionByName, others).distinct()


Edition = tuple[dict[str, Any], list[tuple[str, str]]]


def _editions(sweeps: Mapping[tuple[str, str], Row]) -> list[Edition]:
    """By version: a pack as it was assigned, by id, and the sweeps and packs that it is of.

    Each pack stands once in an edition. There are as many as the pack has that was changed most
    often, however many sweeps there were.

    Args:
        sweeps: by a sweep's id and a pack's, the sweep's row.
    """
    assigned = {sweep_id: json.loads(row["assigned"]) for (sweep_id, _), row in sweeps.items()}
    places: dict[str, dict[str, int]] = {}
    editions: list[Edition] = []
    for sweep_id, pack in sorted(sweeps):
        record = assigned[sweep_id].get(pack)
        if record is None:
            continue
        known = places.setdefault(pack, {})
        place = known.setdefault(json.dumps(record, sort_keys=True), len(known))
        if place == len(editions):
            editions.append(({}, []))
        records, members = editions[place]
        records[pack] = record
        members.append((sweep_id, pack))
    return editions


def _against(units: Mapping[str, DataFrame], doubted: DataFrame, plan: Plan) -> DataFrame:
    """The doubted grants that the packs decide against, in the columns of `corrections`."""
    packs = frozenset(item.bound.pack.pack for item in plan.assigned)
    unsure = [item.bound.pack.unknown.reason for item in plan.assigned]
    again = decide(units, plan, as_of="as_of", scope=Scope(packs, None))
    against = again.where(F.col("outcome").isin(*AGAINST) & ~F.col("reason").isin(unsure))
    said = against.select(
        F.col("unit_id").alias("unit_then"), "pack", F.col("reason").alias("correction_reason")
    )
    asked = doubted.withColumn("unit_then", tagged_unit(tag()))
    return asked.join(said, on=["unit_then", "pack"], how="inner").select(*KEY, "correction_reason")
