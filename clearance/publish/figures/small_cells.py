"""Suppression of small figures: a figure of few people is withheld, and others with it.

A figure of fewer than eleven people is withheld. Public figures of the same units add up in three
ways: the outcomes of a pack in a county to the units in the pack's scope (which another pack of
that scope may give), the reasons of an outcome to that outcome, the counties to the state. So a
small figure is always withheld with a large figure of its line, and readers cannot see which of
them is small. An outcome of nobody is withheld too: a figure that is withheld in one month and zero
in the next was small, and the line then gives the others. Nor can readers see which reasons are
withheld: `statistics.csv` leaves them out, as it leaves out zeros. Sums over counties contain shown
figures only.

The units of a pack in a county are public if some outcome has eleven people: then none or at least
two of the outcomes are withheld, and their sum gives no more than another pack of the scope.

Figures change little from month to month, so a figure that one month shows is nearly known for the
month before. The large figure is therefore always the first of a fixed order, not the next by size;
and it is withheld also with several small figures, which would protect each other only until one of
them reaches eleven.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

SMALLEST = 11
"""The least number of people of a figure that may be shown."""

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
    """How many units a figure counts, and how many people have them."""

    units: int
    people: int


@dataclass(frozen=True)
class PublicFigures:
    """The figures of a state, with None for each withheld figure.

    Attributes:
        outcomes: by county, pack and outcome; None where withheld, also for a withheld zero.
        reasons: by county, pack, outcome and reason; None where the reason or its outcome is
            withheld.
        totals: units of all outcomes by county and pack; no key where the total is withheld.
    """

    outcomes: Mapping[Cell, Number | None]
    reasons: Mapping[ReasonCell, Number | None]
    totals: Mapping[Line, int]

    def lines_that_show(self, outcome: str) -> list[Line]:
        """The counties and packs whose figure of `outcome` is shown, in order."""
        return sorted(
            cell[:2] for cell, number in self.outcomes.items() if number and cell[2] == outcome
        )


def public_figures(
    outcomes: Mapping[Cell, Number], reasons: Mapping[ReasonCell, Number]
) -> PublicFigures:
    """Replaces every figure that must be withheld by None.

    Args:
        outcomes: by county, pack and outcome.
        reasons: by county, pack, outcome and reason.
    """
    # Withheld first beside a small outcome: the outcome that matters least to readers.
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
    """The figures of a line that may be shown.

    Args:
        line: figures that add up to a number that may be known.
        order: see `withheld`.
    """
    hidden = withheld_keys(line, order=order)
    return {key: number for key, number in line.items() if key not in hidden}


def withheld_keys(line: Mapping[_Key, Number], *, order: Callable[[_Key], Any]) -> set[_Key]:
    """The keys of the figures of a line that are withheld.

    Args:
        line: figures that add up to a number that may be known.
        order: sorts keys; the first large figure is withheld with the small ones. It must not
            depend on size.
    """
    hidden = {key for key, number in line.items() if 0 < number.people < SMALLEST}
    large = [key for key, number in line.items() if number.people >= SMALLEST]
    return {*hidden, min(large, key=order)} if hidden and large else hidden


def _lines(
    numbers: Mapping[_Key, Number], *, line: Callable[[_Key], Hashable]
) -> list[dict[_Key, Number]]:
    lines: dict[Hashable, dict[_Key, Number]] = defaultdict(dict)
    for key, number in numbers.items():
        lines[line(key)][key] = number
    return list(lines.values())
