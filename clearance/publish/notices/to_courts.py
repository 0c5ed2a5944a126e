"""Notices to courts: what was granted and what was corrected, each told once, whatever the folders.

A month's file in a folder holds what was told there in that month and all that no court has been
told yet. Files are finished aside; then `notices` takes up what is new, in one commit; then the
files move in. Where a run ended in between, the next one into the same folder makes the files again
from `notices` (see `notices_due`). Source: the contract's `notice-YYYY-MM.csv`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.determine.recorded import Sweep
from clearance.grant.last_looked import looked_at
from clearance.grant.record import first_rows
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store
from clearance.prepare.record.fields import whole_date
from clearance.prepare.record.rules import load_record_rules
from clearance.publish.counties import folders, known_counties
from clearance.publish.figures.together import collected
from clearance.publish.files import Workplace
from clearance.publish.notices.county_lists import CountyList, move_lists, write_lists
from clearance.publish.notices.due import note_due, notices_due
from clearance.publish.packets.counts import case_numbers, numbered_steps
from clearance.publish.packets.row_keys import case_number
from clearance.schemas import GRANTS, NOTICES

FOLDER = "courts"
COLUMNS = (
    *("county", "court", "case_number", "subject_id", "name", "birth_date", "charge"),
    *("event_date", "pack", "cite", "relief", "granted_on", "kind", "sweep_id"),
)
LIST = CountyList(
    "notices", COLUMNS, order=("court", "subject_id", "unit_id", "pack", "granted_on", "kind")
)
GRANT = ("unit_id", "pack", "granted_on")
KEY = (*GRANT, "kind")


def write_notices(
    spark: SparkSession,
    store: Store,
    *,
    place: Workplace,
    counties: Iterable[str] | None,
    rules: Path,
    sweep: Sweep,
) -> int:
    """How many grants and corrections courts are told of for the first time, when they are told.

    Args:
        spark: the session.
        store: where the tables are; nothing is written where there are no grants.
        place: where to work.
        counties: those to publish, as every table writes them; None means all.
        rules: the rulebook's folder.
        sweep: what is published. The month of its as-of names the files; a what-if tells courts
            nothing new.

    Raises:
        SweepConflict: another run is telling courts meanwhile.
    """
    if not store.exists(spark, "grants"):
        return 0
    after = store.version(spark, "notices")
    told = (
        store.read(spark, "notices", version=after)
        if after >= 0
        else literal_table(spark, [], NOTICES.types)
    )
    # What is granted meanwhile is told the next time.
    grants = store.read(spark, "grants", version=store.version(spark, "grants"))
    said = {
        "month": f"{sweep.as_of:%Y-%m}",
        "folder": str(place.out),
        "sweep_id": sweep.sweep_id,
    }
    new = _to_tell(grants, told, until=sweep.as_of).withColumns(
        {name: F.lit(value) for name, value in said.items()}
    )
    if sweep.what_if:
        new = new.limit(0)
    new = new.select(*NOTICES.columns).persist()
    here = told.where(F.col("folder") == said["folder"])
    counted = _counted(grants, told=told, here=here, new=new)
    if not counted.granting:
        return 0
    names = folders(
        sorted(counted.granting) if counties is None else counties, known=known_counties(rules)
    )
    fresh = {key: rows for key, rows in counted.fresh.items() if key[0] in names}
    month, due = said["month"], notices_due(place.out)
    again = [key for key in counted.earlier if key[0] in names and (key[1] == month or key in due)]
    # Each county has a file of the month, also where nothing is told, if courts may be told anew.
    always = set() if sweep.what_if else {month}
    files = _files(again, names=names, place=place, always=always)
    content = here.join(
        F.broadcast(literal_table(spark, again, {"county": "string", "month": "string"})),
        on=["county", "month"],
        how="left_semi",
    )
    first_told = new.where(F.col("county").isin(list(names)))
    rows = sum(fresh.values()) + sum(counted.earlier[key] for key in again)
    notices = content.unionByName(first_told)
    lines = _lines(spark, store, notices, grants=grants, at_most=rows, rules=rules, sweep=sweep)
    made = write_lists(lines, LIST, place=place, files=files, expected=rows)
    elsewhere = {key for key in due if key[0] not in names}
    if fresh:
        note_due(place.out, {*due, *((county, month) for county, _ in fresh)})
        note = json.dumps({"noticed": sweep.sweep_id, "after": after})
        with store.write_lock(), store.compare_and_commit(spark, "notices", after=after, note=note):
            store.append(first_told, "notices")
    new.unpersist()
    move_lists(made)
    note_due(place.out, elsewhere)
    if counted.unmarked or any(kind == "grant" for _, kind in fresh):
        _mark(spark, store)
    return sum(fresh.values())


@dataclass(frozen=True)
class _Counted:
    """What there is to tell, and what was told.

    Attributes:
        granting: counties with a grant.
        fresh: notices never told, by county and kind.
        earlier: notices told in this folder, by county and month.
        unmarked: whether a court was told of a grant that is not marked as noticed.
    """

    granting: set[str]
    fresh: dict[tuple[str, str], int]
    earlier: dict[tuple[str, str], int]
    unmarked: bool


def _counted(grants: DataFrame, *, told: DataFrame, here: DataFrame, new: DataFrame) -> _Counted:
    rows = F.count("*").alias("rows")
    found = collected(
        {
            "granting": grants.groupBy("county").agg(rows),
            "fresh": new.groupBy("county", "kind").agg(rows),
            "earlier": here.groupBy("county", "month").agg(rows),
            "unmarked": _told_unmarked(grants, told=told).agg(rows),
        }
    )
    return _Counted(
        granting={row["county"] for row in found["granting"]},
        fresh={(row["county"], row["kind"]): row["rows"] for row in found["fresh"]},
        earlier={(row["county"], row["month"]): row["rows"] for row in found["earlier"]},
        unmarked=any(row["rows"] for row in found["unmarked"]),
    )


def _to_tell(grants: DataFrame, told: DataFrame, *, until: date) -> DataFrame:
    """A row is a grant or a correction that no court has been told of.

    Those made after the day that is asked are told when it has come.
    """
    days = {"grant": "granted_on", "correction": "corrected_on"}
    first, second = (
        grants.where(F.col(day) <= F.lit(until)).select(*GRANT, F.lit(kind).alias("kind"), "county")
        for kind, day in days.items()
    )
    return first.unionByName(second).join(told.select(*KEY), on=list(KEY), how="left_anti")


def _files(
    again: Iterable[tuple[str, str]], *, names: dict[str, str], place: Workplace, always: set[str]
) -> dict[str, list[Path]]:
    """By county, the files to make: those of the months that always have one, and those due."""
    months = {county: set(always) for county in names}
    for county, of in again:
        months[county].add(of)
    return {
        county: [place.out / FOLDER / names[county] / f"notice-{of}.csv" for of in sorted(every)]
        for county, every in months.items()
    }


def _lines(
    spark: SparkSession,
    store: Store,
    notices: DataFrame,
    *,
    grants: DataFrame,
    at_most: int,
    rules: Path,
    sweep: Sweep,
) -> DataFrame:
    """A row is a line of a notice: county, file, unit_id and the columns of the list."""
    given = grants.select(*GRANT, "subject_id", "cite", "relief", "court", "sweep_id")
    told = notices.drop("sweep_id").join(given, on=list(GRANT), how="inner")
    sources = sweep.read(spark, store, "source_rows")
    charges = sweep.read(spark, store, "charges").select(
        "unit_id", "count_order", F.col("conviction_date").alias("event_date")
    )
    arrests = sweep.read(spark, store, "arrests").select(
        "unit_id", F.lit(None).cast("string").alias("count_order"), "arrest_date"
    )
    units = charges.union(arrests)
    dated = told.join(units, on="unit_id", how="left").withColumn(
        "step", F.substring("count_order", 1, 6)
    )
    record = load_record_rules(rules)
    person = first_rows(sources, units=told, rules=record).withColumnRenamed("court", "office")
    numbered = numbered_steps(sources.withColumn("case_number", case_number(rules=record)))
    cases = case_numbers(numbered, decided=dated, at_most=at_most)
    whole = dated.join(person, on="unit_id", how="left").join(
        cases, on=["subject_id", "step"], how="left"
    )
    own = {
        "file": F.concat(F.lit("notice-"), "month", F.lit(".csv")),
        # `grants` has the court where its text has the form of one; the record has any text.
        "court": F.coalesce("office", "court"),
        "birth_date": _day(F.col("birth_date")),
        "case_number": F.coalesce("case_number", "own_number"),
    }
    return whole.withColumns(own).select("file", "unit_id", *COLUMNS)


def _day(text: Column) -> Column:
    return F.coalesce(whole_date(text).cast("string"), text)


def _told_unmarked(grants: DataFrame, *, told: DataFrame) -> DataFrame:
    """A row is a grant of which its court was told and which does not say so, and the month."""
    months = told.where("kind = 'grant'").select(*GRANT, "month")
    return grants.where("noticed_in IS NULL").join(months, on=list(GRANT), how="inner")


def _mark(spark: SparkSession, store: Store) -> None:
    """Note in `grants` the month in which its court was told, where that is not noted yet."""
    after = store.version(spark, "grants")
    grants = store.read(spark, "grants", version=after)
    unmarked = _told_unmarked(grants, told=store.read(spark, "notices"))
    marked = unmarked.withColumn("noticed_in", F.col("month"))
    note = looked_at(spark, store).in_note({"noted_after": after})
    with store.write_lock(), store.compare_and_commit(spark, "grants", after=after, note=note):
        store.upsert(marked.select(*GRANTS.columns), "grants", key=GRANT)
