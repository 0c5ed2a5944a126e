"""Text fields of the record: the several spellings of absent, dates with their precision."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

ABSENT = ("", "-", "NULL")

# Outside these a date is a filler or a slip of the hand, not an event of anybody's record.
FIRST_DAY = "1850-01-01"
LAST_DAY = "2199-12-31"


def present(text: Column) -> Column:
    """The trimmed text; null where it is absent: empty, blank, `-` or `NULL` in any case."""
    trimmed = F.trim(text)
    # The length first: most texts are spared the rest.
    longer = F.length(trimmed) > max(len(word) for word in ABSENT)
    return F.when(longer | ~F.upper(trimmed).isin(*ABSENT), trimmed)


def upper_cased(text: Column) -> Column:
    """The text as it is compared: upper case, inner blanks single."""
    upper = F.upper(text)
    return F.when(F.contains(text, F.lit("  ")), F.regexp_replace(upper, " +", " ")).otherwise(
        upper
    )


def charge_line(text: Column) -> Column:
    """The charge as the record words it, without the comment that may stand on a line below it."""
    # Few texts have one, and a look for it is cheaper than a copy.
    return F.when(F.contains(text, F.lit("\n")), F.substring_index(text, "\n", 1)).otherwise(text)


def whole_date(text: Column) -> Column:
    """The date of a `YYYYMMDD` text; null where a part is missing or the day never was.

    A missing month or day is never guessed.

    Args:
        text: a field that `present` went over.
    """
    # Ten times faster than parsing by a pattern, and this runs four times a row.
    parts = (F.substring(text, 1, 4), F.substring(text, 5, 2), F.substring(text, 7, 2))
    day = F.concat_ws("-", *parts).try_cast("date")
    plausible = day.between(F.lit(FIRST_DAY).cast("date"), F.lit(LAST_DAY).cast("date"))
    return F.when(_eight_digits(text) & plausible, day)


def precision(text: Column, date: Column) -> Column:
    """How much of a date the text gives: `day`, `month`, `year`, `none` or `bad`.

    Args:
        text: a field that `present` went over.
        date: its `whole_date`.
    """
    year = F.substring(text, 1, 4).between(FIRST_DAY[:4], LAST_DAY[:4])
    month = F.substring(text, 5, 2).between("01", "12")
    return (
        F.when(date.isNotNull(), "day")
        .when(text.isNull() | (text == "00000000"), "none")
        .when(~_eight_digits(text) | ~year, "bad")
        .when(F.endswith(text, F.lit("0000")), "year")
        .when(month & F.endswith(text, F.lit("00")), "month")
        .otherwise("bad")
    )


def possible_days(text: Column, precision: Column) -> tuple[Column, Column]:
    """The first and the last day of the month or the year that a text gives; null where neither.

    Args:
        text: a field that `present` went over.
        precision: its `precision`.
    """
    year, month = F.substring(text, 1, 4), F.substring(text, 5, 2)
    by_month = F.concat_ws("-", year, month, F.lit("01")).try_cast("date")
    of_year = (F.concat(year, F.lit(end)).try_cast("date") for end in ("-01-01", "-12-31"))
    first, last = (
        F.when(precision == "month", by_month).when(precision == "year", day) for day in of_year
    )
    return first, F.when(precision == "month", F.last_day(first)).otherwise(last)


def _eight_digits(text: Column) -> Column:
    # A sign in front makes a year that no date here has. Twenty times quicker than a pattern.
    return (F.length(text) == 8) & text.try_cast("int").isNotNull()


def add_length(start: Column, length: Column, unit: Column) -> Column:
    """The day `length` units after `start`; calendar arithmetic, 29 February goes down.

    Args:
        start: a date.
        length: a whole number, no longer than `sentence_length` lets through.
        unit: `day`, `month` or `year`; anything else gives null.
    """
    return (
        F.when(unit == "day", F.date_add(start, length))
        .when(unit == "month", F.add_months(start, length))
        .when(unit == "year", F.add_months(start, length * 12))
    )
