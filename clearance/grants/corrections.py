"""Corrections: grants of which the corrected record shows that they were not due on their day.

A granted unit whose row is another than at the grant, of a person of whom the record or another
office now says something else, is decided again: as of the day of the grant, by the packs of the
grant's sweep, from what is now known to have happened until that day. Only a plain answer against
the grant counts. What came later withdraws nothing; neither does what has no day, what is unknown,
what is under review, or a unit that is no longer on the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import reduce
from pathlib import Path

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.charges.arrests import arrests
from clearance.charges.changes import Note, note_on, people_with_other_records, whole_people
from clearance.charges.history import typed_rows
from clearance.charges.holes import lost_rows, open_holes
from clearance.charges.record_rules import load_record_rules
from clearance.charges.side_feeds import SideFeeds, side_feeds_at
from clearance.charges.statutes import load_statutes
from clearance.charges.tables import charges, features
from clearance.store import Store
from clearance.sweep.replay import plan_of
from clearance.sweep.scope import Scope
from clearance.sweep.step import UNIT_TABLES, decide

KEY = ("unit_id", "pack", "granted_on")
AGAINST = ("NOT_ELIGIBLE", "NOT_YET")


def corrections(
    spark: SparkSession, store: Store, *, grants: DataFrame, sweeps: list[Row], rules: Path
) -> DataFrame | None:
    """A row is a grant that was not due: unit_id, pack, granted_on, correction_reason.

    None where nothing that grants rest on has changed.

    Args:
        spark: the session.
        store: where the tables are.
        grants: rows of `grants` that no correction has met yet.
        sweeps: rows of `sweeps`.
        rules: the rules folder, to read the record with.
    """
    _, now = note_on(spark, store, "charges")
    if now is None:
        return None
    granting = {row["sweep_id"] for row in grants.select("sweep_id").distinct().collect()}
    found = [
        _of_sweep(spark, store, sweep, now=now, grants=grants, rules=rules)
        for sweep in sweeps
        if sweep["sweep_id"] in granting
    ]
    some = [rows for rows in found if rows is not None]
    return reduce(DataFrame.unionByName, some) if some else None


def _of_sweep(
    spark: SparkSession, store: Store, sweep: Row, *, now: Note, grants: DataFrame, rules: Path
) -> DataFrame | None:
    _, earlier = note_on(spark, store, "charges", until=sweep["input_versions"]["charges"])
    if earlier == now:
        return None
    mine = grants.where(F.col("sweep_id") == sweep["sweep_id"])
    if earlier is not None:
        others = people_with_other_records(spark, store, earlier=earlier, now=now)
        mine = mine.join(others, on="subject_id", how="left_semi")
    doubted = mine.join(
        _other_units(spark, store, sweep, units=mine), on="unit_id", how="left_semi"
    )
    doubted = doubted.select("subject_id", *KEY).persist()
    packs = [row["pack"] for row in doubted.select("pack").distinct().collect()]
    if not packs:
        doubted.unpersist()
        return None
    inputs = _known_then(
        spark, store, doubted.select("subject_id"), now=now, day=sweep["as_of"], rules=rules
    )
    plan = plan_of(spark, store, sweep, packs=packs, rules=rules)
    again = decide(inputs, plan, as_of=sweep["as_of"], scope=Scope(frozenset(packs), None))
    unsure = [item.bound.pack.unknown.reason for item in plan.assigned]
    against = again.where(F.col("outcome").isin(*AGAINST) & ~F.col("reason").isin(unsure))
    said = against.select("unit_id", "pack", F.col("reason").alias("correction_reason"))
    return doubted.join(said, on=["unit_id", "pack"], how="inner").select(*KEY, "correction_reason")


def _other_units(spark: SparkSession, store: Store, sweep: Row, *, units: DataFrame) -> DataFrame:
    """A row is a granted unit whose row is not what it was at the sweep: unit_id."""
    wanted = units.select("unit_id").distinct()
    others = []
    for table in UNIT_TABLES.values():
        version = max(sweep["input_versions"][table], 0)
        sides = [
            store.read_rows_of(spark, table, version=at).join(wanted, on="unit_id", how="left_semi")
            for at in (version, None)
        ]
        # A table of an earlier release may lack columns of today's.
        both = [name for name in sides[1].columns if name in sides[0].columns]
        before, after = (side.select(*both) for side in sides)
        others.append(before.exceptAll(after).select("unit_id"))
    return reduce(DataFrame.unionByName, others).distinct()


def _known_then(
    spark: SparkSession, store: Store, subjects: DataFrame, *, now: Note, day: date, rules: Path
) -> Mapping[str, DataFrame]:
    """The units of whole people as today's record shows them on an earlier day, by table."""
    record, statutes = load_record_rules(rules), load_statutes(rules)
    if "merges" in now.feeds:
        merges = store.read(spark, "merges", version=now.feeds["merges"])
        subjects = whole_people(subjects, merges=merges)
    source = store.read_rows_of(spark, "source_rows", version=now.source_rows)
    theirs = source.join(subjects.distinct(), on="subject_id", how="left_semi")
    holes = open_holes(lost_rows(spark, store), source=source)
    until = typed_rows(theirs, rules=record).where(
        F.col("event_date").isNull() | (F.col("event_date") <= F.lit(day))
    )
    worked_out = features(
        until,
        source=theirs,
        rules=record,
        statutes=statutes,
        feeds=replace(_until(side_feeds_at(spark, store, versions=now.feeds), day), holes=holes),
    )
    found = {"charges": charges(worked_out), "arrests": arrests(worked_out)}
    # What a record with a hole does not say is unknown.
    return {table: rows.where("NOT record_incomplete") for table, rows in found.items()}


def _until(feeds: SideFeeds, day: date) -> SideFeeds:
    """The feeds with what is known to have begun by a day; merges as they are today."""

    def begun(rows: DataFrame | None, column: str) -> DataFrame | None:
        return None if rows is None else rows.where(F.col(column) <= F.lit(day))

    return SideFeeds(
        registry=begun(feeds.registry, "registered_on"),
        supervision=begun(feeds.supervision, "started_on"),
        petitions=begun(feeds.petitions, "decided_on"),
        merges=feeds.merges,
    )
