"""Random units in plain Python: every column a pack reads, dates crowded around anniversaries."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from clearance.rulebook.language.calendar import add_years
from clearance.rulebook.language.catalogue import Catalogue, Feature
from clearance.rulebook.language.resolved import ResolvedPack
from tests.support.rulebook.random_units import words_of

CORNERS = (date(2010, 2, 28), date(2000, 1, 1), date(2012, 6, 1), date(2016, 11, 9))


def random_row(
    dice: random.Random, bound: ResolvedPack, catalogue: Catalogue, as_of: date
) -> dict[str, Any]:
    """One unit; one value in eight is missing where it may be.

    A date that lies between two others is no day, and these are in order.
    """
    features = catalogue[bound.pack.unit]
    row = {
        name: None
        if features[name].null == "unknown" and dice.random() < 0.125
        else _value(dice, features[name], words_of(bound, name), as_of)
        for name in sorted(bound.columns)
    }
    for name, ends in bound.spans.items():
        days = [row[end] for end in ends]
        there = row[name] is None and None not in days
        row |= dict(zip(ends, sorted(days) if there else (None, None), strict=True))
    return row


def _value(dice: random.Random, feature: Feature, words: list[str], as_of: date) -> Any:
    match feature.type:
        case "date" | "age":
            base = dice.choice((as_of, as_of, *CORNERS))
            moved = add_years(base, -dice.randint(0, 45), dice.choice(("down", "up")))
            return moved + timedelta(days=dice.randint(-2, 2))
        case "dates":
            near = Feature(type="date", null="never", label="day", meaning="day")
            return sorted(_value(dice, near, words, as_of) for _ in range(dice.randint(0, 2)))
        case "number":
            return dice.randint(0, 4)
        case "yes_no":
            return dice.random() < 0.4
        case "tags":
            return [word for word in [*words, "another_list"] if dice.random() < 0.6]
        case "path":
            parts = [part for word in words for part in word.split(".")]
            return [dice.choice([*parts, "Z"]) for _ in range(dice.randint(0, 3))]
        case "code":
            return dice.choice(feature.codes)
        case _:
            return dice.choice([*words, "another"])
