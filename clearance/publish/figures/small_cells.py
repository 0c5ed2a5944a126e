"""Which figures may be public: small ones are withheld, and others with them.

A figure of fewer than eleven people is withheld. What is public about the same units adds up in
three ways: the outcomes of a pack in a county to the units in its scope (which another pack of
that scope may give), the reasons of an outcome to that outcome, the counties to the state. So
small figures never go without a large one of their line, and which of them are small is not said.
An outcome of nobody goes with them: a figure that is withheld in a month and zero in the next was
small, and its line then gives the others.
Nor is which reasons are withheld: `statistics.csv` leaves them out, as those of nobody. Sums over
counties are taken over what is shown.

The units of a pack in a county are public where some outcome has eleven people: then none or at
least two of its outcomes are withheld, and their sum says no more than another pack of the scope.

Figures change little from month to month, so one that a month shows is nearly known for the month
before. The large one is therefore always the first of a fixed order, not the next by size; and it
goes also with several small ones, which would do by themselves until one of them reaches eleven.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

SMALLEST = 11
"""A figure of so many people may be shown."""

OUTCOMES = ("ELIGIBLE", "NOT_YET", "REVIEW", "NOT_ELIGIBLE")

Cell = tuple[str, str, str]
"""County, pack, outcome."""

ReasonCell = tuple[str, str, str, str]
"""County, pack, outcome, reason."""

Line = tuple[str, str]
"""County, pack."""

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True)
class Number:
    """Units, and the people who have them."""

    units: int
    people: int


@dataclass(frozen=True)
class PublicFigures:
    """What may be published of a state.

    Attributes:
        outcomes: by county, pack and outcome; None where withheld, be it of nobody.
        reasons: by county, pack, outcome and reason; None where withheld, and in every outcome
            that is.
        totals: units of all outcomes by county and pack, where that may be said.
    """

    outcomes: Mapping[Cell, Number | None]
    reasons: Mapping[ReasonCell, Number | None]
    totals: Mapping[Line, int]

    def lines_that_show(self, outcome: str) -> list[Line]:
        """The counties and packs of which an outcome is shown, in order."""
        return sorted(
            cell[:2] for cell, number in self.outcomes.items() if number and cell[2] == outcome
        )


def public_figures(
    outcomes: Mapping[Cell, Number], reasons: Mapping[ReasonCell, Number]
) -> PublicFigures:
    """The figures with what must be withheld left out.

    Args:
        outcomes: of a state, by county, pack and outcome.
        reasons: the same by reason.
    """
    # What goes with a small outcome: most often the one that matters least to the reader.
    least_telling = {outcome: place for place, outcome in enumerate(reversed(OUTCOMES))}
    lines = _lines(outcomes, line=lambda cell: cell[:2])
    hidden = {
        cell
        for line in lines
        for cell in withheld_keys(line, order=lambda cell: least_telling[cell[2]])
    }
    hidden_reasons = {
        cell
        for line in _lines(reasons, line=lambda cell: cell[:3])
        for cell in withheld_keys(line, order=lambda cell: cell[3])
    }
    of_nobody = {(*cell[:2], outcome) for cell in hidden for outcome in OUTCOMES} - outcomes.keys()
    return PublicFigures(
        {
            **{cell: None if cell in hidden else number for cell, number in outcomes.items()},
            **dict.fromkeys(sorted(of_nobody)),
        },
        {
            cell: None if cell in hidden_reasons or cell[:3] in hidden else number
            for cell, number in reasons.items()
        },
        {
            next(iter(line))[:2]: sum(number.units for number in line.values())
            for line in lines
            if any(number.people >= SMALLEST for number in line.values())
        },
    )


def publishable_parts(
    line: Mapping[_Key, Number], *, order: Callable[[_Key], Any]
) -> dict[_Key, Number]:
    """Of figures that add up to something public, those that may be shown.

    Args:
        line: the figures.
        order: see `withheld`.
    """
    hidden = withheld_keys(line, order=order)
    return {key: number for key, number in line.items() if key not in hidden}


def withheld_keys(line: Mapping[_Key, Number], *, order: Callable[[_Key], Any]) -> set[_Key]:
    """Those figures of a line that are withheld.

    Args:
        line: figures that add up to something that may be known.
        order: which large one is withheld first with small ones; not by its size.
    """
    hidden = {key for key, number in line.items() if 0 < number.people < SMALLEST}
    large = [key for key, number in line.items() if number.people >= SMALLEST]
    return {*hidden, min(large, key=order)} if hidden and large else hidden


def _lines(
    numbers: Mapping[_Key, Number], *, line: Callable[[_Key], Hashable]
) -> list[dict[_Key, Number]]:
    found: dict[Hashable, dict[_Key, Number]] = defaultdict(dict)
    for key, number in numbers.items():
        found[line(key)][key] = number
    return list(found.values())
