"""Publish: the current determinations as county packets and statistics."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.determine.recorded import Standing, Sweep, latest_sweep, standing
from clearance.errors import UsageError, nearest
from clearance.platform.spark.literal_table import looked_up
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import stage
from clearance.publish.column_order import HEADERS
from clearance.publish.counties import asked_counties, folders, known_counties
from clearance.publish.figures.counted import STATISTICS, Counted, Figures, figures
from clearance.publish.files import Workplace, workplace, write_table
from clearance.publish.notices.county_lists import move_lists
from clearance.publish.notices.to_courts import write_notices
from clearance.publish.notices.to_prosecutors import (
    Notice,
    expected,
    load_notice,
    upcoming,
    write_upcoming,
)
from clearance.publish.packets.counts import (
    decided_counts,
    decision_words,
    numbered_steps,
    with_words,
)
from clearance.publish.packets.packets import FILES, PublishRequest, Tables, write_packets
from clearance.publish.packets.relief import petition_titles, relief_of_counties, relief_words
from clearance.publish.packets.shares import Opened, shared_out
from clearance.publish.reasons import load_meanings, reasons_of
from clearance.publish.words import load_reasons, words_of_packs
from clearance.publish.workbook.workbook import Explained


@dataclass(frozen=True)
class PublishResult:
    """What was published.

    Attributes:
        out: the folder.
        sweep_id: of the determinations.
        what_if: whether that sweep is one.
        rows: by county, then by file, the rows written; the header not counted.
        noticed: grants and corrections that courts are told of now.
        counted: what the report of the same sweep need not read again.
        nothing_new: the files were there already, as an earlier run left them.
    """

    out: Path
    sweep_id: str
    rows: Mapping[str, Mapping[str, int]]
    what_if: bool = False
    noticed: int = 0
    counted: Counted | None = None
    nothing_new: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return {
            "out": str(self.out),
            "sweep_id": self.sweep_id,
            "what_if": self.what_if,
            "counties": {county: dict(files) for county, files in self.rows.items()},
            "noticed": self.noticed,
            "nothing_new": self.nothing_new,
        }


@logged("publish")
def publish(
    spark: SparkSession,
    store: Store,
    *,
    out: Path,
    rules: Path,
    sweep: Sweep | None = None,
    counties: list[str] | None = None,
    files: tuple[str, ...] = FILES,
    xlsx: bool = False,
    horizon_months: int | None = None,
) -> PublishResult:
    """What was published.

    Packets under `out/packets`, what prosecutors look ahead to under `out/prosecutor`, notices of
    grants under `out/courts`, `out/statistics.csv` for the public and `out/internal/statistics.csv`
    for the office.

    Args:
        spark: the session.
        store: where the tables are.
        out: where to put the files; every worker must see it.
        rules: the rulebook's folder.
        sweep: whose state it is; the latest where None.
        counties: those to publish; every county of the store when None.
        files: which packet files.
        xlsx: also one workbook a packet.
        horizon_months: how far prosecutors look ahead; as `packets.yaml` says where None.

    Raises:
        UsageError: an unknown county or file, a folder that cannot be written, or nothing was
            determined yet.
        StoreFault: what the sweep rests on cannot be read any more.
    """
    _check_files(files)
    counties = asked_counties(counties, known=known_counties(rules))
    notice, texts = load_notice(rules, horizon_months=horizon_months), load_reasons(rules)
    with storage_faults("publishing"), ExitStack() as kept:
        sweep = sweep or latest_sweep(spark, store)
        stands = standing(spark, store, sweep)
        opened = Opened(spark, store, sweep.read(spark, store, "determinations"), rules, kept)
        with stage("Counting what was decided"):
            packs = store.read(spark, "packs").collect()
            counted = figures(opened.determinations, soon=_soon(stands, notice))
        with stage("Finding each county's people"):
            shares = shared_out(opened, figures=counted, stands=stands, counties=counties)
        names = folders(
            [county for share in shares for county in share.counties], known=known_counties(rules)
        )
        known = words_of_packs(packs)
        used = {row.pack_fingerprint for row in counted.decisions} & known.keys()
        petitions = petition_titles((known[key] for key in used), rules=rules)
        words = decision_words(spark, counted, packs=known, reasons=texts)
        told = relief_words(
            *(spark, counted),
            packs=known,
            reasons=texts,
            days={row.pack: stands.of(row.pack).as_of for row in counted.decisions},
        )
        written: dict[str, dict[str, int]] = {}
        with workplace(out) as place:
            for share in shares:
                order = PublishRequest(
                    names={county: names[county] for county in share.counties},
                    files=files,
                    rules=rules,
                    sweep=share.sweep,
                    days=_days(counted, stands),
                    explained=_explained(packs, rules=rules, texts=texts) if xlsx else None,
                    figures=counted,
                    survey=share.survey,
                    relief=relief_of_counties(counted, packs=known, counties=share.counties),
                    petitions=petitions,
                )
                tables = opened.at(share.sweep)
                written |= _packets(order, tables, words=words, told=told, place=place)
            for file, rows in (
                ("statistics.csv", counted.public_statistics(counties=counties)),
                ("internal/statistics.csv", counted.statistics(counties=counties)),
            ):
                write_table(place.out / file, header=STATISTICS, rows=rows)
            with stage("Looking ahead"):
                _look_ahead(opened, counted, stands, names=names, notice=notice, place=place)
            with stage("Telling courts"):
                noticed = write_notices(
                    *(spark, store),
                    place=place,
                    counties=counties,
                    rules=rules,
                    sweep=sweep,
                )
    return PublishResult(
        out=out,
        sweep_id=sweep.sweep_id,
        what_if=sweep.what_if,
        rows=written,
        noticed=noticed,
        counted=Counted(counted, packs),
    )


def _soon(stands: Standing, notice: Notice) -> Column:
    """The last day that prosecutors look at, by a row's pack."""
    until = F.lit(notice.until(stands.whole.as_of))
    if not stands.later:
        return until
    days = {pack: notice.until(sweep.as_of).isoformat() for pack, sweep in stands.later.items()}
    return F.coalesce(looked_up(F.col("pack"), days, "date"), until)


