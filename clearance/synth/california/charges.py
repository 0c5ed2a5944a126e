"""The charges of arrests: the frequent charges by weight and year, and a long tail.

`charges.csv` has one line per charge: its weight in arrests, the first and the last year in which
it is drawn, its cite and its wording. The tail, four lines in five, has every other section of a
statute list.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from functools import cache
from pathlib import Path

from clearance.synth.dice import Dice, Weighted
from clearance.synth.words import CONSPIRACY, Charge

FILE = Path(__file__).with_name("charges.csv")
Line = tuple[float, int, int, Charge]


@cache
def load_lines() -> tuple[Line, ...]:
    """The lines of the file: weight, first year, last year, charge."""
    with FILE.open(encoding="ascii", newline="") as file:
        return tuple(
            (float(row["weight"]), int(row["first"]), int(row["last"]), _charge(row))
            for row in csv.DictReader(file)
        )


def _charge(row: dict[str, str]) -> Charge:
    charge = Charge(row["section"], row["path"], row["book"], row["literal"], row["level"])
    return CONSPIRACY if charge == CONSPIRACY else charge


@cache
def _years_of_change() -> tuple[int, ...]:
    """The years in which the set of charges changes."""
    starts = {first for _, first, _, _ in load_lines()} | {
        last + 1 for _, _, last, _ in load_lines()
    }
    return tuple(sorted(starts))


@cache
def _weights_in(year: int) -> Weighted[Charge]:
    weights: dict[Charge, float] = {}
    for weight, first, last, charge in load_lines():
        if first <= year <= last:
            weights[charge] = weights.get(charge, 0.0) + weight
    return Weighted(weights)


def charge_in(year: int, dice: Dice) -> Charge:
    """A charge of an arrest in a year."""
    changes = _years_of_change()
    return dice.draw(_weights_in(changes[bisect_right(changes, year) - 1]))
