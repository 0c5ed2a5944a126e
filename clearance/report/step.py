"""The report: a statewide page about a sweep and a page for each county, fit to be published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from clearance.determine.recorded import Sweep, deciding_sweeps, latest_sweep
from clearance.ingest.ledger import refused_sentence, refused_since
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import stage
from clearance.publish.counties import known_counties
from clearance.publish.figures.counted import Figures, FiguresAndPacks, count_figures
from clearance.publish.figures.together import collect_parts
from clearance.report.counties import build_county_pages
from clearance.report.deciders import Deciders, find_deciders
from clearance.report.in_short import build_blocked_effects, build_in_short
from clearance.report.laws import list_used_packs, read_sign_offs
from clearance.report.months import build_coming, query_months
from clearance.report.pages.render import county_files, render_county, render_statewide
from clearance.report.pages.write import write_pages
from clearance.report.people import build_changed, query_people
from clearance.report.sections import (
    build_cells,
    build_reasons,
    build_sections,
    units_of_packs,
)
from clearance.report.state import query_store, read_store_figures
from clearance.report.waterfall import build_waterfall, order_of_reasons
from clearance.report.years import build_years, query_years
from clearance.rulebook.english.office_words import load_reason_texts, read_words_of_packs


@dataclass(frozen=True)
class ReportResult:
    """The report that was written.

    Attributes:
        out: the file of the statewide page.
        sweep_id: of the determinations.
        cells: the number of shown cells.
        withheld: the number of withheld cells.
        county_pages: the number of pages of counties.
    """

    out: Path
    sweep_id: str
    cells: int
    withheld: int
    county_pages: int

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return {
            "out": str(self.out),
            "sweep_id": self.sweep_id,
            "cells": self.cells,
            "withheld": self.withheld,
            "county_pages": self.county_pages,
        }


@logged("report")
def write_report(
    spark: SparkSession,
    store: Store,
    *,
    out: Path,
    rules: Path,
    sweep: Sweep | None = None,
    counted: FiguresAndPacks | None = None,
) -> ReportResult:
    """Writes the report of a sweep: the page `out`, and a page for each county beside it.

    The counties' pages are in `counties/` beside `report.html`, in `NAME-counties/` beside another
    `NAME.html`.

    Args:
        spark: the session.
        store: where the tables are.
        out: the file of the statewide page, `.html`.
        rules: the rulebook's folder, for reason texts and counties.
        sweep: the sweep to report; None means the latest.
        counted: the sweep's figures; None counts them.

    Raises:
        UsageError: nothing was determined yet, or a file cannot be written.
        RulebookInvalid: a file of signatures is not valid.
        SweepConflict: another run is writing the same report.
        StoreFault: no room is left, or the sweep's versions cannot be read any more.
    """
    with storage_faults("reading for the report"), stage("Counting for the report"):
        sweep = sweep or latest_sweep(spark, store)
        by_pack = deciding_sweeps(spark, store, sweep)
        determinations = sweep.read(spark, store, "determinations")
        if counted is None:
            packs_read = store.read(spark, "packs").collect()
            counted = FiguresAndPacks(count_figures(determinations), packs_read)
        figures = counted.figures
        used = by_pack.fingerprints
        pack_rows = [row for row in counted.packs if row.fingerprint in used]
        packs = read_words_of_packs(pack_rows)
        packs_by_id = {pack.pack: pack for pack in packs.values()}
        cells = build_cells(figures)
        behind = find_deciders(by_pack, packs={cell.pack for cell in cells})
        refused = refused_since(spark, store)
        parts = query_store(
            *(spark, store), sweep=sweep, determinations=determinations, rules=rules
        )
        parts |= _query_sweep(spark, store, sweep, determinations, figures, behind)
        rows = collect_parts(parts)
        texts = load_reason_texts(rules)
        reasons = build_reasons(figures, packs=packs, texts=texts)
        sections = build_sections(
            *(cells, reasons, packs_by_id),
            totals=figures.public.totals,
            units=units_of_packs(figures),
        )
        sign_offs = read_sign_offs(pack_rows, rules=rules)
        orders = order_of_reasons(pack_rows, texts=texts)
        waterfalls = {
            section.name: build_waterfall(section, orders.get(section.name, []))
            for section in sections
        }
        county_pages = build_county_pages(
            *(sections, reasons),
            figures=figures,
            rows=pack_rows,
            packs=packs,
            texts=texts,
            sign_offs=sign_offs,
        )
    links = county_files(county_pages, known=known_counties(rules), statewide=out.name)
    of_store = read_store_figures(rows)
    shared = {
        "sweep": sweep,
        "behind": behind,
        "refused": refused_sentence(refused) if refused else None,
        "extract_date": of_store.pop("extract_date"),
        "made_up": of_store.pop("made_up"),
    }
    changed = build_changed(rows.get("people", []), packs=packs_by_id)
    coming = build_coming(rows.get("months", []), packs=packs_by_id, behind=behind)
    statewide = render_statewide(
        sections,
        short=build_in_short(sections, changed=changed, coming=coming),
        blocked_effects=build_blocked_effects(sections),
        waterfalls=waterfalls,
        county_links=links,
        without_page=sorted({cell.county for cell in cells} - links.keys()),
        packs=list_used_packs(pack_rows, sign_offs=sign_offs),
        changed=changed,
        years=build_years(rows.get("years", [])),
        coming=coming,
        **shared,
        **of_store,
    )
    write_pages(
        out,
        statewide,
        counties={
            links[page.county]: render_county(page, statewide=out.name, **shared)
            for page in county_pages
        },
    )
    withheld = sum(cell.units is None for cell in cells)
    return ReportResult(
        out,
        sweep.sweep_id,
        cells=len(cells) - withheld,
        withheld=withheld,
        county_pages=len(county_pages),
    )


def _query_sweep(
    spark: SparkSession,
    store: Store,
    sweep: Sweep,
    determinations: DataFrame,
    figures: Figures,
    behind: Deciders,
) -> dict[str, DataFrame]:
    """The queries of a sweep's people, years and months, each of a few rows."""
    parts = {}
    if figures.of_kind("law"):
        parts["months"] = query_months(determinations, figures=figures, behind=behind)
    if store.exists(spark, "charges"):
        charges = sweep.read(spark, store, "charges")
        people = query_people(determinations, charges=charges, figures=figures, behind=behind)
        years = query_years(determinations, charges=charges, figures=figures)
        if people is not None and years is not None:
            parts |= {"people": people, "years": years}
    return parts
