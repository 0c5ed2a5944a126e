"""The bar chart: a bar for each county, stacked by outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clearance.publish.withheld import OUTCOMES
from clearance.report.figures import CountyLine

WIDTH = 760
LABEL = 190
ROOM_FOR_TOTAL = 70
BAR = 16
STEP = 24
TOP = 8
AXIS = 26
MOST_TICKS = 5

# Differ in lightness too, so that they can be told apart in print and by the colour-blind.
COLOURS = {
    "ELIGIBLE": "#1b6e53",
    "NOT_YET": "#8cc7a1",
    "REVIEW": "#e3a72f",
    "NOT_ELIGIBLE": "#5b6472",
}


@dataclass(frozen=True)
class Piece:
    """An outcome's part of a bar."""

    x: float
    width: float
    colour: str
    says: str


@dataclass(frozen=True)
class Bar:
    """A county's bar."""

    county: str
    y: float
    pieces: tuple[Piece, ...]
    end: float
    total: str


@dataclass(frozen=True)
class Chart:
    """The whole drawing, in the units of its view box."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int
    bottom: int
    width: int = WIDTH
    left: int = LABEL
    bar: int = BAR
    legend: tuple[tuple[str, str], ...] = tuple((word, COLOURS[word]) for word in OUTCOMES)


def chart(lines: Sequence[CountyLine]) -> Chart | None:
    """The chart of a county table, largest county first; None where there is nothing to draw.

    Args:
        lines: the table's; several lines of one county are added up.
    """
    sums: dict[str, list[int]] = {}
    for line in lines:
        of = sums.setdefault(line.county, [0] * len(OUTCOMES))
        for i, number in enumerate(line.units):
            of[i] += number or 0
    drawn = {county: of for county, of in sums.items() if sum(of)}
    if not drawn:
        return None
    step = tick_step(max(sum(of) for of in drawn.values()))
    longest = -(-max(sum(of) for of in drawn.values()) // step) * step
    scale = (WIDTH - LABEL - ROOM_FOR_TOTAL) / longest
    ordered = sorted(drawn.items(), key=lambda item: (-sum(item[1]), item[0]))
    bars = tuple(_bar(county, of, TOP + i * STEP, scale) for i, (county, of) in enumerate(ordered))
    bottom = TOP + len(bars) * STEP
    ticks = tuple(
        (round(LABEL + value * scale, 1), f"{value:,}") for value in range(0, longest + 1, step)
    )
    return Chart(bars=bars, ticks=ticks, height=bottom + AXIS, bottom=bottom)


def _bar(county: str, of: Sequence[int], y: float, scale: float) -> Bar:
    pieces, x = [], float(LABEL)
    for outcome, number in zip(OUTCOMES, of, strict=True):
        if number:
            width = number * scale
            says = f"{county}, {outcome}: {number:,}"
            pieces.append(Piece(round(x, 1), round(width, 1), COLOURS[outcome], says))
            x += width
    return Bar(county, y, tuple(pieces), round(x, 1), f"{sum(of):,}")


def tick_step(largest: int) -> int:
    """A round step that gives at most five marks up to the largest number.

    Args:
        largest: at least 1.
    """
    step = 1
    while True:
        for factor in (1, 2, 5):
            if largest <= step * factor * MOST_TICKS:
                return step * factor
        step *= 10
