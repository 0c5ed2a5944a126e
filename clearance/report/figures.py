"""The figures of the report, all of them public: no sum contains a withheld figure.

A cell is a pack, a county and an outcome. `publish/figures/small_cells.py` decides which cells,
reasons and totals are withheld; a county's units beside its shown cells are `not shown`. A zero is
shown if nothing of its line is withheld.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
UNSHOWN = "not shown"
WHOLE = 100
OTHER_REASONS = "reasons that are not shown"
# The classes of the style sheet.
CLASSES = {outcome: outcome.lower().replace("_", "-") for outcome in OUTCOMES}


@dataclass(frozen=True)
class Cell:
    """The units of a pack's outcome in a county; None if withheld."""

    kind: str
    pack: str
    county: str
    outcome: str
    units: int | None


@dataclass(frozen=True)
class Reason:
    """A reason of a pack's outcome: its units over the counties that show it.

    `reason` is empty for the units of the outcome beside the shown reasons; `share` is the percent
    of the outcome.
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
        """The outcome as a word of the page."""
        return WORDS[self.outcome]


@dataclass(frozen=True)
class Piece:
    """A part of a bar: the class of its colour, its width in percent, and its text."""

    kind: str
    width: float
    text: str


@dataclass(frozen=True)
class CountyLine:
    """A line of a county table: the figures of a county and pack.

    Attributes:
        units: of each outcome; None if withheld.
        total: units of all outcomes; None if withheld.
    """

    county: str
    pack: str
    units: tuple[int | None, ...]
    total: int | None

    @property
    def figures(self) -> tuple[str, ...]:
        """The units of each outcome, not shown, and in total, as text."""
        return tuple(format_figure(number) for number in (*self.units, self.not_shown, self.total))

    @property
    def shown(self) -> int:
        """The units of the shown cells."""
        return sum(number or 0 for number in self.units)

    @property
    def not_shown(self) -> int | None:
        """The units beside the shown cells; None if the total is withheld."""
        return None if self.total is None else self.total - self.shown

    @property
    def eligible(self) -> float | None:
        """The share of the county's units that are eligible; None if it is not public."""
        units = self.units[OUTCOMES.index("ELIGIBLE")]
        return None if units is None or not self.total else units / self.total

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The line as a bar."""
        return bar_pieces(self.units, self.not_shown)


@dataclass(frozen=True)
class Sum:
    """The sum of a column over the counties that show a figure.

    Attributes:
        units: the sum.
        showing: the number of counties that show a figure.
        counties: the number of counties of the table.
    """

    units: int
    showing: int
    counties: int

    @property
    def number(self) -> str:
        """The sum as text, or that no county shows a figure."""
        return format_figure(self.units) if self.showing else UNSHOWN

    @property
    def where(self) -> str:
        """The number of counties that show a figure, as text; empty if all do, or none does."""
        if self.showing in (0, self.counties):
            return ""
        return f"in {self.showing} {'county' if self.showing == 1 else 'counties'}"

    @property
    def text(self) -> str:
        """The sum, and in how many counties it is shown."""
        return f"{self.number} {self.where}".rstrip()

    @property
    def is_nobody(self) -> bool:
        """Whether every county shows a zero."""
        return not self.units and self.showing == self.counties


@dataclass(frozen=True)
class Totals:
    """The sums of a table over its shown figures.

    Attributes:
        units: of each outcome; zero also if no county shows it.
        not_shown: the sum of the lines' units that are not shown, if public.
        counties: the number of lines with a withheld total, which are in no sum.
        sums: of each outcome, of the units that are not shown, and of all units.
    """

    units: tuple[int, ...]
    not_shown: int
    counties: int
    sums: tuple[Sum, ...]

    @property
    def total(self) -> int:
        """The units of all outcomes, of the lines that are in the sums."""
        return sum(self.units) + self.not_shown

    def of(self, outcome: str) -> Sum:
        """The sum of an outcome."""
        return self.sums[OUTCOMES.index(outcome)]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The sums as a bar."""
        return bar_pieces(self.units, self.not_shown)

    @property
    def legend(self) -> tuple[tuple[str, str, str], ...]:
        """Class, word and figure of each part of the bar."""
        classes = (*(CLASSES[outcome] for outcome in OUTCOMES), "not-shown")
        words = (*(WORDS[outcome] for outcome in OUTCOMES), NOT_SHOWN)
        return tuple(zip(classes, words, (total.text for total in self.sums[:-1]), strict=True))


