"""Publish: the determinations of a sweep as county packets, notices and statistics."""

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

from clearance.determine.recorded import DecidingSweeps, Sweep, deciding_sweeps, latest_sweep
from clearance.errors import UsageError, nearest
from clearance.platform.spark.caches import caches
from clearance.platform.spark.literal_table import looked_up
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import stage
from clearance.publish.column_meanings import load_column_meanings
from clearance.publish.column_order import HEADERS
from clearance.publish.counties import known_counties, packet_folders, requested_counties
from clearance.publish.figures.counted import STATISTICS, Figures, FiguresAndPacks, count_figures
from clearance.publish.files import Workspace, open_workspace, write_table
from clearance.publish.notices.county_lists import move_lists
from clearance.publish.notices.to_courts import write_notices
from clearance.publish.notices.to_prosecutors import (
    LookAhead,
    count_upcoming,
    find_upcoming,
    load_look_ahead,
    write_upcoming,
)
from clearance.publish.packets.counts import (
    decided_counts,
    decision_words,
    steps_with_case_number,
    with_words,
)
from clearance.publish.packets.packets import FILES, PublishRequest, Tables, write_packets
from clearance.publish.packets.relief import petition_titles, relief_by_county, relief_words
from clearance.publish.packets.shares import TablesBySweep, counties_by_sweep
from clearance.publish.workbook.workbook import Explained
from clearance.rulebook.english.office_words import (
    PackWords,
    load_reason_texts,
    read_words_of_packs,
)
from clearance.rulebook.english.reasons import list_reasons


@dataclass(frozen=True)
class PublishResult:
    """The result of a publish.

    Attributes:
        out: the output folder.
        sweep_id: of the determinations.
        what_if: whether the sweep is a what-if.
        rows: the rows of each file by county, headers not counted.
        noticed: the number of grants and corrections that are new in notices.
        counted: the sweep's figures, for the report of the same sweep.
        nothing_new: whether an earlier run wrote the same files, and nothing was written.
    """

    out: Path
    sweep_id: str
    rows: Mapping[str, Mapping[str, int]]
    what_if: bool = False
    noticed: int = 0
    counted: FiguresAndPacks | None = None
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
    """Writes packets, look-ahead lists, notices and statistics.

    Packets go to `out/packets`, look-ahead lists of prosecutors to `out/prosecutor`, notices to
    `out/courts`. `out/statistics.csv` is public, `out/internal/statistics.csv` is for the office.

    Args:
        spark: the session.
        store: where the tables are.
        out: the output folder; every worker must see it.
        rules: the rulebook's folder.
        sweep: the sweep to publish; None means the latest.
        counties: the counties to publish; None means every county of the store.
        files: the packet files to write.
        xlsx: whether to write a workbook for each packet.
        horizon_months: months of the look-ahead; None takes them from `packets.yaml`.

    Raises:
        UsageError: an unknown county or file, a folder that cannot be written, or nothing was
            determined yet.
        StoreFault: what the sweep rests on cannot be read any more.
    """
    _check_files(files)
    counties = requested_counties(counties, known=known_counties(rules))
    look_ahead = load_look_ahead(rules, horizon_months=horizon_months)
    texts = load_reason_texts(rules)
    with storage_faults("publishing"), ExitStack() as caches:
        sweep = sweep or latest_sweep(spark, store)
        sweeps = deciding_sweeps(spark, store, sweep)
        determinations = sweep.read(spark, store, "determinations")
        opened = TablesBySweep(spark, store, determinations, rules, caches)
        with stage("Counting what was decided"):
            packs = store.read(spark, "packs").collect()
            figures = count_figures(determinations, soon=_soon(sweeps, look_ahead))
        with stage("Finding each county's people"):
            groups = counties_by_sweep(opened, figures=figures, sweeps=sweeps, counties=counties)
        names = packet_folders(
            [county for group in groups for county in group.counties], known=known_counties(rules)
        )
        pack_words = read_words_of_packs(packs)
        words = decision_words(spark, figures, packs=pack_words, reasons=texts)
        sentences = relief_words(
            *(spark, figures),
            packs=pack_words,
            reasons=texts,
            days={row.pack: sweeps.of(row.pack).as_of for row in figures.decisions},
        )
        petitions = _petitions(figures, packs=pack_words, rules=rules)
        explained = _explained(packs, rules=rules, texts=texts) if xlsx else None
        rows: dict[str, dict[str, int]] = {}
        with open_workspace(out) as workspace:
            for group in groups:
                request = PublishRequest(
                    names={county: names[county] for county in group.counties},
                    files=files,
                    rules=rules,
                    sweep=group.sweep,
                    days=_days(figures, sweeps),
                    explained=explained,
                    figures=figures,
                    survey=group.survey,
                    relief=relief_by_county(figures, packs=pack_words, counties=group.counties),
                    petitions=petitions,
                )
                tables = opened.at(group.sweep)
                rows |= _packets(
                    request, tables, words=words, sentences=sentences, workspace=workspace
                )
            _write_statistics(figures, counties=counties, workspace=workspace)
            with stage("Looking ahead"):
                _write_look_ahead(
                    *(opened, figures, sweeps),
                    names=names,
                    look_ahead=look_ahead,
                    workspace=workspace,
                )
            with stage("Writing notices to courts"):
                noticed = write_notices(
                    *(spark, store),
                    workspace=workspace,
                    counties=counties,
                    rules=rules,
                    sweep=sweep,
                )
    return PublishResult(
        out=out,
        sweep_id=sweep.sweep_id,
        what_if=sweep.what_if,
        rows=rows,
        noticed=noticed,
        counted=FiguresAndPacks(figures, packs),
    )


