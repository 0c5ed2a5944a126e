"""Text fields of the record: empty fields, texts to compare, dates with their precision."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

ABSENT = ("", "-", "NULL")

# A date outside these days is a filler or an error, not an event of a record.
FIRST_DAY = "1850-01-01"
LAST_DAY = "2199-12-31"


def present(text: Column) -> Column:
    """The trimmed text; null where it is absent: empty, blank, `-` or `NULL` in any case."""
    trimmed = F.trim(text)
    # The check of the length spares most texts the rest.
    longer = F.length(trimmed) > max(len(word) for word in ABSENT)
    return F.when(longer | ~F.upper(trimmed).isin(*ABSENT), trimmed)


def upper_cased(text: Column) -> Column:
    """The text in upper case with single blanks, to compare it with the words of the rules."""
    upper = F.upper(text)
    return F.when(F.contains(text, F.lit("  ")), F.regexp_replace(upper, " +", " ")).otherwise(
        upper
    )


def charge_line(text: Column) -> Column:
    """The first line of a charge text; a comment may be on a line below it."""
    # Few texts have one, and the search for it is cheaper than a copy.
    return F.when(F.contains(text, F.lit("\n")), F.substring_index(text, "\n", 1)).otherwise(text)


def whole_date(text: Column) -> Column:
    """The date of a `YYYYMMDD` text; null where a part is missing or there is no such day.

    A missing month or day is never guessed.

    Args:
        text: a field, as `present` gives it.
    """
    # Ten times faster than parsing by a pattern; four fields of each row are dates.
    parts = (F.substring(text, 1, 4), F.substring(text, 5, 2), F.substring(text, 7, 2))
    day = F.concat_ws("-", *parts).try_cast("date")
    plausible = day.between(F.lit(FIRST_DAY).cast("date"), F.lit(LAST_DAY).cast("date"))
    return F.when(_eight_digits(text) & plausible, day)


def precision(text: Column, date: Column) -> Column:
    """The precision of a date's text: `day`, `month`, `year`, `none` or `bad`.

    Args:
        text: a field, as `present` gives it.
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
    """The first and the last day of the month or the year that a text gives.

    Both are null where the text gives a day, or no date.

    Args:
        text: a field, as `present` gives it.
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
    # Twenty times faster than a pattern. A sign in front passes, but gives no plausible year.
    return (F.length(text) == 8) & text.try_cast("int").isNotNull()


def add_length(start: Column, length: Column, unit: Column) -> Column:
    """The day `length` units after `start`; calendar arithmetic, 29 February goes down.

    Args:
        start: a date.
        length: a whole number, at most that of `events.LONGEST`.
        unit: `day`, `month` or `year`; any other unit gives null.
    """
    return (
        F.when(unit == "day", F.date_add(start, length))
        .when(unit == "month", F.add_months(start, length))
        .when(unit == "year", F.add_months(start, length * 12))
    )
