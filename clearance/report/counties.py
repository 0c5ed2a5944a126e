"""The page of each county: its figures of the statewide page and of `statistics.csv`, no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pyspark.sql import Row

from clearance.publish.figures.counted import Figures
from clearance.publish.figures.small_cells import OUTCOMES
from clearance.report.figures import Cell, CountyLine, Reason, format_figure
from clearance.report.laws import UsedPack, list_used_packs
from clearance.report.map.county_map import load_outlines
from clearance.report.sections import Section, name_units, reasons_of_cells, units_of_packs
from clearance.rulebook.english.office_words import PackWords, merged_reason_text
from clearance.rulebook.loading.signatures import SignOff

HEADLINE_KINDS = ("law", "policy", "scenario")
KINDS = {
    "law": "Statewide law",
    "effect": "What the law itself has done",
    "policy": "The county's policy",
    "scenario": "A scenario: neither law nor policy",
    "pointer": "Where a person may ask a court; nothing here is eligible without asking",
}


@dataclass(frozen=True)
class CountySection:
    """The figures of a pack in the county.

    Attributes:
        pack: the pack, with the county's options.
        kind: of the pack.
        line: the county's line of the statewide table.
        reasons: of the shown outcomes.
        units: the name of the pack's units.
    """

    pack: PackWords
    kind: str
    line: CountyLine
    reasons: list[Reason]
    units: str

    @property
    def eligible(self) -> str | None:
        """The eligible units as text; None if they are withheld."""
        units = self.line.units[OUTCOMES.index("ELIGIBLE")]
        return None if units is None else format_figure(units)


@dataclass(frozen=True)
class CountyPage:
    """The figures of a county.

    Attributes:
        county: its name.
        sections: one per pack, in the order of the statewide page.
        packs: the packs of the sections, with the county's fingerprints.
        outline: the index of its outline on the map; None if the map lacks it.
    """

    county: str
    sections: tuple[CountySection, ...]
    packs: list[UsedPack]
    outline: int | None

    @property
    def headlines(self) -> list[CountySection]:
        """The sections with a headline: packs that give relief, with a public total."""
        return [
            section
            for section in self.sections
            if section.kind in HEADLINE_KINDS and section.line.total
        ]

    @property
    def policies(self) -> list[UsedPack]:
        """The county's policies."""
        ids = {section.pack.pack for section in self.sections if section.kind == "policy"}
        return [pack for pack in self.packs if pack.pack in ids]


def build_county_pages(
    sections: Iterable[Section],
    reasons: Iterable[Reason],
    *,
    figures: Figures,
    rows: Iterable[Row],
    packs: Mapping[str, PackWords],
    texts: Mapping[str, str],
    sign_offs: Mapping[str, SignOff],
) -> list[CountyPage]:
    """Builds the page of each county that shows a figure, by county.

    Args:
        sections: of the statewide page.
        reasons: of the statewide page, for their citations.
        figures: counts of the determinations; only public figures get to a page.
        rows: the rows of `packs` that sweeps of the page used.
        packs: by fingerprint.
        texts: reason texts by code.
        sign_offs: see `read_sign_offs`.
    """
    fingerprints: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in figures.decisions:
        fingerprints[row.county, row.pack].add(row.pack_fingerprint)
    units = units_of_packs(figures)
    statewide = {(reason.pack, reason.outcome, reason.reason): reason for reason in reasons}
    public: dict[tuple[str, str], list[Reason]] = defaultdict(list)
    for (county, pack, outcome, code), number in figures.public.reasons.items():
        if number is not None:
            variants = [packs[key] for key in sorted(fingerprints[county, pack]) if key in packs]
            public[county, pack].append(
                replace(
                    statewide[pack, outcome, code],
                    text=merged_reason_text(code, texts, variants),
                    units=number.units,
                )
            )
    by_county: dict[str, list[CountySection]] = defaultdict(list)
    for section in sections:
        for line in section.lines:
            key = line.county, line.pack
            variants = [packs[name] for name in sorted(fingerprints[key]) if name in packs]
            unknown = PackWords(pack=line.pack, version="", title=line.pack)
            by_county[line.county].append(
                CountySection(
                    pack=variants[0] if variants else unknown,
                    kind=section.kind,
                    line=line,
                    reasons=reasons_of_cells(public[key], _cells(section.kind, line)),
                    units=name_units(units[line.pack]),
                )
            )
    used = list(rows)
    outlines = list(load_outlines().counties)
    return [
        CountyPage(
            county=county,
            sections=tuple(of_county),
            packs=list_used_packs(
                (row for row in used if row.fingerprint in fingerprints[county, row.pack]),
                sign_offs=sign_offs,
            ),
            outline=outlines.index(county) if county in outlines else None,
        )
        for county, of_county in sorted(by_county.items())
        if any(section.line.total for section in of_county)
    ]


def _cells(kind: str, line: CountyLine) -> list[Cell]:
    return [
        Cell(kind, line.pack, line.county, outcome, units)
        for outcome, units in zip(OUTCOMES, line.units, strict=True)
    ]