def _soon(sweeps: DecidingSweeps, look_ahead: LookAhead) -> Column:
    """The last day of the look-ahead, by a row's pack."""
    until = F.lit(look_ahead.until(sweeps.whole.as_of))
    if not sweeps.later:
        return until
    days = {pack: look_ahead.until(sweep.as_of).isoformat() for pack, sweep in sweeps.later.items()}
    return F.coalesce(looked_up(F.col("pack"), days, "date"), until)


def _days(figures: Figures, sweeps: DecidingSweeps) -> dict[str, date]:
    """The date of the sweep that decided each policy and scenario."""
    packs = {row.pack for row in figures.of_kind("policy", "scenario")}
    return {pack: sweeps.of(pack).as_of for pack in sorted(packs)}


def _petitions(figures: Figures, *, packs: Mapping[str, PackWords], rules: Path) -> dict[str, str]:
    """The titles of the pointers that the deciding packs name."""
    used = {row.pack_fingerprint for row in figures.decisions} & packs.keys()
    return petition_titles((packs[fingerprint] for fingerprint in used), rules=rules)


def _packets(
    request: PublishRequest,
    tables: Tables,
    *,
    words: DataFrame,
    sentences: DataFrame,
    workspace: Workspace,
) -> dict[str, dict[str, int]]:
    """Writes the packets of a request; returns the rows of each file by county."""
    counts = decided_counts(tables.determinations, charges=tables.charges, at_most=request.decided)
    with caches() as cached:
        decided = cached.cache(with_words(counts, words=words))
        return write_packets(request, tables, decided=decided, words=sentences, workspace=workspace)


def _write_statistics(
    figures: Figures, *, counties: list[str] | None, workspace: Workspace
) -> None:
    for file, rows in (
        ("statistics.csv", figures.public_statistics(counties=counties)),
        ("internal/statistics.csv", figures.statistics(counties=counties)),
    ):
        write_table(workspace.out / file, header=STATISTICS, rows=rows)


def _check_files(files: tuple[str, ...]) -> None:
    for name in files:
        if name not in HEADERS:
            guess = nearest(name, list(HEADERS)) or ", ".join(HEADERS)
            raise UsageError(f"There is no packet file `{name}`.", f"Did you mean {guess}?")


def _explained(packs: list[Row], *, rules: Path, texts: Mapping[str, str]) -> Explained:
    return Explained(list_reasons(packs, texts=texts), load_column_meanings(rules))


def _write_look_ahead(
    opened: TablesBySweep,
    figures: Figures,
    sweeps: DecidingSweeps,
    *,
    names: Mapping[str, str],
    look_ahead: LookAhead,
    workspace: Workspace,
) -> None:
    """Writes each county's `upcoming.csv`, each law as of the sweep that decided it."""
    laws = {row.pack for row in figures.of_kind("law")}
    deciding = {sweeps.of(law).sweep_id: sweeps.of(law) for law in laws}
    deciding = deciding or {sweeps.whole.sweep_id: sweeps.whole}
    parts = []
    for sweep in deciding.values():
        tables, by_sweep = opened.at(sweep), opened.determinations
        if len(deciding) > 1:
            decided = sorted(law for law in laws if sweeps.of(law).sweep_id == sweep.sweep_id)
            by_sweep = by_sweep.where(F.col("pack").isin(*decided))
        parts.append(
            find_upcoming(
                by_sweep,
                charges=tables.charges,
                numbered=steps_with_case_number(tables.keys),
                as_of=sweep.as_of,
                look_ahead=look_ahead,
            )
        )
    rows = reduce(DataFrame.unionByName, parts)
    expected = count_upcoming(figures, counties=names)
    move_lists(write_upcoming(rows, workspace=workspace, names=names, expected=expected))
