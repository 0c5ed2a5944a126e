"""The figures of the report, all of them public: what is withheld stands in none of its sums.

A cell is a pack, a county and an outcome. Which cells and reasons are withheld, and of which
counties the units of all outcomes may be said, is decided in `publish/withheld.py`; the rest of a
county's units is `not shown`. A zero is shown where nothing of its line is withheld.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from clearance.publish.figures.small_cells import OUTCOMES, Line

WITHHELD = "withheld"
WORDS = {
    "ELIGIBLE": "Eligible",
    "NOT_YET": "Not yet",
    "REVIEW": "For review",
    "NOT_ELIGIBLE": "Not eligible",
}
NOT_SHOWN = "Not shown"
WHOLE = 100
OTHER_REASONS = "reasons that are not shown"
# The classes of the style sheet.
CLASSES = {outcome: outcome.lower().replace("_", "-") for outcome in OUTCOMES}


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
    """A reason of a pack's outcome: its units over the counties that show it.

    `reason` is empty for what the outcome has beside the reasons that are shown; `share` is the
    percent of the outcome.
    """

    pack: str
    outcome: str
    reason: str
    text: str
    cite: str
    units: int
    share: float = 0.0

    @property
    def word(self) -> str:
        """The outcome as the page writes it."""
        return WORDS[self.outcome]


@dataclass(frozen=True)
class Piece:
    """A part of a bar: the class of its colour, its width in percent, and what it says."""

    kind: str
    width: float
    says: str


@dataclass(frozen=True)
class CountyLine:
    """A line of a county table: a county and pack, a figure for each outcome.

    Attributes:
        units: of each outcome; None where withheld.
        total: of all outcomes; None where that is withheld too.
    """

    county: str
    pack: str
    units: tuple[int | None, ...]
    total: int | None

    @property
    def figures(self) -> tuple[str, ...]:
        """Each outcome's units, what is not shown, and all of them, as text."""
        return tuple(format_figure(number) for number in (*self.units, self.not_shown, self.total))

    @property
    def shown(self) -> int:
        """Units of the shown cells."""
        return sum(number or 0 for number in self.units)

    @property
    def not_shown(self) -> int | None:
        """Units beside the shown ones; None where that is withheld."""
        return None if self.total is None else self.total - self.shown

    @property
    def eligible(self) -> float | None:
        """The share of the county's units that are eligible; None where it is not public."""
        found = self.units[OUTCOMES.index("ELIGIBLE")]
        return None if found is None or not self.total else found / self.total

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The line as a bar."""
        return bar_pieces(self.units, self.not_shown)


@dataclass(frozen=True)
class Totals:
    """A table's sums, over what is shown.

    Attributes:
        units: of each outcome.
        not_shown: units that counties have beside them, where that is public.
        counties: how many lines are in no sum, since all of them is withheld.
    """

    units: tuple[int, ...]
    not_shown: int
    counties: int

    @property
    def total(self) -> int:
        """Units of all outcomes, of the counties that are in the sums."""
        return sum(self.units) + self.not_shown

    @property
    def figures(self) -> tuple[str, ...]:
        """As those of a line."""
        return tuple(format_figure(number) for number in (*self.units, self.not_shown, self.total))

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The sums as a bar."""
        return bar_pieces(self.units, self.not_shown)

    @property
    def legend(self) -> tuple[tuple[str, str, str], ...]:
        """Class, word and figure of each part of the bar."""
        words = [(CLASSES[outcome], WORDS[outcome]) for outcome in OUTCOMES]
        named = [*words, ("not-shown", NOT_SHOWN)]
        numbers = (*self.units, self.not_shown)
        return tuple((*one, format_figure(n)) for one, n in zip(named, numbers, strict=True))


def percent(part: float, whole: float) -> float:
    """What a part is of the whole in percent, to two places."""
    return round(WHOLE * part / whole, 2)


def format_figure(units: int | None) -> str:
    """A number of units as the page writes it."""
    return WITHHELD if units is None else f"{units:,}"


def bar_pieces(units: Iterable[int | None], not_shown: int | None) -> tuple[Piece, ...]:
    """A bar of outcomes and what is not shown; none where nothing is.

    Args:
        units: of each outcome; None where withheld.
        not_shown: the rest; None where that is withheld.
    """
    parts = [(CLASSES[o], WORDS[o], n or 0) for o, n in zip(OUTCOMES, units, strict=True)]
    parts.append(("not-shown", NOT_SHOWN, not_shown or 0))
    whole = sum(number for *_, number in parts)
    return tuple(
        Piece(kind, percent(number, whole), f"{word} {number:,}")
        for kind, word, number in parts
        if number
    )


def build_county_lines(cells: Iterable[Cell], *, totals: Mapping[Line, int]) -> list[CountyLine]:
    """A line for each county and pack, by county; withheld cells are None.

    Args:
        cells: of the packs of one table.
        totals: units of all outcomes by county and pack, where public.
    """
    lines: dict[Line, dict[str, int | None]] = defaultdict(dict)
    for cell in cells:
        lines[cell.county, cell.pack][cell.outcome] = cell.units
    return [
        CountyLine(
            *line,
            units=tuple(found.get(outcome, 0) for outcome in OUTCOMES),
            total=totals.get(line),
        )
        for line, found in sorted(lines.items())
    ]


def sum_lines(lines: Iterable[CountyLine]) -> Totals:
    """The sums of a table."""
    found = list(lines)
    units = [sum(line.units[at] or 0 for line in found) for at in range(len(OUTCOMES))]
    return Totals(
        tuple(units),
        sum(line.not_shown or 0 for line in found),
        sum(line.total is None for line in found),
    )


def with_unshown_reasons(
    reasons: Iterable[Reason], totals: Mapping[tuple[str, str], int]
) -> list[Reason]:
    """The reasons of a pack, most frequent first, and of each outcome what they leave over.

    Args:
        reasons: that some county shows.
        totals: units by pack and outcome, over the cells shown.
    """
    by_outcome: dict[tuple[str, str], list[Reason]] = defaultdict(list)
    for reason in reasons:
        by_outcome[reason.pack, reason.outcome].append(reason)
    found: list[Reason] = []
    for (pack, outcome), units in totals.items():
        group = sorted(by_outcome[pack, outcome], key=lambda one: (-one.units, one.reason))
        found += group
        if rest := units - sum(one.units for one in group):
            found.append(Reason(pack, outcome, "", OTHER_REASONS, "", rest))
    shares = [
        replace(one, share=percent(one.units, totals[one.pack, one.outcome])) for one in found
    ]
    return sorted(shares, key=lambda one: (one.pack, OUTCOMES.index(one.outcome)))