def _days(counted: Figures, stands: Standing) -> dict[str, date]:
    """By policy and scenario, the date of the sweep that decided it."""
    packs = {row.pack for row in counted.of_kind("policy", "scenario")}
    return {pack: stands.of(pack).as_of for pack in sorted(packs)}


def _packets(
    order: PublishRequest, tables: Tables, *, words: DataFrame, told: DataFrame, place: Workplace
) -> dict[str, dict[str, int]]:
    counts = decided_counts(tables.determinations, charges=tables.charges, at_most=order.decided)
    decided = with_words(counts, words=words).persist()
    written = write_packets(order, tables, decided=decided, words=told, place=place)
    decided.unpersist()
    return written


def _check_files(files: tuple[str, ...]) -> None:
    for name in files:
        if name not in HEADERS:
            guess = nearest(name, list(HEADERS)) or ", ".join(HEADERS)
            raise UsageError(f"There is no packet file `{name}`.", f"Did you mean {guess}?")


def _explained(packs: list[Row], *, rules: Path, texts: Mapping[str, str]) -> Explained:
    return Explained(reasons_of(packs, texts=texts), load_meanings(rules))


def _look_ahead(
    opened: Opened,
    counted: Figures,
    stands: Standing,
    *,
    names: Mapping[str, str],
    notice: Notice,
    place: Workplace,
) -> None:
    """Put each county's `upcoming.csv` into place, each law by the sweep that decided it."""
    laws = {row.pack for row in counted.of_kind("law")}
    deciding = {stands.of(law).sweep_id: stands.of(law) for law in laws}
    deciding = deciding or {stands.whole.sweep_id: stands.whole}
    parts = []
    for sweep in deciding.values():
        tables, rows = opened.at(sweep), opened.determinations
        if len(deciding) > 1:
            own = sorted(law for law in laws if stands.of(law).sweep_id == sweep.sweep_id)
            rows = rows.where(F.col("pack").isin(*own))
        parts.append(
            upcoming(
                rows,
                charges=tables.charges,
                numbered=numbered_steps(tables.keys),
                as_of=sweep.as_of,
                notice=notice,
            )
        )
    coming = reduce(DataFrame.unionByName, parts)
    due = expected(counted, counties=names)
    move_lists(write_upcoming(coming, place=place, names=names, expected=due))
