"""Why a row cannot be kept: one code a row, the first that holds.

The detail beside a code names fields and counts, never a value.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.ingest.layout import FIELD_COUNT, NEEDED, column_of
from clearance.ingest.shape import fields_found, has_blank_end, quotes

CODES = (
    "FIELD_COUNT",
    "UNBALANCED_QUOTES",
    "UNDECODABLE",
    "NO_SUBJECT_ID",
    "NO_COUNT_ORDER",
    "BAD_COUNT_ORDER",
)

_CONTROL = r"\p{Cntrl}"
_NEEDED_COLUMNS = [column_of(name) for name in NEEDED]


def is_missing(value: Column) -> Column:
    """True where a field says nothing: null, blank, `-` or `NULL`, padded or not."""
    text = F.trim(value)
    short = F.octet_length(text) <= len("NULL")
    return text.isNull() | (short & F.upper(text).isin("", "-", "NULL"))


def has_control(value: Column) -> Column:
    """True where a text holds a control character."""
    return F.coalesce(value.rlike(_CONTROL), F.lit(False))


def _right_count(text: Column) -> Column:
    """True where the commas outside quotes make 95 fields, or 96 with a blank last one."""
    found = fields_found(text)
    return (found == FIELD_COUNT) | ((found == FIELD_COUNT + 1) & has_blank_end(text))


def code_of(text: Column, *, width: Column) -> Column:
    """The reason code of a line that is a row, null where the row can be kept.

    The reader and the quotes may disagree where fields begin: then the quoting is broken, not the
    count. It is asked of rows without a readable key only, since a field too many or too few
    moves CNT_ORDER away. The needed fields are the columns of `source_rows`.

    Args:
        text: the line without a byte order mark.
        width: fields it was read as, 95 or 96 with a blank last one; null where it has others.
    """
    subject_id, count_order = F.col("subject_id"), F.col("count_order")
    key_fault = (
        F.when(is_missing(subject_id), F.lit("NO_SUBJECT_ID"))
        .when(is_missing(count_order), F.lit("NO_COUNT_ORDER"))
        .when(~count_order.rlike(r"^[0-9]{12}\z"), F.lit("BAD_COUNT_ORDER"))
    )
    return (
        F.when(quotes(text) % 2 == 1, F.lit("UNBALANCED_QUOTES"))
        .when(width.isNull() & _right_count(text), F.lit("UNBALANCED_QUOTES"))
        .when(width.isNull(), F.lit("FIELD_COUNT"))
        .when(has_control(F.concat_ws("", *_NEEDED_COLUMNS)), F.lit("UNDECODABLE"))
        .when(key_fault.isNotNull() & (fields_found(text) != width), F.lit("UNBALANCED_QUOTES"))
        .otherwise(key_fault)
    )


def detail_of(code: Column, *, text: Column) -> Column:
    """What to look for in the row, in words.

    Args:
        code: the row's code.
        text: the line without a byte order mark.
    """
    controlled = F.array_compact(
        F.array(*[F.when(has_control(F.col(column_of(name))), F.lit(name)) for name in NEEDED])
    )
    found = fields_found(text)
    return (
        F.when(code == "FIELD_COUNT", F.format_string(f"%d fields, {FIELD_COUNT} expected", found))
        .when(
            code == "UNBALANCED_QUOTES",
            F.format_string(
                "%d quotes that do not enclose whole fields, perhaps a line break inside quotes",
                quotes(text),
            ),
        )
        .when(
            code == "UNDECODABLE",
            F.concat(F.lit("control character in "), F.array_join(controlled, ", ")),
        )
        .when(code == "NO_SUBJECT_ID", F.lit("SUBJECT_ID is missing"))
        .when(code == "NO_COUNT_ORDER", F.lit("CNT_ORDER is missing"))
        .otherwise(
            F.format_string(
                "CNT_ORDER is not 12 digits (%d characters)",
                F.char_length("count_order"),
            )
        )
    )
