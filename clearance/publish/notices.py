"""Notices to courts: what was granted and what was corrected, each told once, whatever the folders.

A month's file in a folder holds what was told there in that month and all that no court has been
told yet. Files are finished aside; then `notices` takes up what is new, in one commit; then the
files move in. Where a run died in between, the next one into the same folder makes the files again
from `notices`. Source: the contract's `notice-YYYY-MM.csv`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.charges.fields import whole_date
from clearance.grants.record import first_rows
from clearance.literal import literal_table
from clearance.publish.counties import chosen, folders, known_counties
from clearance.publish.counts import case_numbers
from clearance.publish.county_lists import CountyList, move_lists, write_lists
from clearance.publish.files import Workplace
from clearance.schemas import GRANTS, NOTICES
from clearance.store import Store

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
    as_of: date,
    sweep_id: str,
) -> int:
    """How many grants and corrections courts are told of for the first time, when they are told.

    Args:
        spark: the session.
        store: where the tables are; nothing is written where there are no grants.
        place: where to work.
        counties: those to publish, as written on the command line; None means all.
        rules: the rulebook's folder.
        as_of: whose month names the files.
        sweep_id: the sweep that is published.

    Raises:
        SweepConflict: another run is telling courts meanwhile.
    """
    if not store.exists(spark, "grants") or store.read(spark, "grants").isEmpty():
        return 0
    after = store.version(spark, "notices")
    told = (
        store.read(spark, "notices", version=after)
        if after >= 0
        else literal_table(spark, [], NOTICES.types)
    )
    # What is granted meanwhile is told the next time.
    grants = store.read(spark, "grants", version=store.version(spark, "grants"))
    granting = [row["county"] for row in grants.select("county").distinct().collect()]
    names = folders(chosen(counties, in_store=granting, known=known_counties(rules)))
    said = {"month": f"{as_of:%Y-%m}", "folder": str(place.out), "sweep_id": sweep_id}
    new = _to_tell(grants, told, counties=list(names), until=as_of).withColumns(
        {name: F.lit(value) for name, value in said.items()}
    )
    new = new.select(*NOTICES.columns).persist()
    fresh = new.count()
    here = told.where(F.col("folder") == said["folder"])
    files, again = _files(here, names=names, place=place, month=said["month"])
    content = here.join(F.broadcast(again), on=["county", "month"], how="left_semi")
    rows = _lines(spark, store, content.unionByName(new), grants=grants)
    made = write_lists(rows, LIST, place=place, files=files)
    if fresh:
        note = json.dumps({"noticed": sweep_id, "after": after})
        with store.claimed(), store.in_turn(spark, "notices", after=after, note=note):
            store.append(new, "notices")
    new.unpersist()
    move_lists(made)
    _mark(spark, store)
    return fresh


def _to_tell(grants: DataFrame, told: DataFrame, *, counties: list[str], until: date) -> DataFrame:
    """A row is a grant or a correction that no court has been told of.

    Those made after the day that is asked are told when it has come: a what-if of the past tells
    nobody of them.
    """
    days = {"grant": "granted_on", "correction": "corrected_on"}
    first, second = (
        grants.where(F.col(day) <= F.lit(until)).select(*GRANT, F.lit(kind).alias("kind"), "county")
        for kind, day in days.items()
    )
    events = first.unionByName(second).where(F.col("county").isin(counties))
    return events.join(told.select(*KEY), on=list(KEY), how="left_anti")


def _files(
    here: DataFrame, *, names: dict[str, str], place: Workplace, month: str
) -> tuple[dict[str, list[Path]], DataFrame]:
    """By county, the files to make; and whose content was told before: county, month."""

    def path(county: str, of: str) -> Path:
        return place.out / FOLDER / names[county] / f"notice-{of}.csv"

    known = [
        (row["county"], row["month"])
        for row in here.select("county", "month").distinct().collect()
        if row["county"] in names
    ]
    # A file that an office has taken away stays away, unless the run that made it died.
    again = [
        (county, of)
        for county, of in known
        if of == month or (place.interrupted and not path(county, of).exists())
    ]
    files = {
        county: sorted({path(county, month), *(path(c, of) for c, of in again if c == county)})
        for county in names
    }
    frame = here.sparkSession.createDataFrame(again, "county string, month string")
    return files, frame


def _lines(
    spark: SparkSession, store: Store, notices: DataFrame, *, grants: DataFrame
) -> DataFrame:
    """A row is a line of a notice: county, file, unit_id and the columns of the list."""
    given = grants.select(*GRANT, "subject_id", "cite", "relief", "court", "sweep_id")
    told = notices.drop("sweep_id").join(given, on=list(GRANT), how="inner")
    sources = store.read(spark, "source_rows")
    charges = store.read(spark, "charges").select(
        "unit_id", "count_order", F.col("conviction_date").alias("event_date")
    )
    arrests = store.read(spark, "arrests").select(
        "unit_id", F.lit(None).cast("string").alias("count_order"), "arrest_date"
    )
    units = charges.union(arrests)
    dated = told.join(units, on="unit_id", how="left").withColumn(
        "step", F.substring("count_order", 1, 6)
    )
    person = first_rows(sources, units=told).drop("court")
    cases = case_numbers(sources, decided=dated)
    whole = dated.join(person, on="unit_id", how="left").join(
        cases, on=["subject_id", "step"], how="left"
    )
    own = {
        "file": F.concat(F.lit("notice-"), "month", F.lit(".csv")),
        "birth_date": _day(F.col("birth_date")),
        "case_number": F.coalesce("case_number", "own_number"),
    }
    return whole.withColumns(own).select("file", "unit_id", *COLUMNS)


def _day(text: Column) -> Column:
    return F.coalesce(whole_date(text).cast("string"), text)


def _mark(spark: SparkSession, store: Store) -> None:
    """Note in `grants` the month in which its court was told, where that is not noted yet."""
    after = store.version(spark, "grants")
    grants = store.read(spark, "grants", version=after).where("noticed_in IS NULL")
    told = store.read(spark, "notices").where("kind = 'grant'").select(*GRANT, "month")
    marked = grants.join(told, on=list(GRANT), how="inner").withColumn("noticed_in", F.col("month"))
    if marked.isEmpty():
        return
    note = json.dumps({"noted_after": after})
    with store.claimed(), store.in_turn(spark, "grants", after=after, note=note):
        store.upsert(marked.select(*GRANTS.columns), "grants", key=GRANT)
