"""The numbers of the report, with small cells withheld so that it can be published.

A cell is a pack, a county and an outcome. A cell of fewer than eleven people shows as `<11`, and
its units are in no total, chart or reason of the page: whatever the page says is counted over the
cells it shows, so that no subtraction brings a withheld one back. A reason of fewer than eleven
people is withheld together with the next smallest reason of its pack and outcome, so that the two
cannot be told apart. Zero is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SMALLEST = 11
OUTCOMES = ("ELIGIBLE", "NOT_YET", "REVIEW", "NOT_ELIGIBLE")


@dataclass(frozen=True)
class Cell:
    """A pack's outcome in a county: how many units of how many people."""

    kind: str
    pack: str
    county: str
    outcome: str
    units: int
    people: int

    @property
    def shown(self) -> bool:
        """Whether the page may say how many."""
        return self.people >= SMALLEST

    @property
    def key(self) -> tuple[str, str, str]:
        """Pack, county and outcome."""
        return (self.pack, self.county, self.outcome)


@dataclass(frozen=True)
class Reason:
    """A reason of a pack's outcome, over the shown cells; `shown` says whether with its number."""

    pack: str
    outcome: str
    reason: str
    text: str
    cite: str
    units: int
    people: int
    shown: bool = True

    @property
    def figure(self) -> str:
        """The number of units, or why it is not there."""
        if self.shown:
            return f"{self.units:,}"
        return f"<{SMALLEST}" if self.people < SMALLEST else "withheld"


@dataclass(frozen=True)
class CountyLine:
    """A line of a county table: a county and pack, a figure for each outcome."""

    county: str
    pack: str
    units: tuple[int | None, ...]

    @property
    def figures(self) -> tuple[str, ...]:
        """Each outcome's units as text; `<11` for a withheld one."""
        return tuple(f"<{SMALLEST}" if n is None else f"{n:,}" for n in self.units)

    @property
    def total(self) -> int:
        """Units of the shown cells."""
        return sum(number or 0 for number in self.units)


def county_lines(cells: Iterable[Cell]) -> list[CountyLine]:
    """A line for each county and pack, by county; withheld cells are None.

    Args:
        cells: of the packs of one table.
    """
    lines: dict[tuple[str, str], dict[str, int | None]] = defaultdict(dict)
    for cell in cells:
        lines[cell.county, cell.pack][cell.outcome] = cell.units if cell.shown else None
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


def publishable(reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons with small ones withheld, most frequent first within pack and outcome.

    Args:
        reasons: counted over the shown cells.
    """
    groups: dict[tuple[str, str], list[Reason]] = defaultdict(list)
    for reason in reasons:
        groups[reason.pack, reason.outcome].append(reason)
    result = []
    for group in groups.values():
        ordered = sorted(group, key=lambda reason: (reason.people, reason.units, reason.reason))
        small = sum(reason.people < SMALLEST for reason in ordered)
        withheld = min(len(ordered), small + 1) if small else 0
        result += [_with(reason, shown=i >= withheld) for i, reason in enumerate(ordered)]
    return sorted(result, key=_in_table)


def _in_table(reason: Reason) -> tuple[str, int, int, str]:
    """Most frequent first; withheld ones last and by code, since their order would tell."""
    rank = OUTCOMES.index(reason.outcome)
    return (reason.pack, rank, -reason.units if reason.shown else 0, reason.reason)


def _with(reason: Reason, *, shown: bool) -> Reason:
    return Reason(**{**reason.__dict__, "shown": shown})
