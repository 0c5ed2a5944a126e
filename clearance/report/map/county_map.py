"""The map of California's counties, shaded by the share of units that are eligible.

The map shows the figures of its table: a county with a withheld share is hatched, and a county
without a line in the table is blank. The outlines and their notice are in `california.json`.
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
    """The counties' outlines.

    Attributes:
        notice: source and licence.
        width: of the view box.
        height: of the view box.
        counties: SVG path by county, in units of the view box.
    """

    notice: str
    width: int
    height: int
    counties: dict[str, str]


@dataclass(frozen=True)
class MapCounty:
    """A county of the map.

    Attributes:
        number: the index of its outline.
        shade: the class of its shade.
        text: its name, and its figure if its table has a line of it.
    """

    number: int
    shade: str
    text: str


@dataclass(frozen=True)
class CountyMap:
    """A map with its key.

    Attributes:
        counties: in the order of `Outlines`.
        key: class and text of each shade that occurs.
        elsewhere: names of the table that are not counties of the map.
    """

    counties: tuple[MapCounty, ...]
    key: tuple[tuple[str, str], ...]
    elsewhere: tuple[str, ...]


@cache
def load_outlines() -> Outlines:
    """Loads `california.json`."""
    path = Path(__file__).with_name("california.json")
    return Outlines(**json.loads(path.read_text(encoding="utf-8")))


def build_county_map(lines: Sequence[CountyLine]) -> CountyMap | None:
    """Builds the map of a county table; None if no county's share is public.

    Args:
        lines: the table's lines, one per county.
    """
    by_county = {line.county: line for line in lines}
    percents = [WHOLE * line.eligible for line in lines if line.eligible is not None]
    if not percents:
        return None
    low, step = _scale(percents)
    used: dict[str, str] = {}
    counties = []
    for number, county in enumerate(load_outlines().counties):
        shade, key, text = _shade(by_county.get(county), low=low, step=step)
        used[shade] = key
        counties.append(MapCounty(number, shade, f"{county}: {text}" if text else county))
    elsewhere = sorted(by_county.keys() - load_outlines().counties.keys())
    return CountyMap(tuple(counties), tuple(sorted(used.items())), tuple(elsewhere))


def _scale(percents: Sequence[float]) -> tuple[int, int]:
    """The least percent of the lowest shade, and the percents of a shade."""
    for step in _STEPS:
        low = min(math.floor(min(percents) / step) * step, WHOLE - step)
        if max(percents) <= low + SHADES * step:
            return low, step
    return 0, _STEPS[-1]


def _shade(line: CountyLine | None, *, low: int, step: int) -> tuple[str, str, str]:
    """Class, text in the key, and text of the county."""
    if line is None:
        return "shade-none", "nothing decided", ""
    if line.eligible is None or not line.total:
        return "shade-withheld", "withheld", "withheld"
    percent = WHOLE * line.eligible
    # 100 percent has the highest shade.
    shade = min(int((percent - low) // step), SHADES - 1, (WHOLE - low) // step - 1)
    first = low + shade * step
    units = line.units[0] or 0
    text = f"{percent:.0f} % eligible ({units:,} of {line.total:,})"
    return f"shade-{shade}", f"{first} to {first + step} %", text
