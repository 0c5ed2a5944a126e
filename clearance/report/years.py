"""The years of the convictions that are eligible, by decade.

Only convictions of counties that show their ELIGIBLE units are counted, so that the decades add up
to a public figure. A decade of fewer than eleven people is withheld, and the latest large one with
it; withheld decades are one part, like decades of nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from clearance.publish.figures.counted import Figures
from clearance.publish.figures.small_cells import Number, publishable_parts
from clearance.report.people import determinations_of_lines, group_of_pack, packs_of_convictions

NOT_SHOWN = "years that are not shown"
UNDATED = "a day that is not known"
_NO_DATE = 0
_DECADE = 10


@dataclass(frozen=True)
class Decade:
    """The eligible convictions of some years, in words."""

    years: str
    units: int


def query_years(
    determinations: DataFrame, *, charges: DataFrame, figures: Figures
) -> DataFrame | None:
    """One row per pack, or for all policies, and decade; None if no pack is shown.

    `decade` is its first year, and zero for convictions without a date.

    Args:
        determinations: of every pack.
        charges: `charges`.
        figures: counts of the determinations.
    """
    packs = packs_of_convictions(figures)
    lines = [line for line in figures.public.lines_that_show("ELIGIBLE") if line[1] in packs]
    if not lines:
        return None
    eligible = determinations_of_lines(determinations, lines).where("outcome = 'ELIGIBLE'")
    year = F.year("conviction_date")
    decade = F.coalesce(year - year % _DECADE, F.lit(_NO_DATE)).alias("decade")
    convictions = charges.where("convicted").select("unit_id", decade)
    return (
        eligible.join(convictions, on="unit_id", how="left")
        .groupBy("kind", group_of_pack().alias("group"), F.coalesce("decade", F.lit(_NO_DATE)))
        .agg(F.count("*").alias("units"), F.countDistinct("subject_id").alias("people"))
        .toDF("kind", "group", "decade", "units", "people")
    )


def build_years(rows: Iterable[Row]) -> dict[str, tuple[Decade, ...]]:
    """The decades of each pack, or of all policies, by `group`; a group without one is left out.

    Args:
        rows: of `query_years`.
    """
    numbers: dict[str, dict[int, Number]] = defaultdict(dict)
    for row in rows:
        numbers[row.group][row.decade] = Number(row.units, row.people)
    return {
        group: decades for group, line in sorted(numbers.items()) if (decades := _decades(line))
    }


def _decades(line: Mapping[int, Number]) -> tuple[Decade, ...]:
    """The shown decades, and the sum of the others; empty if none is shown."""
    shown = publishable_decades(line)
    decades = [Decade(_in_words(first), shown[first].units) for first in sorted(shown) if first]
    decades += [Decade(UNDATED, shown[_NO_DATE].units)] if _NO_DATE in shown else []
    not_shown = sum(number.units for number in line.values()) - sum(d.units for d in decades)
    return (*decades, *([Decade(NOT_SHOWN, not_shown)] if decades and not_shown else []))


def publishable_decades(line: Mapping[int, Number]) -> dict[int, Number]:
    """The decades that may be shown; the latest large one is withheld with a small one.

    Args:
        line: the numbers of every decade.
    """
    return publishable_parts(line, order=lambda decade: -decade)


def _in_words(first: int) -> str:
    return f"{first} to {first + _DECADE - 1}"
