"""What people are charged with: the common charges by frequency and year, and the long tail.

`charges.csv` has a line a charge: its weight in arrests, the first and the last year in which it is
drawn, and the charge as it is cited and worded. The tail, one line in four out of five, is every
other section that a statute list names.
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
def table() -> tuple[Line, ...]:
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
def _changes() -> tuple[int, ...]:
    """The years in which another set of charges begins."""
    starts = {first for _, first, _, _ in table()} | {last + 1 for _, _, last, _ in table()}
    return tuple(sorted(starts))


@cache
def _from(year: int) -> Weighted[Charge]:
    weights: dict[Charge, float] = {}
    for weight, first, last, charge in table():
        if first <= year <= last:
            weights[charge] = weights.get(charge, 0.0) + weight
    return Weighted(weights)


def charge_in(year: int, dice: Dice) -> Charge:
    """A charge of an arrest of this year."""
    changes = _changes()
    return dice.draw(_from(changes[bisect_right(changes, year) - 1]))
