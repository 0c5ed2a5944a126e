"""The report: a statewide page about a sweep and a page for each county, fit to be published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession

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
from clearance.report.figures import Cell
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
from clearance.rulebook.english.office_words import (
    PackWords,
    load_reason_texts,
    read_words_of_packs,
)


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
        data = _read_data(spark, store, sweep or latest_sweep(spark, store), counted, rules=rules)
    texts, sign_offs = load_reason_texts(rules), read_sign_offs(data.pack_rows, rules=rules)
    reasons = build_reasons(data.figures, packs=data.packs, texts=texts)
    sections = build_sections(
        *(data.cells, reasons, data.packs_by_id),
        totals=data.figures.public.totals,
        units=units_of_packs(data.figures),
    )
    county_pages = build_county_pages(
        *(sections, reasons),
        figures=data.figures,
        rows=data.pack_rows,
        packs=data.packs,
        texts=texts,
        sign_offs=sign_offs,
    )
    links = county_files(county_pages, known=known_counties(rules), statewide=out.name)
    store_figures = read_store_figures(data.rows)
    shared = {
        "sweep": data.sweep,
        "behind": data.deciders,
        "refused": refused_sentence(data.refused) if data.refused else None,
        "extract_date": store_figures.pop("extract_date"),
        "made_up": store_figures.pop("made_up"),
    }
    orders = order_of_reasons(data.pack_rows, texts=texts)
    changed = build_changed(data.rows.get("people", []), packs=data.packs_by_id)
    coming = build_coming(data.rows.get("months", []), packs=data.packs_by_id, behind=data.deciders)
    statewide = render_statewide(
        sections,
        short=build_in_short(sections, changed=changed, coming=coming),
        blocked_effects=build_blocked_effects(sections),
        waterfalls={
            section.name: build_waterfall(section, orders.get(section.name, []))
            for section in sections
        },
        county_links=links,
        without_page=sorted({cell.county for cell in data.cells} - links.keys()),
        packs=list_used_packs(data.pack_rows, sign_offs=sign_offs),
        changed=changed,
        years=build_years(data.rows.get("years", [])),
        coming=coming,
        **shared,
        **store_figures,
    )
    write_pages(
        out,
        statewide,
        counties={
            links[page.county]: render_county(page, statewide=out.name, **shared)
            for page in county_pages
        },
    )
    withheld = sum(cell.units is None for cell in data.cells)
    return ReportResult(
        out,
        data.sweep.sweep_id,
        cells=len(data.cells) - withheld,
        withheld=withheld,
        county_pages=len(county_pages),
    )


@dataclass(frozen=True)
class _ReportData:
    """The data that a report is made from.

    Attributes:
        sweep: the sweep of the report.
        deciders: the sweeps that decided the packs.
        figures: counts of the determinations.
        cells: the figures by pack, county and outcome.
        pack_rows: the rows of `packs` that the deciding sweeps used.
        packs: the packs by fingerprint.
        refused: the extract of the last ingest, where it was refused; None otherwise.
        rows: the rows of each query, by its name.
    """

    sweep: Sweep
    deciders: Deciders
    figures: Figures
    cells: list[Cell]
    pack_rows: list[Row]
    packs: dict[str, PackWords]
    refused: str | None
    rows: dict[str, list[Row]]

    @property
    def packs_by_id(self) -> dict[str, PackWords]:
        """The packs by id."""
        return {pack.pack: pack for pack in self.packs.values()}


def _read_data(
    spark: SparkSession,
    store: Store,
    sweep: Sweep,
    counted: FiguresAndPacks | None,
    *,
    rules: Path,
) -> _ReportData:
    by_pack = deciding_sweeps(spark, store, sweep)
    determinations = sweep.read(spark, store, "determinations")
    if counted is None:
        all_packs = store.read(spark, "packs").collect()
        counted = FiguresAndPacks(count_figures(determinations), all_packs)
    figures, fingerprints = counted.figures, by_pack.fingerprints
    pack_rows = [row for row in counted.packs if row.fingerprint in fingerprints]
    cells = build_cells(figures)
    deciders = find_deciders(by_pack, packs={cell.pack for cell in cells})
    refused = refused_since(spark, store)
    queries = query_store(*(spark, store), sweep=sweep, determinations=determinations, rules=rules)
    queries |= _query_sweep(spark, store, sweep, determinations, figures, deciders)
    return _ReportData(
        *(sweep, deciders, figures, cells, pack_rows),
        packs=read_words_of_packs(pack_rows),
        refused=refused,
        rows=collect_parts(queries),
    )


def _query_sweep(
    spark: SparkSession,
    store: Store,
    sweep: Sweep,
    determinations: DataFrame,
    figures: Figures,
    deciders: Deciders,
) -> dict[str, DataFrame]:
    """The queries of a sweep's people, years and months, each of a few rows."""
    queries = {}
    if figures.of_kind("law"):
        queries["months"] = query_months(determinations, figures=figures, behind=deciders)
    if store.exists(spark, "charges"):
        charges = sweep.read(spark, store, "charges")
        people = query_people(determinations, charges=charges, figures=figures, behind=deciders)
        years = query_years(determinations, charges=charges, figures=figures)
        if people is not None and years is not None:
            queries |= {"people": people, "years": years}
    return queries
