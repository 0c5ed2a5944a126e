"""Corrections: grants that, by the corrected record, were not due on their day.

A grant is decided again when both the unit's row and the person's source rows or feeds have
changed since the grant was last checked. It is decided as of its own day, by the packs of its
sweep, from the events that today's record dates up to that day. It is corrected only if the answer
is NOT_ELIGIBLE or NOT_YET for a known reason. Later events, undated events, unknown facts, reviews
and units that are no longer on the record correct nothing.

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
from clearance.platform.spark.caches import Caches
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
    cached: Caches,
) -> DataFrame | None:
    """One row per grant that was not due: unit_id, pack, granted_on, correction_reason.

    None if neither the record nor a feed has changed since the last check.

    Args:
        spark: the session.
        store: the store of the tables.
        grants: rows of `grants` that are not corrected.
        sweeps: rows of `sweeps`.
        now: the state that `charges` and `arrests` were prepared from.
        versions: the versions of `charges` and `arrests`.
        since: ids of sweeps, with the versions at which their grants were last checked.
        rules: the rules folder, by which the record is read.
        cached: keeps what the result is computed from, until the grants are written.
    """
    doubted_by_version = [
        _doubted_grants(spark, store, grants, of=ids, since=at, now=now, versions=versions)
        for ids, at in since
        if read_state(spark, store, "charges", until=at["charges"])[1] != now
    ]
    if not doubted_by_version:
        return None
    doubted = cached.cache(reduce(DataFrame.unionByName, doubted_by_version))
    by_id = {row["sweep_id"]: row for row in sweeps}
    pairs = doubted.select("sweep_id", "pack").distinct().collect()
    editions = _editions({(row["sweep_id"], row["pack"]): by_id[row["sweep_id"]] for row in pairs})
    if not editions:
        return None
    units = units_then(spark, store, doubted, now=now, rules=rules, cached=cached)
    fingerprints = {
        name
        for records, _ in editions
        for pack in records.values()
        for name in fingerprints_of(pack)
    }
    packs = stored_packs(spark, store, rules=rules, wanted=fingerprints)
    wrong = []
    for records, members in editions:
        assigned = tuple(assigned_as_recorded(record, packs) for record in records.values())
        sweeps_and_packs = literal_table(spark, members, {"sweep_id": "string", "pack": "string"})
        grants_of_edition = doubted.join(
            F.broadcast(sweeps_and_packs), on=["sweep_id", "pack"], how="left_semi"
        )
        wrong.append(
            _decided_against(
                units, grants_of_edition, Plan(assigned, files=(), notes=(), selected=())
            )
        )
    return reduce(DataFrame.unionByName, wrong)


def _doubted_grants(
    spark: SparkSession,
    store: Store,
    grants: DataFrame,
    *,
    of: Sequence[str],
    since: Versions,
    now: PrepareState,
    versions: Versions,
) -> DataFrame:
    """One row per grant of some sweeps whose unit and person have changed, with its key."""
    grants = grants.where(F.col("sweep_id").isin(list(of)))
    _, earlier = read_state(spark, store, "charges", until=since["charges"])
    if earlier is not None:
        changed_people = people_with_other_records(spark, store, earlier=earlier, now=now)
        grants = grants.join(changed_people, on="subject_id", how="left_semi")
    units = _changed_units(spark, store, units=grants, since=since, versions=versions)
    return grants.join(units, on="unit_id", how="left_semi").select("subject_id", "sweep_id", *KEY)


def _changed_units(
    spark: SparkSession, store: Store, *, units: DataFrame, since: Versions, versions: Versions
) -> DataFrame:
    """One row per granted unit whose row has changed: unit_id."""
    wanted = units.select("unit_id").distinct()
    changed = []
    for table in UNIT_TABLES.values():
        sides = [
            store.read_rows_of(spark, table, version=max(at[table], 0)).join(
                wanted, on="unit_id", how="left_semi"
            )
            for at in (since, versions)
        ]
        # A table of an earlier release may lack columns of today's: they are not compared.
        both = [name for name in sides[1].columns if name in sides[0].columns]
        before, after = (side.select(*both) for side in sides)
        changed.append(before.exceptAll(after).select("unit_id"))
    return reduce(DataFrame.unionByName, changed).distinct()


Edition = tuple[dict[str, Any], list[tuple[str, str]]]


def _editions(sweeps: Mapping[tuple[str, str], Row]) -> list[Edition]:
    """Editions: packs as assigned, by id, at most one version of each, with their sweeps.

    There are as many editions as the most often changed pack has versions, however many sweeps
    there are.

    Args:
        sweeps: the sweep's row, by the id of the sweep and the id of the pack.
    """
    assigned = {sweep_id: json.loads(row["assigned"]) for (sweep_id, _), row in sweeps.items()}
    editions_of_packs: dict[str, dict[str, int]] = {}
    editions: list[Edition] = []
    for sweep_id, pack in sorted(sweeps):
        record = assigned[sweep_id].get(pack)
        if record is None:
            continue
        editions_of_pack = editions_of_packs.setdefault(pack, {})
        number = editions_of_pack.setdefault(
            json.dumps(record, sort_keys=True), len(editions_of_pack)
        )
        if number == len(editions):
            editions.append(({}, []))
        records, members = editions[number]
        records[pack] = record
        members.append((sweep_id, pack))
    return editions


def _decided_against(units: Mapping[str, DataFrame], doubted: DataFrame, plan: Plan) -> DataFrame:
    """The doubted grants that their packs do not give, in the columns of `corrections`."""
    packs = frozenset(item.resolved.pack.pack for item in plan.assigned)
    unknown_reasons = [item.resolved.pack.unknown.reason for item in plan.assigned]
    decided = decide(units, plan, as_of="as_of", scope=Scope(packs, None))
    against = decided.where(
        F.col("outcome").isin(*AGAINST) & ~F.col("reason").isin(unknown_reasons)
    )
    refusals = against.select(
        F.col("unit_id").alias("unit_then"), "pack", F.col("reason").alias("correction_reason")
    )
    tagged = doubted.withColumn("unit_then", tagged_unit(tag()))
    return tagged.join(refusals, on=["unit_then", "pack"], how="inner").select(
        *KEY, "correction_reason"
    )
