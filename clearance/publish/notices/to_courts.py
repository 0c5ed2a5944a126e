"""Notices to courts of grants and corrections, each in one month's file only.

A month's file in an output folder holds the notices written there in that month, with the new ones.
Files are finished in the workspace; then the new notices are appended to `notices` in one commit;
then the files move into place. If a run ends before that, the next run into the same folder writes
the files again from `notices` (see `read_due_files`). Source: the contract's `notice-YYYY-MM.csv`.
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
from clearance.grant.last_looked import load_checked_versions
from clearance.grant.record import first_rows
from clearance.platform.spark.caches import Caches, caches
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store
from clearance.prepare.record.fields import whole_date
from clearance.prepare.record.rules import load_record_rules
from clearance.publish.counties import known_counties, packet_folders
from clearance.publish.figures.together import collect_parts
from clearance.publish.files import Workspace
from clearance.publish.notices.county_lists import CountyList, move_lists, write_lists
from clearance.publish.notices.due import read_due_files, write_due_files
from clearance.publish.packets.counts import case_numbers_by_step, steps_with_case_number
from clearance.publish.packets.row_keys import court_case_number
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
    workspace: Workspace,
    counties: Iterable[str] | None,
    rules: Path,
    sweep: Sweep,
) -> int:
    """Writes the month's notices; returns how many grants and corrections are new in them.

    Args:
        spark: the session.
        store: where the tables are; nothing is written if it has no grants.
        workspace: where to work.
        counties: the counties to publish, as every table writes them; None means all.
        rules: the rulebook's folder.
        sweep: the published sweep. The month of its as-of names the files; a what-if has no new
            notices.

    Raises:
        SweepConflict: another run is writing notices meanwhile.
    """
    if not store.exists(spark, "grants"):
        return 0
    with caches() as cached:
        return _write_new_and_unfinished(
            *(spark, store, cached),
            workspace=workspace,
            counties=counties,
            rules=rules,
            sweep=sweep,
        )


def _write_new_and_unfinished(
    spark: SparkSession,
    store: Store,
    cached: Caches,
    *,
    workspace: Workspace,
    counties: Iterable[str] | None,
    rules: Path,
    sweep: Sweep,
) -> int:
    """Writes the files of new notices and those that an earlier run did not finish."""
    after = store.version(spark, "notices")
    noticed = (
        store.read(spark, "notices", version=after)
        if after >= 0
        else literal_table(spark, [], NOTICES.types)
    )
    # Grants recorded during this run are in the notices of the next.
    grants = store.read(spark, "grants", version=store.version(spark, "grants"))
    month = f"{sweep.as_of:%Y-%m}"
    new = cached.cache(_new_notices(grants, noticed, month=month, workspace=workspace, sweep=sweep))
    here = noticed.where(F.col("folder") == str(workspace.out))
    counts = _count_notices(grants, noticed=noticed, here=here, new=new)
    if not counts.granting:
        return 0
    names = packet_folders(
        sorted(counts.granting) if counties is None else counties, known=known_counties(rules)
    )
    due = read_due_files(workspace.out)
    rewritten = [
        key for key in counts.earlier if key[0] in names and (key[1] == month or key in due)
    ]
    # Each county has a file of the month, even an empty one, unless the sweep is a what-if.
    always = set() if sweep.what_if else {month}
    files = _files_to_write(rewritten, names=names, workspace=workspace, always=always)
    earlier_here = here.join(
        F.broadcast(literal_table(spark, rewritten, {"county": "string", "month": "string"})),
        on=["county", "month"],
        how="left_semi",
    )
    new_here = new.where(F.col("county").isin(list(names)))
    new_counts = {key: rows for key, rows in counts.new.items() if key[0] in names}
    rows = sum(new_counts.values()) + sum(counts.earlier[key] for key in rewritten)
    lines = _notice_lines(
        *(spark, store, earlier_here.unionByName(new_here)),
        grants=grants,
        at_most=rows,
        rules=rules,
        sweep=sweep,
    )
    finished = write_lists(lines, LIST, workspace=workspace, files=files, expected=rows)
    if new_counts:
        write_due_files(workspace.out, {*due, *((county, month) for county, _ in new_counts)})
        note = json.dumps({"noticed": sweep.sweep_id, "after": after})
        with store.write_lock(), store.compare_and_commit(spark, "notices", after=after, note=note):
            store.append(new_here, "notices")
    move_lists(finished)
    write_due_files(workspace.out, {key for key in due if key[0] not in names})
    if counts.unmarked or any(kind == "grant" for _, kind in new_counts):
        _mark_noticed(spark, store)
    return sum(new_counts.values())


@dataclass(frozen=True)
class _NoticeCounts:
    """How many notices are new, and how many were written earlier.

    Attributes:
        granting: counties with a grant.
        new: notices that are in no earlier file, by county and kind.
        earlier: notices written to this folder earlier, by county and month.
        unmarked: whether a grant whose notice was written lacks `noticed_in`.
    """

    granting: set[str]
    new: dict[tuple[str, str], int]
    earlier: dict[tuple[str, str], int]
    unmarked: bool


def _new_notices(
    grants: DataFrame, noticed: DataFrame, *, month: str, workspace: Workspace, sweep: Sweep
) -> DataFrame:
    """The rows to add to `notices`: one per grant or correction that is not in it yet."""
    added = {"month": month, "folder": str(workspace.out), "sweep_id": sweep.sweep_id}
    new = _not_noticed(grants, noticed, until=sweep.as_of).withColumns(
        {name: F.lit(value) for name, value in added.items()}
    )
    if sweep.what_if:
        new = new.limit(0)
    return new.select(*NOTICES.columns)


def _count_notices(
    grants: DataFrame, *, noticed: DataFrame, here: DataFrame, new: DataFrame
) -> _NoticeCounts:
    rows = F.count("*").alias("rows")
    counts = collect_parts(
        {
            "granting": grants.groupBy("county").agg(rows),
            "new": new.groupBy("county", "kind").agg(rows),
            "earlier": here.groupBy("county", "month").agg(rows),
            "unmarked": _noticed_unmarked(grants, noticed=noticed).agg(rows),
        }
    )
    return _NoticeCounts(
        granting={row["county"] for row in counts["granting"]},
        new={(row["county"], row["kind"]): row["rows"] for row in counts["new"]},
        earlier={(row["county"], row["month"]): row["rows"] for row in counts["earlier"]},
        unmarked=any(row["rows"] for row in counts["unmarked"]),
    )


def _not_noticed(grants: DataFrame, noticed: DataFrame, *, until: date) -> DataFrame:
    """One row per grant or correction up to the day `until` that is not in `notices`."""
    days = {"grant": "granted_on", "correction": "corrected_on"}
    first, second = (
        grants.where(F.col(day) <= F.lit(until)).select(*GRANT, F.lit(kind).alias("kind"), "county")
        for kind, day in days.items()
    )
    return first.unionByName(second).join(noticed.select(*KEY), on=list(KEY), how="left_anti")


def _files_to_write(
    rewritten: Iterable[tuple[str, str]],
    *,
    names: dict[str, str],
    workspace: Workspace,
    always: set[str],
) -> dict[str, list[Path]]:
    """The files to write by county: of the months in `always`, and of those in `rewritten`."""
    months = {county: set(always) for county in names}
    for county, month in rewritten:
        months[county].add(month)
    return {
        county: [
            workspace.out / FOLDER / names[county] / f"notice-{month}.csv"
            for month in sorted(months[county])
        ]
        for county in names
    }


def _notice_lines(
    spark: SparkSession,
    store: Store,
    notices: DataFrame,
    *,
    grants: DataFrame,
    at_most: int,
    rules: Path,
    sweep: Sweep,
) -> DataFrame:
    """One row per line of a notice: file, unit_id and `COLUMNS`."""
    granted = grants.select(*GRANT, "subject_id", "cite", "relief", "court", "sweep_id")
    noticed = notices.drop("sweep_id").join(granted, on=list(GRANT), how="inner")
    sources = sweep.read(spark, store, "source_rows")
    charges = sweep.read(spark, store, "charges").select(
        "unit_id", "count_order", F.col("conviction_date").alias("event_date")
    )
    arrests = sweep.read(spark, store, "arrests").select(
        "unit_id", F.lit(None).cast("string").alias("count_order"), "arrest_date"
    )
    units = charges.union(arrests)
    dated = noticed.join(units, on="unit_id", how="left").withColumn(
        "step", F.substring("count_order", 1, 6)
    )
    record = load_record_rules(rules)
    person = first_rows(sources, units=noticed, rules=record).withColumnRenamed("court", "office")
    numbered = steps_with_case_number(
        sources.withColumn("case_number", court_case_number(rules=record))
    )
    cases = case_numbers_by_step(numbered, decided=dated, at_most=at_most)
    joined = dated.join(person, on="unit_id", how="left").join(
        cases, on=["subject_id", "step"], how="left"
    )
    columns = {
        "file": F.concat(F.lit("notice-"), "month", F.lit(".csv")),
        # `grants` has a court only if its text has the form of a court's code; the record any text.
        "court": F.coalesce("office", "court"),
        "birth_date": _iso_day(F.col("birth_date")),
        "case_number": F.coalesce("case_number", "own_number"),
    }
    return joined.withColumns(columns).select("file", "unit_id", *COLUMNS)


def _iso_day(text: Column) -> Column:
    return F.coalesce(whole_date(text).cast("string"), text)


def _noticed_unmarked(grants: DataFrame, *, noticed: DataFrame) -> DataFrame:
    """One row per grant with a notice and without `noticed_in`, with the notice's `month`."""
    months = noticed.where("kind = 'grant'").select(*GRANT, "month")
    return grants.where("noticed_in IS NULL").join(months, on=list(GRANT), how="inner")


def _mark_noticed(spark: SparkSession, store: Store) -> None:
    """Fills `noticed_in` of `grants` with the month of the notice, where it is null."""
    after = store.version(spark, "grants")
    grants = store.read(spark, "grants", version=after)
    unmarked = _noticed_unmarked(grants, noticed=store.read(spark, "notices"))
    marked = unmarked.withColumn("noticed_in", F.col("month"))
    note = load_checked_versions(spark, store).in_note({"noted_after": after})
    with store.write_lock(), store.compare_and_commit(spark, "grants", after=after, note=note):
        store.upsert(marked.select(*GRANTS.columns), "grants", key=GRANT)
