"""The longest term of a conviction, in months, from the entries of `longest_terms`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import looked_up
from clearance.prepare.statutes.longest_terms import KINDS, LEVELS, Kind, LongestTerm, LongestTerms

MONTHS = 12
# The column of the entries that apply to a count's charge.
TERM_BITS = "term_bits"


@dataclass(frozen=True)
class TermBounds:
    """The entries of `longest_terms`, each of them a bit.

    `of_charge` finds the entries of a charge once for each text, since the entries have many
    sections. `months` chooses among them by the level, day and probation of the count.

    Attributes:
        terms: the entries.
    """

    terms: LongestTerms

    def of_charge(self, charge: Column) -> Column:
        """The entries that apply to a charge, as bits.

        A charge that is not parsed, or has no code book, has the entries for unread charges.

        Args:
            charge: a struct with at least code_book, section and parsed.
        """
        by_section: dict[str, int] = {}
        for bit, entry in self._entries(*KINDS):
            for section in entry.sections:
                by_section[section] = by_section.get(section, 0) | bit
        name = F.concat_ws(" ", charge["code_book"], charge["section"])
        of_section = F.coalesce(looked_up(name, by_section, "bigint"), _bigint(0))
        any_section = sum(
            bit for bit, entry in self._entries(*KINDS) if not entry.unread and not entry.sections
        )
        is_read = F.coalesce(charge["parsed"] & charge["code_book"].isNotNull(), F.lit(False))
        return F.when(is_read, of_section.bitwiseOR(_bigint(any_section))).otherwise(self._unread())

    def months(self, kind: Kind, *, convicted_on: Column, on_probation: Column) -> Column:
        """The longest term of a kind, in months; null where nothing bounds it.

        Reads `TERM_BITS`, null without a text, and `level`, the level of the conviction as made.

        Args:
            kind: the kind of the term; the first of its entries that applies decides.
            convicted_on: the conviction date; where null, no entry with a start applies.
            on_probation: whether probation was granted.
        """
        bits = F.coalesce(F.col(TERM_BITS), self._unread())
        months = F.when(F.lit(False), F.lit(None).cast("int"))
        for bit, entry in self._entries(kind):
            applies = bits.bitwiseAND(_bigint(bit)) != 0
            for condition in _conditions(entry, convicted_on, on_probation):
                applies = applies & condition
            longest = F.lit(None if entry.years is None else entry.years * MONTHS).cast("int")
            months = months.when(applies, longest)
        return months

    def same_between(self, first: Column, last: Column) -> Column:
        """Whether no entry starts between two days, so that one law holds on all of them.

        Args:
            first: a date.
            last: a later date, or the same.
        """
        starts = {entry.start for _, entry in self._entries(*KINDS) if entry.start is not None}
        days = [F.lit(start.isoformat()).cast("date") for start in sorted(starts)]
        return reduce(and_, [(day <= first) | (day > last) for day in days], F.lit(True))

    def _unread(self) -> Column:
        return _bigint(sum(bit for bit, entry in self._entries(*KINDS) if entry.unread))

    def _entries(self, *kinds: Kind) -> list[tuple[int, LongestTerm]]:
        """The entries of some kinds, each with its bit."""
        entries = [(kind, entry) for kind in KINDS for entry in getattr(self.terms, kind)]
        return [(1 << index, entry) for index, (kind, entry) in enumerate(entries) if kind in kinds]


def _conditions(entry: LongestTerm, convicted_on: Column, on_probation: Column) -> list[Column]:
    """The conditions of an entry on a count, except that on its charge."""
    conditions = []
    if set(entry.levels) != set(LEVELS):
        conditions.append(F.coalesce("level", F.lit("F")).isin(*entry.levels))
    if entry.start is not None:
        conditions.append(convicted_on >= F.lit(entry.start.isoformat()).cast("date"))
    if entry.beside_probation:
        conditions.append(on_probation)
    return conditions


def _bigint(value: int) -> Column:
    return F.lit(value).cast("bigint")
