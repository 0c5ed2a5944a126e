"""Values of needed fields that nobody will be able to read: counted, and shown by their shape.

A date in another form than `YYYYMMDD` is nulled and flagged later, one by one, and a word in
another alphabet is unknown. Of a few values that is right; where it is a field's usual form, the
file is another than the layout says. A value that is absent (blank, `-`, `NULL`) is no value here.
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
# A comment may be in any language; what is wrong with a CNT_ORDER sets its row aside.
TEXTS = tuple(field for field in NEEDED if field not in (*DATES, "CNT_ORDER", "COMMENT_TEXT"))
FIELDS = (*DATES, *TEXTS)

UNREAD_LIMIT = 0.05
"""Share of a field's values that may be unread, where the settings say nothing else."""

FEW = 5
"""So few unread values say nothing about a file's form, unless the field has no other."""

SEVERAL = 3
"""As many unread values of a field that has no other say something."""

_FOREIGN = r"[\p{L}\p{Nd}&&[^\p{ASCII}]]"
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPE_OF = (_UPPER + _UPPER.lower() + "0123456789", "A" * 26 + "a" * 26 + "9" * 10)
_LONGEST_SHAPE = 20
_ENOUGH = 10_000


@dataclass(frozen=True)
class Unread:
    """A field of a file.

    Attributes:
        unread: its values that cannot be read.
        present: its values.
    """

    unread: int
    present: int

    def beyond(self, limit: float) -> bool:
        """Whether so many are unread that the file has another form."""
        every = self.unread == self.present >= SEVERAL
        return (self.unread > FEW or every) and self.unread > limit * self.present


def with_unread(lines: DataFrame) -> DataFrame:
    """The lines with `unread`: a bit for each field of `FIELDS` that has an unread value.

    Only in a line with letters that are not ASCII, which few have, a text is looked at.
    """
    # Of the needed texts alone: they are a fifth of the line.
    held = F.concat_ws("", *map(column_of, TEXTS))
    wide = F.octet_length(held) > F.char_length(held)
    dates, texts = _bits(DATES, _is_no_date), _bits(TEXTS, _has_other_letters)
    return lines.withColumn("unread", dates.bitwiseOR(F.when(wide, texts).otherwise(0)))


def present_counts(fields: Sequence[str]) -> list[Column]:
    """How many values of each field a group of lines has, under the field's name."""
    return [F.count_if(_is_present(field)).alias(field) for field in fields]


def unread_values(groups: Sequence[Any]) -> Counter[str]:
    """How many values are unread by field, where any is.

    Args:
        groups: rows with `unread` and with `lines`, how many lines have these bits.
    """
    found: Counter[str] = Counter()
    for group in groups:
        for place, field in enumerate(FIELDS):
            if group.unread >> place & 1:
                found[field] += group.lines
    return found


def shapes_of(rows: DataFrame, *, wanted: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The commonest shapes of unread values by field, three at most: a 9 a digit, an A a letter.

    Only a file that is refused is read a second time, and only until there is enough to show.

    Args:
        rows: lines that can be kept, with `file` and `unread`.
        wanted: fields to show, by the file's address.
    """
    fields = sorted({field for some in wanted.values() for field in some})
    if not fields:
        return {}
    each = [F.when(_is_bit_set(field), F.struct(F.lit(field), _shape(field))) for field in fields]
    held = rows.where(F.col("file").isin(*wanted))
    shapes = held.select(F.explode(F.array_compact(F.array(*each))).alias("of")).limit(_ENOUGH)
    with storage_faults("looking at unread values"):
        counted = shapes.select("of.*").toDF("field", "shape").groupBy("field", "shape").count()
        rows_of = counted.collect()
    found: dict[str, list[str]] = {field: [] for field in fields}
    for field, shape, _ in sorted(rows_of, key=lambda row: (-row[2], row[1])):
        if len(found[field]) < 3:
            found[field].append(shape)
    return found


def _is_present(field: str) -> Column:
    text = F.trim(F.col(column_of(field)))
    # The length first: most values are spared the rest.
    return (F.length(text) > len("NULL")) | ~F.upper(text).isin("", "-", "NULL")


def _bits(fields: Sequence[str], is_unread: Callable[[str], Column]) -> Column:
    bits = (F.when(is_unread(field), _bit(field)).otherwise(0) for field in fields)
    return reduce(lambda left, right: left.bitwiseOR(right), bits)


def _bit(field: str) -> int:
    return 1 << FIELDS.index(field)


def _is_bit_set(field: str) -> Column:
    return F.col("unread").bitwiseAND(_bit(field)) != 0


def _is_no_date(field: str) -> Column:
    # Most values are dates, or absent, and are looked at no further.
    is_null = F.col(column_of(field)).isNull()
    return ~F.coalesce(_is_date(field), is_null) & _is_present(field)


def _has_other_letters(field: str) -> Column:
    return F.col(column_of(field)).rlike(_FOREIGN)


def _is_date(field: str) -> Column:
    """Whether a text is `YYYYMMDD`, the day or day and month perhaps zeros, or all zeros.

    Null where it is no number of that length.
    """
    text = F.trim(F.col(column_of(field)))
    # Of another length it would fail to be a number by an exception, a tenth of a survey's time.
    number = F.when(F.length(text) == len("YYYYMMDD"), text).try_cast("int")
    dated = number.between(18_500_000, 21_999_999) & (number % 10_000 < 1_300) & (number % 100 < 32)
    return dated | (number == 0)


def _shape(field: str) -> Column:
    text = F.substr(F.trim(F.col(column_of(field))), F.lit(1), F.lit(_LONGEST_SHAPE))
    shape = F.regexp_replace(F.translate(text, *_SHAPE_OF), _FOREIGN, "?")
    # Only of a date the number of digits says something.
    return shape if field in DATES else F.regexp_replace(shape, "([Aa9?])\\1+", "$1")
