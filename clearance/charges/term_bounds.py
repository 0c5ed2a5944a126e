"""How many years a term of a conviction is at most, from the entries of `longest_terms`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.charges.longest_terms import LEVELS, LongestTerm, LongestTerms

MONTHS = 12


def longest_months(
    entries: Sequence[LongestTerm], *, convicted_on: Column, on_probation: Column | None = None
) -> Column:
    """The longest that a term is, in months; null where nothing bounds it.

    Reads level as the conviction was made, code_book, section and parsed. A charge without a code
    book is one that cannot be read.

    Args:
        entries: of one kind of term; the first that fits decides.
        convicted_on: the conviction date; of one without a date no period is known.
        on_probation: whether probation was granted; None where no entry asks.
    """
    months = F.when(F.lit(False), F.lit(None).cast("int"))
    for entry in entries:
        years = F.lit(None if entry.years is None else entry.years * MONTHS).cast("int")
        months = months.when(_fits(entry, convicted_on, on_probation), years)
    return months


def of_one_law(terms: LongestTerms, *, first: Column, last: Column) -> Column:
    """Whether no entry begins to hold between two days, so that every day between has the same law.

    Args:
        terms: the longest terms.
        first: a date.
        last: a later date, or the same.
    """
    entries = (*terms.probation, *terms.jail, *terms.parole)
    starts = sorted({entry.start.isoformat() for entry in entries if entry.start is not None})
    days = [F.lit(start).cast("date") for start in starts]
    return reduce(and_, [(day <= first) | (day > last) for day in days], F.lit(True))


def _fits(entry: LongestTerm, convicted_on: Column, on_probation: Column | None) -> Column:
    charge = F.concat_ws(" ", "code_book", "section")
    read = F.coalesce(F.col("parsed") & F.col("code_book").isNotNull(), F.lit(False))
    asked = [~read if entry.unread else read]
    if entry.sections:
        asked.append(charge.isin(*entry.sections))
    if set(entry.levels) != set(LEVELS):
        asked.append(F.coalesce("level", F.lit("F")).isin(*entry.levels))
    if entry.start is not None:
        asked.append(convicted_on >= F.lit(entry.start.isoformat()).cast("date"))
    if entry.beside_probation and on_probation is not None:
        asked.append(on_probation)
    fits = asked[0]
    for one in asked[1:]:
        fits = fits & one
    return fits