def percent(part: float, total: float) -> float:
    """A part in percent of the total, to two places."""
    return round(WHOLE * part / total, 2)


def format_figure(units: int | None) -> str:
    """A number as text; None is `withheld`."""
    return WITHHELD if units is None else f"{units:,}"


def bar_pieces(units: Iterable[int | None], not_shown: int | None) -> tuple[Piece, ...]:
    """The parts of a bar of outcomes and units that are not shown; empty if all are zero or None.

    Args:
        units: of each outcome; None if withheld.
        not_shown: the other units; None if withheld.
    """
    parts = [
        (CLASSES[outcome], WORDS[outcome], number or 0)
        for outcome, number in zip(OUTCOMES, units, strict=True)
    ]
    parts.append(("not-shown", NOT_SHOWN, not_shown or 0))
    total = sum(number for *_, number in parts)
    return tuple(
        Piece(kind, percent(number, total), f"{word} {number:,}")
        for kind, word, number in parts
        if number
    )


def build_county_lines(cells: Iterable[Cell], *, totals: Mapping[Line, int]) -> list[CountyLine]:
    """Builds a line for each county and pack, in order; withheld cells are None.

    Args:
        cells: of the packs of one table.
        totals: units of all outcomes by county and pack; no key if withheld.
    """
    lines: dict[Line, dict[str, int | None]] = defaultdict(dict)
    for cell in cells:
        lines[cell.county, cell.pack][cell.outcome] = cell.units
    return [
        CountyLine(
            *line,
            units=tuple(units.get(outcome, 0) for outcome in OUTCOMES),
            total=totals.get(line),
        )
        for line, units in sorted(lines.items())
    ]


def sum_lines(lines: Iterable[CountyLine]) -> Totals:
    """The sums of a table."""
    table = list(lines)
    sums = tuple(
        _sum_column(
            [(line.county, (*line.units, line.not_shown, line.total)[index]) for line in table]
        )
        for index in range(len(OUTCOMES) + 2)
    )
    *units, not_shown, _ = (total.units for total in sums)
    withheld = sum(line.total is None for line in table)
    return Totals(tuple(units), not_shown, withheld, sums)


def _sum_column(figures: Sequence[tuple[str, int | None]]) -> Sum:
    """The sum of a column of county and figure; None if withheld."""
    shown = [(county, number) for county, number in figures if number is not None]
    return Sum(
        units=sum(number for _, number in shown),
        showing=len({county for county, _ in shown}),
        counties=len({county for county, _ in figures}),
    )


def with_unshown_reasons(
    reasons: Iterable[Reason], totals: Mapping[tuple[str, str], int]
) -> list[Reason]:
    """The reasons of each outcome, most frequent first, then the units of reasons not shown.

    Args:
        reasons: the reasons that some county shows.
        totals: units by pack and outcome, over the shown cells.
    """
    by_outcome: dict[tuple[str, str], list[Reason]] = defaultdict(list)
    for reason in reasons:
        by_outcome[reason.pack, reason.outcome].append(reason)
    lines: list[Reason] = []
    for (pack, outcome), units in totals.items():
        shown = sorted(by_outcome[pack, outcome], key=lambda reason: (-reason.units, reason.reason))
        lines += shown
        if not_shown := units - sum(reason.units for reason in shown):
            lines.append(Reason(pack, outcome, "", OTHER_REASONS, "", not_shown))
    with_shares = [
        replace(line, share=percent(line.units, totals[line.pack, line.outcome])) for line in lines
    ]
    return sorted(with_shares, key=lambda line: (line.pack, OUTCOMES.index(line.outcome)))
