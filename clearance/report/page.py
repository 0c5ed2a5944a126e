"""The report: one self-contained page about a sweep, fit to be published."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.charges.worklist import UNKNOWN, worklist
from clearance.errors import UsageError
from clearance.faults import output_faults
from clearance.lock import alone
from clearance.log import logged
from clearance.progress import stage
from clearance.publish.words import PackWords, load_reasons, pack_words, reason_text_of
from clearance.report.chart import chart
from clearance.report.figures import (
    OUTCOMES,
    SMALLEST,
    Cell,
    CountyLine,
    Reason,
    county_lines,
    publishable,
    totals,
)
from clearance.store import Store, storage_faults

WORKLIST_LINES = 25
KINDS = {
    "policy": "County policies",
    "law": "Statewide law",
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
        withheld: cells of too few people.
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
    """What the page says of one kind of pack."""

    kind: str
    title: str
    lines: list[CountyLine]
    totals: tuple[int, ...]
    reasons: list[tuple[PackWords, list[Reason]]]


@logged("report")
def write_report(spark: SparkSession, store: Store, *, out: Path, rules: Path) -> ReportResult:
    """The report of the latest sweep, written to a file.

    Args:
        spark: the session.
        store: where the tables are.
        out: the file, `.html`.
        rules: the rulebook's folder, for reason texts.

    Raises:
        UsageError: nothing was determined yet, or the file cannot be written.
        SweepConflict: another run is writing the same file.
        StoreFault: no room is left for it.
    """
    with storage_faults("reading for the report"), stage("Counting for the report"):
        sweep = _latest(store.read(spark, "sweeps"))
        determinations = store.read(spark, "determinations")
        cells = _cells(determinations)
        packs = _packs(store.read(spark, "packs"), sweep)
        reasons = _reasons(determinations, cells=cells, packs=packs, texts=load_reasons(rules))
        page = _page(
            sweep=sweep,
            packs=sorted(packs.values(), key=lambda pack: (pack.pack, pack.version)),
            sections=_sections(cells, reasons, packs),
            cells=cells,
            files=_files(spark, store),
            quarantined=_quarantined(spark, store),
            **_worklist(spark, store),
        )
    _write(out, page)
    shown = sum(cell.shown for cell in cells)
    return ReportResult(out, sweep.sweep_id, cells=shown, withheld=len(cells) - shown)


def _latest(sweeps: DataFrame) -> Row:
    found = sweeps.orderBy(F.desc("finished_at"), "sweep_id").first()
    if found is None:
        raise UsageError("There is no sweep to report on.", "Run `clearance determine` first.")
    return found


def _cells(determinations: DataFrame) -> list[Cell]:
    counted = determinations.groupBy("kind", "pack", "county", "outcome").agg(
        F.count("*").alias("units"), F.countDistinct("subject_id").alias("people")
    )
    return sorted((Cell(*row) for row in counted.collect()), key=lambda cell: cell.key)


def _packs(packs: DataFrame, sweep: Row) -> dict[str, PackWords]:
    used = set((sweep.pack_fingerprints or {}).values())
    return {
        row.fingerprint: pack_words(
            pack=row.pack, version=row.version, text=row.yaml, facts=row.facts
        )
        for row in packs.where(F.col("fingerprint").isin(*used)).collect()
    }


def _reasons(
    determinations: DataFrame,
    *,
    cells: list[Cell],
    packs: Mapping[str, PackWords],
    texts: Mapping[str, str],
) -> list[Reason]:
    """The reasons over the shown cells only."""
    spark = determinations.sparkSession
    shown = spark.createDataFrame(
        [cell.key for cell in cells if cell.shown], "pack string, county string, outcome string"
    )
    counted = (
        determinations.join(F.broadcast(shown), on=["pack", "county", "outcome"], how="left_semi")
        .groupBy("pack", "outcome", "reason")
        .agg(
            F.sort_array(F.collect_set("pack_fingerprint")).alias("fingerprints"),
            F.array_join(F.sort_array(F.collect_set("cite")), "; ").alias("cite"),
            F.count("*").alias("units"),
            F.countDistinct("subject_id").alias("people"),
        )
        .collect()
    )
    found = []
    for row in counted:
        used = [packs[fingerprint] for fingerprint in row.fingerprints if fingerprint in packs]
        text = reason_text_of(row.reason, texts, used)
        found.append(
            Reason(row.pack, row.outcome, row.reason, text, row.cite, row.units, row.people)
        )
    return publishable(found)


def _sections(
    cells: list[Cell], reasons: list[Reason], packs: Mapping[str, PackWords]
) -> list[Section]:
    """County policies are one table, since a county has one; any other pack has its own."""
    words = {pack.pack: pack for pack in packs.values()}
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.kind, "" if cell.kind == "policy" else cell.pack), []).append(cell)
    sections = []
    for kind, name in sorted(groups, key=lambda key: (list(KINDS).index(key[0]), key[1])):
        group = groups[kind, name]
        lines = county_lines(group)
        explained = [
            (
                words.get(pack, PackWords(pack=pack, version="", title=pack)),
                [reason for reason in reasons if reason.pack == pack],
            )
            for pack in sorted({cell.pack for cell in group})
        ]
        title = KINDS[kind] if kind == "policy" else explained[0][0].title
        sections.append(Section(kind, title, lines, totals(lines), explained))
    return sections


def _files(spark: SparkSession, store: Store) -> list[Row]:
    if not store.exists(spark, "source_files"):
        return []
    return (
        store.read(spark, "source_files")
        .groupBy("status")
        .agg(
            F.count("*").alias("files"),
            F.sum("rows_read").alias("read"),
            F.sum("rows_accepted").alias("accepted"),
            F.sum("rows_quarantined").alias("quarantined"),
        )
        .orderBy("status")
        .collect()
    )


def _quarantined(spark: SparkSession, store: Store) -> list[Row]:
    if not store.exists(spark, "quarantine"):
        return []
    rows = store.read(spark, "quarantine").groupBy("code").agg(F.count("*").alias("rows"))
    return rows.orderBy(F.desc("rows"), "code").collect()


def _worklist(spark: SparkSession, store: Store) -> dict[str, Any]:
    """Texts the rules do not know; rare ones could point at a person and are only counted."""
    if not (store.exists(spark, "charges") and store.exists(spark, "history")):
        return {"worklist": [], "rare_texts": 0, "unread_comments": 0}
    found = worklist(store.read(spark, "charges"), history=store.read(spark, "history")).persist()
    texts = found.where("text IS NOT NULL")
    frequent = texts.where(F.col("people") >= SMALLEST)
    lines = frequent.orderBy(F.desc("rows"), "kind", "text").limit(WORKLIST_LINES).collect()
    rare = texts.count() - len(lines)
    in_comments = found.where("kind = 'charge' AND text IS NULL").select("rows").first()
    found.unpersist()
    unread = in_comments.rows if in_comments else 0
    return {"worklist": lines, "rare_texts": rare, "unread_comments": unread}


def _page(*, sections: list[Section], **said: Any) -> str:
    environment = Environment(
        loader=PackageLoader("clearance.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        sections=sections,
        drawn=sections[0].title if sections else "",
        chart=chart(sections[0].lines) if sections else None,
        outcomes=OUTCOMES,
        smallest=SMALLEST,
        kinds=UNKNOWN,
        **said,
    )


def _write(out: Path, page: str) -> None:
    """Write the page whole or not at all, one run at a time."""
    aside = out.with_name(f".{out.name}.part")
    remedy = "Name a file that you may write with --out, for example report.html."
    with output_faults(out, what="report", remedy=remedy):
        out.parent.mkdir(parents=True, exist_ok=True)
        with alone(out.with_name(f".{out.name}.lock"), doing=f"writing the report {out}"):
            try:
                aside.write_text(page, encoding="utf-8")
                os.replace(aside, out)
            except OSError:
                aside.unlink(missing_ok=True)
                raise
