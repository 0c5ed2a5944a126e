"""The map of California's counties, shaded by the share of units that are eligible.

It says what its table says: a county whose share is not public is hatched, and one that the table
lacks is blank. The outlines and their notice stand in `california.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clearance.report.figures import WHOLE, CountyLine

SHADES = 5
_STEPS = (1, 2, 5, 10, 20)


@dataclass(frozen=True)
class Outlines:
    """The counties' outlines, in the units of the view box, by name; and whose they are."""

    notice: str
    width: int
    height: int
    counties: dict[str, str]


@dataclass(frozen=True)
class MapCounty:
    """A county of the map: its outline's number, the class of its shade, and what it says."""

    number: int
    shade: str
    says: str


@dataclass(frozen=True)
class CountyMap:
    """A map with its key: shades, and what each says.

    Attributes:
        places: the counties, as `Outlines` has them.
        key: the classes that occur, each with its words.
        elsewhere: names of the table that are no county of the map.
    """

    places: tuple[MapCounty, ...]
    key: tuple[tuple[str, str], ...]
    elsewhere: tuple[str, ...]


@cache
def load_outlines() -> Outlines:
    """What `california.json` holds."""
    path = Path(__file__).with_name("california.json")
    return Outlines(**json.loads(path.read_text(encoding="utf-8")))


def build_county_map(lines: Sequence[CountyLine]) -> CountyMap | None:
    """The map of a county table; None where no county's share is public.

    Args:
        lines: the table's, one a county.
    """
    by_county = {line.county: line for line in lines}
    percents = [WHOLE * line.eligible for line in lines if line.eligible is not None]
    if not percents:
        return None
    low, step = _scale(percents)
    used: dict[str, str] = {}
    places = []
    for number, county in enumerate(load_outlines().counties):
        shade, words, says = _shade(by_county.get(county), low=low, step=step)
        used[shade] = words
        places.append(MapCounty(number, shade, f"{county}: {says}"))
    elsewhere = sorted(by_county.keys() - load_outlines().counties.keys())
    return CountyMap(tuple(places), tuple(sorted(used.items())), tuple(elsewhere))


def _scale(percents: Sequence[float]) -> tuple[int, int]:
    """The least percent of the lowest shade, and how many a shade has."""
    for step in _STEPS:
        low = min(math.floor(min(percents) / step) * step, WHOLE - step)
        if max(percents) <= low + SHADES * step:
            return low, step
    return 0, _STEPS[-1]


def _shade(line: CountyLine | None, *, low: int, step: int) -> tuple[str, str, str]:
    """Class, words of the key, and what the county says."""
    if line is None:
        return "shade-none", "nothing decided", "nothing decided"
    if line.eligible is None or not line.total:
        return "shade-withheld", "withheld", "withheld"
    percent = WHOLE * line.eligible
    # The whole belongs to the uppermost.
    at = min(int((percent - low) // step), SHADES - 1, (WHOLE - low) // step - 1)
    first = low + at * step
    units = line.units[0] or 0
    says = f"{percent:.0f} % eligible ({units:,} of {line.total:,})"
    return f"shade-{at}", f"{first} to {first + step} %", says
