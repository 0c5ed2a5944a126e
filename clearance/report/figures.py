"""The figures of the report, all of them public: what is withheld stands in none of its sums.

A cell is a pack, a county and an outcome. Which cells and reasons are withheld is decided for the
report and `statistics.csv` together, in `publish/withheld.py`. Zero is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from clearance.publish.withheld import OUTCOMES

WITHHELD = "withheld"


@dataclass(frozen=True)
class Cell:
    """A pack's outcome in a county: how many units, None where that is withheld."""

    kind: str
    pack: str
    county: str
    outcome: str
    units: int | None


@dataclass(frozen=True)
class Reason:
    """A reason of a pack's outcome: its units over the counties that show it."""

    pack: str
    outcome: str
    reason: str
    text: str
    cite: str
    units: int


@dataclass(frozen=True)
class CountyLine:
    """A line of a county table: a county and pack, a figure for each outcome."""

    county: str
    pack: str
    units: tuple[int | None, ...]

    @property
    def figures(self) -> tuple[str, ...]:
        """Each outcome's units as text."""
        return tuple(figure(number) for number in self.units)

    @property
    def total(self) -> int:
        """Units of the shown cells."""
        return sum(number or 0 for number in self.units)


def figure(units: int | None) -> str:
    """A number of units as the page writes it."""
    return WITHHELD if units is None else f"{units:,}"


def county_lines(cells: Iterable[Cell]) -> list[CountyLine]:
    """A line for each county and pack, by county; withheld cells are None.

    Args:
        cells: of the packs of one table.
    """
    lines: dict[tuple[str, str], dict[str, int | None]] = defaultdict(dict)
    for cell in cells:
        lines[cell.county, cell.pack][cell.outcome] = cell.units
    return [
        CountyLine(county, pack, tuple(found.get(outcome, 0) for outcome in OUTCOMES))
        for (county, pack), found in sorted(lines.items())
    ]


def totals(lines: Iterable[CountyLine]) -> tuple[int, ...]:
    """Units of each outcome over the shown cells."""
    sums = [0] * len(OUTCOMES)
    for line in lines:
        for i, number in enumerate(line.units):
            sums[i] += number or 0
    return tuple(sums)


def in_table(reason: Reason) -> tuple[str, int, int, str]:
    """The order of reasons: most frequent first."""
    return (reason.pack, OUTCOMES.index(reason.outcome), -reason.units, reason.reason)
