"""How many years a term of a conviction is at most, from the entries of `longest_terms`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import looked_up
from clearance.prepare.statutes.longest_terms import KINDS, LEVELS, Kind, LongestTerm, LongestTerms

MONTHS = 12
# The column that says which entries are of a count's charge.
TERM_BITS = "term_bits"


@dataclass(frozen=True)
class TermBounds:
    """The entries of `longest_terms`, each of them a bit.

    Which of them are of a charge is worked out once a text: their sections are many, and a count
    asks several times. Levels, days and probation are the count's.

    Attributes:
        terms: the entries.
    """

    terms: LongestTerms

    def of_charge(self, charge: Column) -> Column:
        """The entries that are of a charge, by its section or as one that cannot be read, as bits.

        A charge without a code book is one that cannot be read.

        Args:
            charge: a struct with at least code_book, section and parsed.
        """
        by_section: dict[str, int] = {}
        for bit, entry in self._entries(*KINDS):
            for section in entry.sections:
                by_section[section] = by_section.get(section, 0) | bit
        name = F.concat_ws(" ", charge["code_book"], charge["section"])
        own = F.coalesce(looked_up(name, by_section, "bigint"), _number(0))
        any_section = sum(
            bit for bit, entry in self._entries(*KINDS) if not entry.unread and not entry.sections
        )
        read = F.coalesce(charge["parsed"] & charge["code_book"].isNotNull(), F.lit(False))
        return F.when(read, own.bitwiseOR(_number(any_section))).otherwise(self._unread())

    def months(self, kind: Kind, *, convicted_on: Column, on_probation: Column) -> Column:
        """The longest that a term is, in months; null where nothing bounds it.

        Reads the bits, which are null without a text, and level as the conviction was made.

        Args:
            kind: of the term; the first of its entries that fits decides.
            convicted_on: the conviction date; of one without a date no period is known.
            on_probation: whether probation was granted.
        """
        bits = F.coalesce(F.col(TERM_BITS), self._unread())
        months = F.when(F.lit(False), F.lit(None).cast("int"))
        for bit, entry in self._entries(kind):
            fits = bits.bitwiseAND(_number(bit)) != 0
            for asked in _asked(entry, convicted_on, on_probation):
                fits = fits & asked
            years = F.lit(None if entry.years is None else entry.years * MONTHS).cast("int")
            months = months.when(fits, years)
        return months

    def same_between(self, first: Column, last: Column) -> Column:
        """Whether no entry begins to hold between two days: every day between has the same law.

        Args:
            first: a date.
            last: a later date, or the same.
        """
        starts = {entry.start for _, entry in self._entries(*KINDS) if entry.start is not None}
        days = [F.lit(start.isoformat()).cast("date") for start in sorted(starts)]
        return reduce(and_, [(day <= first) | (day > last) for day in days], F.lit(True))

    def _unread(self) -> Column:
        return _number(sum(bit for bit, entry in self._entries(*KINDS) if entry.unread))

    def _entries(self, *kinds: Kind) -> list[tuple[int, LongestTerm]]:
        every = [(kind, entry) for kind in KINDS for entry in getattr(self.terms, kind)]
        return [(1 << place, entry) for place, (kind, entry) in enumerate(every) if kind in kinds]


def _asked(entry: LongestTerm, convicted_on: Column, on_probation: Column) -> list[Column]:
    """What an entry asks of a count, its charge apart."""
    asked = []
    if set(entry.levels) != set(LEVELS):
        asked.append(F.coalesce("level", F.lit("F")).isin(*entry.levels))
    if entry.start is not None:
        asked.append(convicted_on >= F.lit(entry.start.isoformat()).cast("date"))
    if entry.beside_probation:
        asked.append(on_probation)
    return asked


def _number(value: int) -> Column:
    return F.lit(value).cast("bigint")
