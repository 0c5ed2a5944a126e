"""The sections of a page: the figures and reasons of each pack, all of them public."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pyspark.sql import Row

from clearance.publish.figures.counted import Figures
from clearance.publish.figures.small_cells import Line
from clearance.report.figures import (
    Cell,
    CountyLine,
    Reason,
    Totals,
    build_county_lines,
    sum_lines,
    with_unshown_reasons,
)
from clearance.report.map.county_map import CountyMap, build_county_map
from clearance.rulebook.english.office_words import PackWords, merged_reason_text

KINDS = {
    "law": "Statewide law",
    "effect": "What the law itself has done",
    "policy": "County policies",
    "scenario": "Scenarios",
    "pointer": "Pointers",
}
POINTER = "pointer"
_UNITS = {"conviction": "convictions", "arrest": "arrests"}


@dataclass(frozen=True)
class Section:
    """The figures of a pack, or of all county policies.

    Attributes:
        name: of its anchor on the page.
        kind: of the packs.
        title: the heading.
        lines: one per county and pack.
        totals: sums of the lines over their shown figures.
        map: of the lines; None if no county's share is public, or for a pointer, under which
            nothing is eligible.
        reasons: the reasons of each pack.
        units: the name of the packs' units.
    """

    name: str
    kind: str
    title: str
    lines: list[CountyLine]
    totals: Totals
    map: CountyMap | None
    reasons: list[tuple[PackWords, list[Reason]]]
    units: str = "convictions or arrests"


def build_cells(figures: Figures) -> list[Cell]:
    """The cells of every pack, by pack, county and outcome; withheld cells have None.

    Args:
        figures: counts of the determinations.
    """
    kinds = {row.pack: row.kind for row in figures.decisions}
    cells = (
        Cell(kinds[pack], pack, county, outcome, number.units if number else None)
        for (county, pack, outcome), number in figures.public.outcomes.items()
    )
    return sorted(cells, key=lambda cell: (cell.pack, cell.county, cell.outcome))


def build_reasons(
    figures: Figures, *, packs: Mapping[str, PackWords], texts: Mapping[str, str]
) -> list[Reason]:
    """The reasons that some county shows, each summed over the counties that show it.

    A reason that no county shows is left out: that it occurs at all bounds the withheld reasons.

    Args:
        figures: counts of the determinations.
        packs: by fingerprint.
        texts: reason texts by code.
    """
    decisions: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in figures.decisions:
        decisions[row.pack, row.outcome, row.reason].append(row)
    shown: dict[tuple[str, str, str], int] = defaultdict(int)
    for (_, pack, outcome, reason), number in figures.public.reasons.items():
        if number is not None:
            shown[pack, outcome, reason] += number.units
    reasons = []
    for (pack, outcome, reason), units in shown.items():
        rows = decisions[pack, outcome, reason]
        fingerprints = sorted({row.pack_fingerprint for row in rows})
        variants = [packs[fingerprint] for fingerprint in fingerprints if fingerprint in packs]
        text = merged_reason_text(reason, texts, variants)
        cite = "; ".join(sorted({row.cite for row in rows if row.cite is not None}))
        reasons.append(Reason(pack, outcome, reason, text, cite, units))
    return reasons


def build_sections(
    cells: Iterable[Cell],
    reasons: list[Reason],
    packs: Mapping[str, PackWords],
    *,
    totals: Mapping[Line, int],
    units: Mapping[str, Collection[str]],
) -> list[Section]:
    """Builds the sections: one for all county policies, one for each other pack.

    Args:
        cells: of every pack.
        reasons: of every pack.
        packs: by id.
        totals: units of all outcomes by county and pack; no key if withheld.
        units: of each pack, see `units_of_packs`.
    """
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.kind, "" if cell.kind == "policy" else cell.pack), []).append(cell)
    sections = []
    for kind, name in sorted(groups, key=lambda key: (list(KINDS).index(key[0]), key[1])):
        group = groups[kind, name]
        lines = build_county_lines(group, totals=totals)
        of_packs = [
            (
                packs.get(pack, PackWords(pack=pack, version="", title=pack)),
                reasons_of_cells(reasons, [cell for cell in group if cell.pack == pack]),
            )
            for pack in sorted({cell.pack for cell in group})
        ]
        sections.append(
            Section(
                name=name or kind,
                kind=kind,
                title=KINDS[kind] if kind == "policy" else of_packs[0][0].title,
                lines=lines,
                totals=sum_lines(lines),
                map=None if kind == POINTER else build_county_map(lines),
                reasons=of_packs,
                units=name_units(unit for cell in group for unit in units.get(cell.pack, ())),
            )
        )
    return sections


def units_of_packs(figures: Figures) -> dict[str, set[str]]:
    """The units, `conviction` or `arrest`, of each pack.

    Args:
        figures: counts of the determinations.
    """
    units: dict[str, set[str]] = defaultdict(set)
    for row in figures.decisions:
        units[row.pack].add(row.unit)
    return units


def name_units(units: Iterable[str]) -> str:
    """The name of some units, such as `convictions`."""
    return " and ".join(_UNITS[unit] for unit in sorted(set(units)))


def reasons_of_cells(reasons: Iterable[Reason], cells: Iterable[Cell]) -> list[Reason]:
    """The reasons of the outcomes of `cells`, with the units of reasons that are not shown.

    Args:
        reasons: with units over the counties of `cells`.
        cells: of one pack.
    """
    units: dict[tuple[str, str], int] = defaultdict(int)
    for cell in cells:
        if cell.units:
            units[cell.pack, cell.outcome] += cell.units
    of_cells = [reason for reason in reasons if (reason.pack, reason.outcome) in units]
    return with_unshown_reasons(of_cells, units)
