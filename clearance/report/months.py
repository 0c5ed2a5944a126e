"""What becomes eligible by time alone, month by month, under each law.

Of counties that show how many wait, so that the months and what comes later add up to a public
figure; a month of fewer than eleven people is withheld, and the latest large one with it. What is
withheld is not listed, as a month of nobody is not, and stands in one line with the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from clearance.publish.figures.counted import Figures
from clearance.publish.figures.small_cells import Number, publishable_parts
from clearance.publish.words import PackWords
from clearance.report.deciders import Deciders
from clearance.report.figures import percent
from clearance.report.people import determinations_of_lines

MONTHS = 24
_YEAR = 12
NOT_SHOWN = "months that are not shown"


@dataclass(frozen=True)
class Month:
    """A month, `2027-05`, what comes later, or what is not shown: units, and a bar's width."""

    name: str
    units: int
    width: float = 0.0


@dataclass(frozen=True)
class Coming:
    """What a law makes eligible in the months ahead, and how much waits in all."""

    title: str
    months: tuple[Month, ...]
    total: int


def query_months(determinations: DataFrame, *, figures: Figures, behind: Deciders) -> DataFrame:
    """A row is a law and a month: pack, month (0 is that of as-of, `MONTHS` is later), counts.

    Args:
        determinations: of every pack.
        figures: of the determinations.
        behind: the sweeps that decided the packs.
    """
    laws = {row.pack for row in figures.of_kind("law")}
    lines = [line for line in figures.public.lines_that_show("NOT_YET") if line[1] in laws]
    first = F.create_map(
        *(
            F.lit(value)
            for pack in sorted(laws) or [""]
            for value in (pack, _number(behind.day_of(pack)))
        )
    )
    waiting = determinations_of_lines(determinations, lines).where("outcome = 'NOT_YET'")
    number = F.year("eligible_on") * _YEAR + F.month("eligible_on")
    ahead = F.greatest(number - first[F.col("pack")], F.lit(0))
    month = F.coalesce(F.least(ahead, F.lit(MONTHS)), F.lit(MONTHS)).alias("month")
    return waiting.groupBy("pack", month).agg(
        F.count("*").alias("units"), F.countDistinct("subject_id").alias("people")
    )


def build_coming(
    rows: Iterable[Row], *, packs: Mapping[str, PackWords], behind: Deciders
) -> list[Coming]:
    """The months of each law under which somebody waits.

    Args:
        rows: of `query_months`.
        packs: by id.
        behind: the sweeps that decided the packs.
    """
    lines: dict[str, dict[int, Number]] = defaultdict(dict)
    for row in rows:
        lines[row.pack][row.month] = Number(row.units, row.people)
    found = []
    for pack, line in sorted(lines.items()):
        shown = publishable_months(line)
        title = packs[pack].title if pack in packs else pack
        largest = max([number.units for at, number in shown.items() if at < MONTHS], default=1)
        months = [
            Month(
                _name(behind.day_of(pack), at),
                number.units,
                percent(number.units, largest) if at < MONTHS else 0.0,
            )
            for at, number in sorted(shown.items())
        ]
        total = sum(number.units for number in line.values())
        if rest := total - sum(month.units for month in months):
            months.append(Month(NOT_SHOWN, rest))
        found.append(Coming(title, tuple(months), total))
    return found


def publishable_months(line: Mapping[int, Number]) -> dict[int, Number]:
    """Those months that may be shown; with a small one goes the latest large one.

    Args:
        line: by month, all that wait.
    """
    return publishable_parts(line, order=lambda month: -month)


def _number(day: date) -> int:
    return day.year * _YEAR + day.month


def _name(as_of: date, ahead: int) -> str:
    year, month = divmod(_number(as_of) + ahead - 1, _YEAR)
    return "later" if ahead == MONTHS else f"{year}-{month + 1:02}"
