"""Earlier convictions of the same section.

Spark interprets functions of array elements, and structs as elements make them slower. So here a
conviction is one text, `section|code book|day`. Most counts are spared the arrays.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.record.levels import VOIDED

# In place of a missing code book, and of a missing day, which sorts behind every day.
_NO_BOOK, _UNDATED = "?", "9999-99-99"
# In place of the day of a count that may be a conviction, since its outcome is not read.
_PERHAPS = "9999-99-98"
_END = "|"


def of_section() -> dict[str, Column]:
    """The conviction as `section|code book|day`, and the prefixes of texts of the same section.

    Null on counts that are no conviction, and without a section. A missing code book matches any.
    A count that may be a conviction has `_PERHAPS` in place of the day.
    """
    is_conviction = F.col("convicted") | F.col("perhaps_convicted")
    section = F.when(is_conviction, F.concat(F.col("section"), F.lit(_END)))
    book = F.concat(F.coalesce("code_book", F.lit(_NO_BOOK)), F.lit(_END))
    without_day = F.when(F.col("perhaps_convicted"), _PERHAPS).otherwise(_UNDATED)
    on = F.coalesce(F.col("conviction_date").cast("string"), without_day)
    return {
        "convicted_of": F.concat(section, book, on),
        # Apart from the others, since most people have no void conviction.
        "void_of": F.when(F.col("status") == VOIDED, F.concat(section, book, on)),
        "same_section": F.when(F.col("code_book").isNull(), section).otherwise(
            F.concat(section, book)
        ),
        "same_without_book": F.concat(section, F.lit(_NO_BOOK + _END)),
    }


def earlier_convictions() -> dict[str, Column]:
    """The earlier convictions of the count's section, in numbers.

    `earlier_same_section`: how many there are. `earlier_void`: how many of them are void.
    `earlier_perhaps`: how many more counts may be such, since their outcome is not read.
    `same_section_dated`: true where all convictions of the section have a day; a conviction whose
    charge is not read (`is_unread_number`) may be one of them without a day.

    Reads the columns of `of_section`; `convictions` and `void_convictions`, the `convicted_of` and
    the `void_of` of the person's counts; `every_conviction_dated`, `convictions_on_record` and
    `is_unread_number`.
    """
    date, is_conviction = F.col("conviction_date"), F.col("convicted_of").isNotNull()
    day = date.cast("string")
    # Spark reads a reversed array's elements ten times faster than those of a window's array.
    convictions = F.reverse(F.col("convictions"))

    def is_earlier(conviction: Column) -> Column:
        return _same_section(conviction) & (F.substring_index(conviction, _END, -1) < day)

    def is_perhaps(conviction: Column) -> Column:
        return _same_section(conviction) & F.endswith(conviction, F.lit(_PERHAPS))

    def is_undated(conviction: Column) -> Column:
        without_day = F.endswith(conviction, F.lit(_UNDATED)) | F.endswith(
            conviction, F.lit(_PERHAPS)
        )
        return _same_section(conviction) & without_day

    earlier = F.size(F.filter(convictions, is_earlier))
    void = F.size(F.filter("void_convictions", is_earlier))
    perhaps = F.size(F.filter(convictions, is_perhaps))
    every_dated = F.col("every_conviction_dated").isNotNull() | ~F.exists(convictions, is_undated)
    only_one = F.size("convictions") == 1
    has_date = is_conviction & date.isNotNull()
    some_void = ~only_one & (F.size("void_convictions") > 0)
    some_perhaps = ~only_one & is_conviction & F.col("convictions_on_record").isNull()
    return {
        "earlier_same_section": F.when(has_date, F.when(only_one, 0).otherwise(earlier)),
        "earlier_void": F.when(some_void, void).otherwise(0),
        "earlier_perhaps": F.when(some_perhaps, perhaps).otherwise(0),
        "same_section_dated": F.when(
            is_conviction & (F.col("is_unread_number") == 0) & every_dated, True
        ),
    }


def _same_section(other: Column) -> Column:
    with_book = F.startswith(other, F.col("same_section"))
    return with_book | F.startswith(other, F.col("same_without_book"))
