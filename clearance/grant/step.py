"""The step grant: records the relief that the law gives at a sweep, each unit and pack once.

A bar that arises later leaves a grant as it is. A grant that was not due on its day, by the
corrected record, is marked as corrected; the unit may be granted again when it is due.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.determine.recorded import named_sweep, sweep_of
from clearance.errors import UsageError
from clearance.grant.corrections import KEY, corrections
from clearance.grant.last_looked import CheckedVersions, load_checked_versions
from clearance.grant.record import first_rows
from clearance.platform.spark.caches import Caches, caches
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import stage
from clearance.prepare.changed_people import read_states
from clearance.prepare.record.raw_texts import office_form
from clearance.prepare.record.rules import RecordRules, load_record_rules
from clearance.schemas import GRANTS


@dataclass(frozen=True)
class GrantResult:
    """The numbers of grants that a run recorded and corrected.

    Attributes:
        sweep_id: the sweep.
        granted_on: the sweep's as-of.
        granted: units and packs granted now.
        granted_before: units and packs of the sweep that were granted before.
        corrected: earlier grants that were not due on their day.
    """

    sweep_id: str
    granted_on: date
    granted: int
    granted_before: int
    corrected: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return asdict(self)


@logged("grant")
def grant(spark: SparkSession, store: Store, *, sweep_id: str, rules: Path) -> GrantResult:
    """Record the sweep's ELIGIBLE units of the law as granted, as of the sweep's date.

    Args:
        spark: the session.
        store: the store of the tables.
        sweep_id: id of the sweep.
        rules: the rules folder, by which a corrected record is read.

    Raises:
        UsageError: there is no such sweep, or it is a what-if.
        SweepConflict: another run granted meanwhile.
        StoreFault: a version that the sweep used has been removed.
    """
    sweeps = store.read(spark, "sweeps").collect()
    sweep = named_sweep(sweeps, sweep_id, store=store)
    if sweep["what_if"]:
        raise UsageError(
            f"Sweep {sweep_id} is a what-if; nothing is granted on one.",
            "Grant a sweep whose as-of is neither before the extract nor after the day on which "
            "it was made (`clearance sweeps` lists them). Once that day has come, determine again.",
        )
    grants_version = store.version(spark, "grants")
    recorded = (
        store.read(spark, "grants", version=grants_version)
        if grants_version >= 0
        else literal_table(spark, [], GRANTS.types)
    )
    uncorrected = recorded.where("corrected_on IS NULL")
    with caches() as cached:
        with stage("Looking for grants that were not due"), storage_faults("correcting grants"):
            earlier = uncorrected.where(F.col("granted_on") < F.lit(sweep["as_of"]))
            checked_versions, wrong = _find_corrections(
                spark, store, earlier, sweeps=sweeps, rules=rules, cached=cached
            )
            corrected_rows = (
                _corrected_rows(recorded, wrong, on=sweep["as_of"]) if wrong is not None else None
            )
            corrected_count = 0 if corrected_rows is None else cached.cache(corrected_rows).count()
        with stage(f"Granting what sweep {sweep_id} gives"), storage_faults("granting"):
            granted_sweep = sweep_of(sweep)
            due = _eligible_by_law(granted_sweep.read(spark, store, "determinations"), sweep)
            granted_before = _still_granted(recorded, corrected_rows, as_of=sweep["as_of"])
            to_grant = cached.cache(
                due.join(granted_before, on=["unit_id", "pack"], how="left_anti")
            )
            due_count, granted_count = due.count(), to_grant.count()
            if granted_count or corrected_count:
                sources = granted_sweep.read(spark, store, "source_rows")
                granted_rows = grant_rows(
                    to_grant, sources=sources, sweep=sweep, rules=load_record_rules(rules)
                )
                rows_to_write = _rows_to_write(granted_rows, corrected_rows, recorded=recorded)
                # New grants have been decided on the sweep's own record only.
                checked = checked_versions.without(sweep_id) if granted_count else checked_versions
                note = checked.in_note({"granted": sweep_id, "after": grants_version})
                with store.compare_and_commit(spark, "grants", after=grants_version, note=note):
                    store.upsert(rows_to_write, "grants", key=KEY)
    return GrantResult(
        sweep_id, sweep["as_of"], granted_count, due_count - granted_count, corrected_count
    )


def _still_granted(
    recorded: DataFrame, corrected_rows: DataFrame | None, *, as_of: date
) -> DataFrame:
    """The recorded grants that are not granted again on a day.

    A corrected grant may be granted again on a later day, but not by a sweep of an earlier one.
    """
    granted = recorded.where(F.col("corrected_on").isNull() | (F.col("granted_on") >= F.lit(as_of)))
    if corrected_rows is None:
        return granted
    return granted.join(corrected_rows, on=list(KEY), how="left_anti")


def _rows_to_write(
    granted_rows: DataFrame, corrected_rows: DataFrame | None, *, recorded: DataFrame
) -> DataFrame:
    """New grants, corrected grants, and rows of an earlier release whose free text is removed."""
    rows = granted_rows if corrected_rows is None else granted_rows.unionByName(corrected_rows)
    return rows.unionByName(_with_raw_courts(recorded).join(rows, on=list(KEY), how="left_anti"))


def _find_corrections(
    spark: SparkSession,
    store: Store,
    grants: DataFrame,
    *,
    sweeps: list[Row],
    rules: Path,
    cached: Caches,
) -> tuple[CheckedVersions, DataFrame | None]:
    """The versions at which earlier grants are checked now, and the grants that were not due."""
    checked_versions, states = load_checked_versions(spark, store), read_states(spark, store)
    (_, now), *others = states.values()
    if now is None or any(state != now for _, state in others):
        return checked_versions, None
    versions = {table: version for table, (version, _) in states.items()}
    granting = {row["sweep_id"] for row in grants.select("sweep_id").distinct().collect()}
    wrong = corrections(
        spark,
        store,
        grants=grants,
        sweeps=sweeps,
        now=now,
        versions=versions,
        since=checked_versions.since(granting, sweeps=sweeps),
        rules=rules,
        cached=cached,
    )
    return checked_versions.with_checked(granting, versions=versions), wrong


def _eligible_by_law(determinations: DataFrame, sweep: Row) -> DataFrame:
    """ELIGIBLE determinations of law packs that the sweep itself decided."""
    packs = list(json.loads(sweep["assigned"]))
    eligible = determinations.where("kind = 'law' AND outcome = 'ELIGIBLE'")
    return eligible.where(F.col("pack").isin(packs))


def _corrected_rows(before: DataFrame, wrong: DataFrame, *, on: date) -> DataFrame:
    """The rows of wrong grants, with the day and the reason of their correction."""
    rest = before.drop("corrected_on", "correction_reason")
    joined = rest.join(wrong, on=list(KEY), how="inner")
    return joined.withColumn("corrected_on", F.lit(on)).select(*GRANTS.columns)


def _with_raw_courts(before: DataFrame) -> DataFrame:
    """Rows of an earlier release whose court or agency is free text, with a null in its place."""
    is_raw = F.col("court").isNotNull() & office_form(F.col("court")).isNull()
    return before.where(is_raw).withColumn("court", F.lit(None).cast("string"))


def grant_rows(
    given: DataFrame, *, sources: DataFrame, sweep: Row, rules: RecordRules
) -> DataFrame:
    """One row per unit and pack granted on the sweep's as-of.

    Args:
        given: determinations to grant.
        sources: `source_rows`, for the court or agency; null if the text has no known form.
        sweep: the sweep's row.
        rules: how the record is read.
    """
    texts = first_rows(sources, units=given, rules=rules)
    court = texts.select("unit_id", office_form(F.col("court")).alias("court"))
    constants = {
        "granted_on": F.lit(sweep["as_of"]),
        "sweep_id": F.lit(sweep["sweep_id"]),
        "noticed_in": F.lit(None).cast("string"),
        "corrected_on": F.lit(None).cast("date"),
        "correction_reason": F.lit(None).cast("string"),
    }
    joined = given.join(court, on="unit_id", how="left")
    return joined.withColumns(constants).select(*GRANTS.columns)
