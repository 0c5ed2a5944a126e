"""The report: one self-contained page about a sweep, fit to be published."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession

from clearance.determine.recorded import Sweep, latest_sweep, standing
from clearance.ingest.ledger import refused_since, said_of_refused
from clearance.platform.faults.remedies import output_faults
from clearance.platform.html_page import page_template
from clearance.platform.store.lock import exclusive_lock
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import stage
from clearance.prepare.worklist import UNKNOWN
from clearance.publish.figures.counted import Counted, Figures, figures
from clearance.publish.figures.small_cells import SMALLEST, Line
from clearance.publish.figures.together import collected
from clearance.publish.made_up import SAID as MADE_UP
from clearance.publish.words import PackWords, load_reasons, reason_text_of, words_of_packs
from clearance.report.county_map import CountyMap, county_map, outlines
from clearance.report.deciders import Deciders, deciders
from clearance.report.figures import (
    NOT_SHOWN,
    WITHHELD,
    WORDS,
    Cell,
    CountyLine,
    Reason,
    Totals,
    county_lines,
    figure,
    sums,
    with_the_rest,
)
from clearance.report.laws import used_packs
from clearance.report.months import coming, months_part
from clearance.report.people import people_changed, people_part
from clearance.report.state import store_figures, store_parts

KINDS = {
    "law": "Statewide law",
    "effect": "What the law itself has done",
    "policy": "County policies",
    "scenario": "Scenarios",
    "pointer": "Pointers",
}


@dataclass(frozen=True)
class ReportResult:
    """The report that was written.

    Attributes:
        out: the file.
        sweep_id: the sweep it is about.
        cells: cells shown.
        withheld: cells of too few people, and those withheld beside them.
    """

    out: Path
    sweep_id: str
    cells: int
    withheld: int

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return {
            "out": str(self.out),
            "sweep_id": self.sweep_id,
            "cells": self.cells,
            "withheld": self.withheld,
        }


@dataclass(frozen=True)
class Section:
    """What the page says of one kind of pack.

    Attributes:
        name: of its place on the page.
        totals: sums of the lines, over what is shown.
        map: of the lines; None where no county's share is public.
    """

    name: str
    kind: str
    title: str
    lines: list[CountyLine]
    totals: Totals
    map: CountyMap | None
    reasons: list[tuple[PackWords, list[Reason]]]


@logged("report")
def write_report(
    spark: SparkSession,
    store: Store,
    *,
    out: Path,
    rules: Path,
    sweep: Sweep | None = None,
    counted: Counted | None = None,
) -> ReportResult:
    """The report of the latest sweep, written to a file.

    Args:
        spark: the session.
        store: where the tables are.
        out: the file, `.html`.
        rules: the rulebook's folder, for reason texts.
        sweep: what it is about; the latest where None.
        counted: its figures, where the caller has counted them.

    Raises:
        UsageError: nothing was determined yet, or the file cannot be written.
        SweepConflict: another run is writing the same file.
        StoreFault: no room is left for it, or what the sweep rests on cannot be read any more.
    """
    with storage_faults("reading for the report"), stage("Counting for the report"):
        sweep = sweep or latest_sweep(spark, store)
        stands = standing(spark, store, sweep)
        determinations = sweep.read(spark, store, "determinations")
        if counted is None:
            packs_read = store.read(spark, "packs").collect()
            counted = Counted(figures(determinations), packs_read)
        refused = refused_since(spark, store)
        used = stands.fingerprints
        rows = [row for row in counted.packs if row.fingerprint in used]
        packs = words_of_packs(rows)
        by_name = {pack.pack: pack for pack in packs.values()}
        cells = _cells(counted.figures)
        behind = deciders(stands, packs={cell.pack for cell in cells})
        of_store = store_parts(
            *(spark, store), sweep=sweep, determinations=determinations, rules=rules
        )
        of_sweep = _parts(spark, store, sweep, determinations, counted.figures, behind)
        found = collected({**of_store, **of_sweep})
        reasons = _reasons(counted.figures, packs=packs, texts=load_reasons(rules))
        page = _page(
            sweep=sweep,
            behind=behind,
            packs=used_packs(rows),
            sections=_sections(cells, reasons, by_name, totals=counted.figures.public.totals),
            changed=people_changed(found.get("people", []), packs=by_name),
            coming=coming(found.get("months", []), packs=by_name, behind=behind),
            cells=cells,
            refused=said_of_refused(refused) if refused else None,
            **store_figures(found),
        )
    _write(out, page)
    hidden = sum(cell.units is None for cell in cells)
    return ReportResult(out, sweep.sweep_id, cells=len(cells) - hidden, withheld=hidden)


def _parts(
    spark: SparkSession,
    store: Store,
    sweep: Sweep,
    determinations: DataFrame,
    counted: Figures,
    behind: Deciders,
) -> dict[str, DataFrame]:
    """What is to be read of the sweep beside its figures, each a few rows."""
    parts = {}
    if counted.of_kind("law"):
        parts["months"] = months_part(determinations, figures=counted, behind=behind)
    if store.exists(spark, "charges"):
        charges = sweep.read(spark, store, "charges")
        people = people_part(determinations, charges=charges, figures=counted, behind=behind)
        if people is not None:
            parts["people"] = people
    return parts


def _cells(figures: Figures) -> list[Cell]:
    kinds = {row.pack: row.kind for row in figures.decisions}
    found = (
        Cell(kinds[pack], pack, county, outcome, number.units if number else None)
        for (county, pack, outcome), number in figures.public.outcomes.items()
    )
    return sorted(found, key=lambda cell: (cell.pack, cell.county, cell.outcome))


def _reasons(
    figures: Figures, *, packs: Mapping[str, PackWords], texts: Mapping[str, str]
) -> list[Reason]:
    """The reasons that some county may show, each added up over those counties.

    That a reason has somebody at all bounds those that are withheld beside it.
    """
    behind: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in figures.decisions:
        behind[row.pack, row.outcome, row.reason].append(row)
    shown: dict[tuple[str, str, str], int] = defaultdict(int)
    for (_, pack, outcome, reason), number in figures.public.reasons.items():
        if number is not None:
            shown[pack, outcome, reason] += number.units
    found = []
    for (pack, outcome, reason), units in shown.items():
        rows = behind[pack, outcome, reason]
        fingerprints = sorted({row.pack_fingerprint for row in rows})
        used = [packs[fingerprint] for fingerprint in fingerprints if fingerprint in packs]
        text = reason_text_of(reason, texts, used)
        cite = "; ".join(sorted({row.cite for row in rows if row.cite is not None}))
        found.append(Reason(pack, outcome, reason, text, cite, units))
    return found


def _sections(
    cells: list[Cell],
    reasons: list[Reason],
    packs: Mapping[str, PackWords],
    *,
    totals: Mapping[Line, int],
) -> list[Section]:
    """County policies are one table, since a county has one; any other pack has its own."""
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.kind, "" if cell.kind == "policy" else cell.pack), []).append(cell)
    sections = []
    for kind, name in sorted(groups, key=lambda key: (list(KINDS).index(key[0]), key[1])):
        group = groups[kind, name]
        lines = county_lines(group, totals=totals)
        explained = [
            (
                packs.get(pack, PackWords(pack=pack, version="", title=pack)),
                _with_the_rest(reasons, [cell for cell in group if cell.pack == pack]),
            )
            for pack in sorted({cell.pack for cell in group})
        ]
        sections.append(
            Section(
                name=name or kind,
                kind=kind,
                title=KINDS[kind] if kind == "policy" else explained[0][0].title,
                lines=lines,
                totals=sums(lines),
                map=county_map(lines),
                reasons=explained,
            )
        )
    return sections


def _with_the_rest(reasons: list[Reason], cells: list[Cell]) -> list[Reason]:
    units: dict[tuple[str, str], int] = defaultdict(int)
    for cell in cells:
        if cell.units:
            units[cell.pack, cell.outcome] += cell.units
    of_pack = [reason for reason in reasons if (reason.pack, reason.outcome) in units]
    return with_the_rest(of_pack, units)


def _page(*, sections: list[Section], **said: Any) -> str:
    return page_template("clearance.report").render(
        sections=sections,
        outlines=outlines(),
        header=(*WORDS.values(), NOT_SHOWN, "All"),
        smallest=SMALLEST,
        withheld=WITHHELD,
        kinds=UNKNOWN,
        figure=figure,
        made_up_people=MADE_UP,
        **said,
    )


def _write(out: Path, page: str) -> None:
    """Write the page whole or not at all, one run at a time."""
    aside = out.with_name(f".{out.name}.part")
    remedy = "Name a file that you may write with --out, for example report.html."
    with output_faults(out, what="report", remedy=remedy):
        out.parent.mkdir(parents=True, exist_ok=True)
        with exclusive_lock(out.with_name(f".{out.name}.lock"), doing=f"writing the report {out}"):
            try:
                aside.write_text(page, encoding="utf-8")
                os.replace(aside, out)
            except OSError:
                aside.unlink(missing_ok=True)
                raise
