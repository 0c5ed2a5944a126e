"""Counts values of needed fields that no later step can read, and shows their shapes.

Prepare sets a date in another form than `YYYYMMDD` to null and flags it, and a word in another
alphabet is unknown to it. That is right for a few values. Where most values of a field are such,
the file has another layout. An absent value (blank, `-`, `NULL`) does not count as a value here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.ingest.layout import NEEDED, column_of
from clearance.platform.store.store import storage_faults

DATES = ("PRI_DOB", "CYC_DATE", "STP_EVENT_DATE", "DISP_DATE")
# A comment may be in any language; a row with a bad CNT_ORDER is quarantined.
TEXTS = tuple(field for field in NEEDED if field not in (*DATES, "CNT_ORDER", "COMMENT_TEXT"))
FIELDS = (*DATES, *TEXTS)

UNREAD_LIMIT = 0.05
"""The default for the share of a field's values that may be unread."""

FEW = 5
"""Up to this number, unread values are no sign of another form, unless all values are unread."""

SEVERAL = 3
"""From this number on, unread values are a sign of another form where all values are unread."""

_FOREIGN = r"[\p{L}\p{Nd}&&[^\p{ASCII}]]"
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPE_OF = (_UPPER + _UPPER.lower() + "0123456789", "A" * 26 + "a" * 26 + "9" * 10)
_LONGEST_SHAPE = 20
_ENOUGH = 10_000


@dataclass(frozen=True)
class Unread:
    """The numbers of a field's values in a file.

    Attributes:
        unread: how many values cannot be read.
        present: how many values there are.
    """

    unread: int
    present: int

    def beyond(self, limit: float) -> bool:
        """Whether so many values are unread that the file has another form."""
        all_unread = self.unread == self.present >= SEVERAL
        return (self.unread > FEW or all_unread) and self.unread > limit * self.present


def with_unread(lines: DataFrame) -> DataFrame:
    """The lines with `unread`: a bit for each field of `FIELDS` that has an unread value.

    Texts are checked only in a line with letters that are not ASCII, which few lines have.
    """
    # Only the needed texts are tested for such letters: they are a fifth of the line.
    needed_texts = F.concat_ws("", *map(column_of, TEXTS))
    wide = F.octet_length(needed_texts) > F.char_length(needed_texts)
    dates, texts = _bits(DATES, _is_no_date), _bits(TEXTS, _has_other_letters)
    return lines.withColumn("unread", dates.bitwiseOR(F.when(wide, texts).otherwise(0)))


def present_marks(fields: Sequence[str]) -> list[Column]:
    """For each field whether a line has a value there, under the field's name."""
    return [F.coalesce(_is_present(field), F.lit(False)).alias(field) for field in fields]


def present_counts(fields: Sequence[str]) -> list[Column]:
    """The numbers of values of each field in a group of lines, under the field's name."""
    return [F.count_if(_is_present(field)).alias(field) for field in fields]


def count_unread(groups: Sequence[Any]) -> Counter[str]:
    """The number of unread values by field, without fields that have none.

    Args:
        groups: rows with `unread`, and with `lines`: the number of lines with these bits.
    """
    counts: Counter[str] = Counter()
    for group in groups:
        for bit, field in enumerate(FIELDS):
            if group.unread >> bit & 1:
                counts[field] += group.lines
    return counts


def list_shapes(rows: DataFrame, *, wanted: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The commonest shapes of unread values by field, at most three: 9 is a digit, A a letter.

    Only a refused file is read for it, and only until there are enough values.

    Args:
        rows: lines that can be kept, with `file` and `unread`.
        wanted: the fields to show, by the file's address.
    """
    fields = sorted({field for file_fields in wanted.values() for field in file_fields})
    if not fields:
        return {}
    pairs = [F.when(_is_bit_set(field), F.struct(F.lit(field), _shape(field))) for field in fields]
    refused = rows.where(F.col("file").isin(*wanted))
    exploded = refused.select(F.explode(F.array_compact(F.array(*pairs))).alias("of"))
    values = exploded.limit(_ENOUGH).select("of.*").toDF("field", "shape")
    with storage_faults("reading unread values"):
        counts = values.groupBy("field", "shape").count().collect()
    shapes: dict[str, list[str]] = {field: [] for field in fields}
    for field, shape, _ in sorted(counts, key=lambda row: (-row[2], row[1])):
        if len(shapes[field]) < 3:
            shapes[field].append(shape)
    return shapes


def _is_present(field: str) -> Column:
    text = F.trim(F.col(column_of(field)))
    # The length first: most values do not need the slower test.
    return (F.length(text) > len("NULL")) | ~F.upper(text).isin("", "-", "NULL")


def _bits(fields: Sequence[str], is_unread: Callable[[str], Column]) -> Column:
    bits = (F.when(is_unread(field), _bit(field)).otherwise(0) for field in fields)
    return reduce(lambda left, right: left.bitwiseOR(right), bits)


def _bit(field: str) -> int:
    return 1 << FIELDS.index(field)


def _is_bit_set(field: str) -> Column:
    return F.col("unread").bitwiseAND(_bit(field)) != 0


def _is_no_date(field: str) -> Column:
    # Most values are dates or null, and need no further test.
    is_null = F.col(column_of(field)).isNull()
    return ~F.coalesce(_is_date(field), is_null) & _is_present(field)


def _has_other_letters(field: str) -> Column:
    return F.col(column_of(field)).rlike(_FOREIGN)


def _is_date(field: str) -> Column:
    """Whether a text is `YYYYMMDD`, the day or day and month perhaps zeros, or all zeros.

    Null where the text is no number of that length.
    """
    text = F.trim(F.col(column_of(field)))
    # Texts of another length are not cast: the exceptions would take a tenth of a survey's time.
    number = F.when(F.length(text) == len("YYYYMMDD"), text).try_cast("int")
    dated = number.between(18_500_000, 21_999_999) & (number % 10_000 < 1_300) & (number % 100 < 32)
    return dated | (number == 0)


def _shape(field: str) -> Column:
    text = F.substr(F.trim(F.col(column_of(field))), F.lit(1), F.lit(_LONGEST_SHAPE))
    shape = F.regexp_replace(F.translate(text, *_SHAPE_OF), _FOREIGN, "?")
    # The number of digits is significant in dates only.
    return shape if field in DATES else F.regexp_replace(shape, "([Aa9?])\\1+", "$1")
