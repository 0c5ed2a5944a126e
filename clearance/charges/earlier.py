"""Earlier convictions of the same section.

Spark interprets what looks at each element of an array, and looks up the type of every field it
reads of a struct: so a conviction is one text here, and most counts need no look at the others.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

# Stands for a code book that is missing, and sorts behind every day.
_NO_BOOK, _UNDATED = "?", "9999-99-99"
_END = "|"


def of_section() -> dict[str, Column]:
    """The conviction as `section|code book|day`, and how those begin that are of its section.

    Null on other counts and without a section. A missing code book fits any. What may be a
    conviction stands without a day.
    """
    one = F.col("convicted") | F.col("perhaps_convicted")
    section = F.when(one, F.concat(F.col("section"), F.lit(_END)))
    book = F.concat(F.coalesce("code_book", F.lit(_NO_BOOK)), F.lit(_END))
    on = F.coalesce(F.col("conviction_date").cast("string"), F.lit(_UNDATED))
    return {
        "convicted_of": F.concat(section, book, on),
        "same_section": F.when(F.col("code_book").isNull(), section).otherwise(
            F.concat(section, book)
        ),
        "same_without_book": F.concat(section, F.lit(_NO_BOOK + _END)),
    }


def earlier_convictions() -> dict[str, Column]:
    """How many convictions of the count's section are earlier, and whether all of them are dated.

    Reads the columns of `of_section`, `convictions`, which has the person's `convicted_of` each,
    `every_conviction_dated` and `is_unread_number`: a conviction of which it is not read what it is
    of may be one of the section, and stands without a day.
    """
    date, is_one = F.col("conviction_date"), F.col("convicted_of").isNotNull()
    day = date.cast("string")
    # Reversed, they come as plain values: a look at one costs a tenth.
    each = F.reverse(F.col("convictions"))
    earlier = F.filter(
        each, lambda one: _same_section(one) & (F.substring_index(one, _END, -1) < day)
    )
    undated = F.exists(each, lambda one: _same_section(one) & F.endswith(one, F.lit(_UNDATED)))
    alone = F.size("convictions") == 1
    return {
        "earlier_same_section": F.when(
            is_one & date.isNotNull(), F.when(alone, 0).otherwise(F.size(earlier))
        ),
        "same_section_dated": F.when(
            is_one
            & (F.col("is_unread_number") == 0)
            & (F.col("every_conviction_dated").isNotNull() | ~undated),
            True,
        ),
    }


def _same_section(other: Column) -> Column:
    with_book = F.startswith(other, F.col("same_section"))
    return with_book | F.startswith(other, F.col("same_without_book"))
