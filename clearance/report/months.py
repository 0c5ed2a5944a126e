"""Units that become eligible by time alone under each law, by month.

Only counties that show their NOT_YET units are counted, so that the months add up to a public
figure. A month of fewer than eleven people is withheld, and the latest large month with it.
Withheld months have no line, like months of nobody; one line has their sum.
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
from clearance.report.deciders import Deciders
from clearance.report.figures import percent
from clearance.report.people import determinations_of_lines
from clearance.rulebook.english.office_words import PackWords

MONTHS = 24
_YEAR = 12
NOT_SHOWN = "months that are not shown"
LATER = "later"


@dataclass(frozen=True)
class Month:
    """The units of a month (`2027-05`), of later months, or of months not shown; a bar's width."""

    name: str
    units: int
    width: float = 0.0


@dataclass(frozen=True)
class Coming:
    """The units that a law makes eligible in the months ahead, and all units that wait.

    Attributes:
        pack: of the law.
        title: of the law.
        months: the shown months, later months, and the sum of the months that are not shown.
        total: all units that wait, in the counties that show how many.
        last: the last of the 24 months, as `2028-10`.
    """

    pack: str
    title: str
    months: tuple[Month, ...]
    total: int
    last: str

    @property
    def latest(self) -> str | None:
        """The latest of the shown months; None if no month is shown."""
        return max((month.name for month in self.months if month.width), default=None)

    @property
    def later(self) -> int:
        """The units of later months; zero also if they are not shown."""
        return sum(month.units for month in self.months if month.name == LATER)

    @property
    def not_shown(self) -> int:
        """The units of the months that are not shown."""
        return sum(month.units for month in self.months if month.name == NOT_SHOWN)


def query_months(determinations: DataFrame, *, figures: Figures, behind: Deciders) -> DataFrame:
    """One row per law and month: pack, month, units, people.

    `month` is the number of months after the month of as-of; `MONTHS` is any later month.

    Args:
        determinations: of every pack.
        figures: counts of the determinations.
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
    """Builds the months of each law under which units wait.

    Args:
        rows: of `query_months`.
        packs: by id.
        behind: the sweeps that decided the packs.
    """
    by_law: dict[str, dict[int, Number]] = defaultdict(dict)
    for row in rows:
        by_law[row.pack][row.month] = Number(row.units, row.people)
    return [
        _coming(
            line,
            pack=pack,
            title=packs[pack].title if pack in packs else pack,
            as_of=behind.day_of(pack),
        )
        for pack, line in sorted(by_law.items())
    ]


def _coming(line: Mapping[int, Number], *, pack: str, title: str, as_of: date) -> Coming:
    shown = publishable_months(line)
    largest = max([number.units for ahead, number in shown.items() if ahead < MONTHS], default=1)
    months = [
        Month(
            _name(as_of, ahead),
            number.units,
            percent(number.units, largest) if ahead < MONTHS else 0.0,
        )
        for ahead, number in sorted(shown.items())
    ]
    total = sum(number.units for number in line.values())
    if not_shown := total - sum(month.units for month in months):
        months.append(Month(NOT_SHOWN, not_shown))
    return Coming(pack, title, tuple(months), total, last=_name(as_of, MONTHS - 1))


def publishable_months(line: Mapping[int, Number]) -> dict[int, Number]:
    """The months that may be shown; the latest large month is withheld with a small one.

    Args:
        line: the numbers of every month.
    """
    return publishable_parts(line, order=lambda month: -month)


def _number(day: date) -> int:
    return day.year * _YEAR + day.month


def _name(as_of: date, ahead: int) -> str:
    year, month = divmod(_number(as_of) + ahead - 1, _YEAR)
    return LATER if ahead == MONTHS else f"{year}-{month + 1:02}"
