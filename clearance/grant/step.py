"""Grant: what the law gave at a sweep, recorded as given, each unit and pack once.

A bar that arises later leaves a grant as it is. One that the corrected record shows was not due
on its day is marked as corrected; the unit may be granted again when it is due.
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
from clearance.grant.last_looked import Looked, looked_at
from clearance.grant.record import first_rows
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
    """What a grant recorded.

    Attributes:
        sweep_id: the sweep.
        granted_on: its as-of.
        granted: units and packs granted now.
        granted_before: those of the sweep that were granted before.
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
    """What was recorded: the sweep's ELIGIBLE units of the law, as of the sweep's date.

    Args:
        spark: the session.
        store: where the tables are.
        sweep_id: which sweep.
        rules: the rules folder, with which a corrected record is read.

    Raises:
        UsageError: there is no such sweep, or it is a what-if.
        SweepConflict: another run granted meanwhile.
        StoreFault: what the sweep rests on cannot be read any more.
    """
    sweeps = store.read(spark, "sweeps").collect()
    sweep = named_sweep(sweeps, sweep_id, store=store)
    if sweep["what_if"]:
        raise UsageError(
            f"Sweep {sweep_id} is a what-if; nothing is granted on one.",
            "Grant a sweep whose as-of is neither before the extract nor after the day on which "
            "it was made (`clearance sweeps` lists them). Once that day has come, determine again.",
        )
    after = store.version(spark, "grants")
    before = (
        store.read(spark, "grants", version=after)
        if after >= 0
        else literal_table(spark, [], GRANTS.types)
    )
    standing = before.where("corrected_on IS NULL")
    with stage("Looking for grants that were not due"), storage_faults("correcting grants"):
        earlier = standing.where(F.col("granted_on") < F.lit(sweep["as_of"]))
        looked, wrong = _wrong(spark, store, earlier, sweeps=sweeps, rules=rules)
        rows = _corrected(before, wrong, on=sweep["as_of"]) if wrong is not None else None
        corrected = 0 if rows is None else rows.persist().count()
    with stage(f"Granting what sweep {sweep_id} gives"), storage_faults("granting"):
        known = sweep_of(sweep)
        given = _given(known.read(spark, store, "determinations"), sweep)
        # A grant that was corrected may be due now, but an earlier sweep's is not due again.
        met = before.where(
            F.col("corrected_on").isNull() | (F.col("granted_on") >= F.lit(sweep["as_of"]))
        )
        met = met if rows is None else met.join(rows, on=list(KEY), how="left_anti")
        new = given.join(met, on=["unit_id", "pack"], how="left_anti").persist()
        counted, fresh = given.count(), new.count()
        if fresh or corrected:
            sources = known.read(spark, store, "source_rows")
            put = grant_rows(new, sources=sources, sweep=sweep, rules=load_record_rules(rules))
            put = put if rows is None else put.unionByName(rows)
            put = put.unionByName(_with_raw_courts(before).join(put, on=list(KEY), how="left_anti"))
            # What is granted now rests on the sweep's own record.
            held = looked.without(sweep_id) if fresh else looked
            note = held.in_note({"granted": sweep_id, "after": after})
            with store.compare_and_commit(spark, "grants", after=after, note=note):
                store.upsert(put, "grants", key=KEY)
        for frame in filter(None, (new, rows)):
            frame.unpersist()
    return GrantResult(sweep_id, sweep["as_of"], fresh, counted - fresh, corrected)


def _wrong(
    spark: SparkSession, store: Store, grants: DataFrame, *, sweeps: list[Row], rules: Path
) -> tuple[Looked, DataFrame | None]:
    """What grants of earlier days are held against now, and those that were not due, if any."""
    looked, found = looked_at(spark, store), read_states(spark, store)
    (_, now), *others = found.values()
    if now is None or any(note != now for _, note in others):
        return looked, None
    versions = {table: version for table, (version, _) in found.items()}
    granting = {row["sweep_id"] for row in grants.select("sweep_id").distinct().collect()}
    wrong = corrections(
        spark,
        store,
        grants=grants,
        sweeps=sweeps,
        now=now,
        versions=versions,
        since=looked.since(granting, sweeps=sweeps),
        rules=rules,
    )
    return looked.and_now(granting, versions=versions), wrong


def _given(determinations: DataFrame, sweep: Row) -> DataFrame:
    """What the law gives at the sweep; what other sweeps left standing is theirs to give."""
    packs = list(json.loads(sweep["assigned"]))
    given = determinations.where("kind = 'law' AND outcome = 'ELIGIBLE'")
    return given.where(F.col("pack").isin(packs))


def _corrected(before: DataFrame, wrong: DataFrame, *, on: date) -> DataFrame:
    """The grants' rows with the day and the reason of their correction."""
    rest = before.drop("corrected_on", "correction_reason")
    joined = rest.join(wrong, on=list(KEY), how="inner")
    return joined.withColumn("corrected_on", F.lit(on)).select(*GRANTS.columns)


def _with_raw_courts(before: DataFrame) -> DataFrame:
    """A row is one of an earlier release whose court or agency is any text, without that text."""
    is_raw = F.col("court").isNotNull() & office_form(F.col("court")).isNull()
    return before.where(is_raw).withColumn("court", F.lit(None).cast("string"))


def grant_rows(
    given: DataFrame, *, sources: DataFrame, sweep: Row, rules: RecordRules
) -> DataFrame:
    """A row is a unit and pack granted on the sweep's as-of.

    Args:
        given: determinations to grant.
        sources: `source_rows`, for the court or agency; a text of another form is left out.
        sweep: the sweep's row.
        rules: how the record is read.
    """
    found = first_rows(sources, units=given, rules=rules)
    court = found.select("unit_id", office_form(F.col("court")).alias("court"))
    known = {
        "granted_on": F.lit(sweep["as_of"]),
        "sweep_id": F.lit(sweep["sweep_id"]),
        "noticed_in": F.lit(None).cast("string"),
        "corrected_on": F.lit(None).cast("date"),
        "correction_reason": F.lit(None).cast("string"),
    }
    joined = given.join(court, on="unit_id", how="left")
    return joined.withColumns(known).select(*GRANTS.columns)
