"""Earlier convictions of the same section.

Spark interprets what looks at each element of an array, and looks up the type of every field it
reads of a struct: so a conviction is one text here, and most counts need no look at the others.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.record.levels import VOIDED

# Stands for a code book that is missing, and sorts behind every day.
_NO_BOOK, _UNDATED = "?", "9999-99-99"
# Of what may be a conviction: what became of the charge is not read.
_PERHAPS = "9999-99-98"
_END = "|"


def of_section() -> dict[str, Column]:
    """The conviction as `section|code book|day`, and how those begin that are of its section.

    Null on other counts and without a section. A missing code book fits any. What may be a
    conviction stands without a day, and apart from one that is.
    """
    is_conviction = F.col("convicted") | F.col("perhaps_convicted")
    section = F.when(is_conviction, F.concat(F.col("section"), F.lit(_END)))
    book = F.concat(F.coalesce("code_book", F.lit(_NO_BOOK)), F.lit(_END))
    without_day = F.when(F.col("perhaps_convicted"), _PERHAPS).otherwise(_UNDATED)
    on = F.coalesce(F.col("conviction_date").cast("string"), without_day)
    return {
        "convicted_of": F.concat(section, book, on),
        # Most people have none.
        "void_of": F.when(F.col("status") == VOIDED, F.concat(section, book, on)),
        "same_section": F.when(F.col("code_book").isNull(), section).otherwise(
            F.concat(section, book)
        ),
        "same_without_book": F.concat(section, F.lit(_NO_BOOK + _END)),
    }


def earlier_convictions() -> dict[str, Column]:
    """How many convictions of the count's section are earlier, and whether all of them are dated.

    How many of those are void, and how many more may be, since it is not read what became of them.
    Reads the columns of `of_section`, `convictions`, which has the person's `convicted_of` each,
    `void_convictions`, which has the `void_of` each, `every_conviction_dated`,
    `convictions_on_record`, and `is_unread_number`: a conviction of which it is not read what it is
    of may be one of the section, and stands without a day.
    """
    date, is_one = F.col("conviction_date"), F.col("convicted_of").isNotNull()
    day = date.cast("string")
    # Reversed, they come as plain values: a look at one costs a tenth.
    each = F.reverse(F.col("convictions"))

    def is_earlier(conviction: Column) -> Column:
        return _same_section(conviction) & (F.substring_index(conviction, _END, -1) < day)

    earlier = F.size(F.filter(each, is_earlier))
    void = F.size(F.filter("void_convictions", is_earlier))
    perhaps = F.size(
        F.filter(
            each,
            lambda conviction: _same_section(conviction) & F.endswith(conviction, F.lit(_PERHAPS)),
        )
    )
    undated = F.exists(
        each,
        lambda conviction: (
            _same_section(conviction)
            & (F.endswith(conviction, F.lit(_UNDATED)) | F.endswith(conviction, F.lit(_PERHAPS)))
        ),
    )
    alone = F.size("convictions") == 1
    dated = is_one & date.isNotNull()
    some_void = ~alone & (F.size("void_convictions") > 0)
    some_perhaps = ~alone & is_one & F.col("convictions_on_record").isNull()
    return {
        "earlier_same_section": F.when(dated, F.when(alone, 0).otherwise(earlier)),
        "earlier_void": F.when(some_void, void).otherwise(0),
        "earlier_perhaps": F.when(some_perhaps, perhaps).otherwise(0),
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
