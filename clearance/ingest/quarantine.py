"""The reason codes of rows that cannot be kept: one code per row, the first that applies.

The detail beside a code names fields and counts, never a value.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.ingest.layout import FIELD_COUNT, NEEDED, column_of
from clearance.ingest.shape import count_fields, count_quotes, has_blank_end

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
    """True where a field has no value: null, blank, `-` or `NULL`, padded or not."""
    text = F.trim(value)
    short = F.octet_length(text) <= len("NULL")
    return text.isNull() | (short & F.upper(text).isin("", "-", "NULL"))


def has_control(value: Column) -> Column:
    """True where a text holds a control character."""
    return F.coalesce(value.rlike(_CONTROL), F.lit(False))


def _has_field_count(text: Column) -> Column:
    """True where the commas outside quotes make 95 fields, or 96 of which the last is blank."""
    field_count = count_fields(text)
    with_blank = (field_count == FIELD_COUNT + 1) & has_blank_end(text)
    return (field_count == FIELD_COUNT) | with_blank


def reason_code(text: Column, *, width: Column) -> Column:
    """The reason code of a line that is a row, null where the row can be kept.

    Spark's reader and the quotes may disagree where fields begin: then the quoting is broken, not
    the count. Only rows without a readable key are checked for that, since a field too many or too
    few moves CNT_ORDER. The needed fields are the columns of `source_rows`.

    Args:
        text: the line without a byte order mark.
        width: the reader's field count, 95, or 96 with a blank last field; null for other counts.
    """
    subject_id, count_order = F.col("subject_id"), F.col("count_order")
    key_fault = (
        F.when(is_missing(subject_id), F.lit("NO_SUBJECT_ID"))
        .when(is_missing(count_order), F.lit("NO_COUNT_ORDER"))
        .when(~count_order.rlike(r"^[0-9]{12}\z"), F.lit("BAD_COUNT_ORDER"))
    )
    return (
        F.when(count_quotes(text) % 2 == 1, F.lit("UNBALANCED_QUOTES"))
        .when(width.isNull() & _has_field_count(text), F.lit("UNBALANCED_QUOTES"))
        .when(width.isNull(), F.lit("FIELD_COUNT"))
        .when(has_control(F.concat_ws("", *_NEEDED_COLUMNS)), F.lit("UNDECODABLE"))
        .when(key_fault.isNotNull() & (count_fields(text) != width), F.lit("UNBALANCED_QUOTES"))
        .otherwise(key_fault)
    )


def reason_detail(code: Column, *, text: Column) -> Column:
    """The fault of a row in words, with names of fields and counts.

    Args:
        code: the row's code.
        text: the line without a byte order mark.
    """
    controlled = F.array_compact(
        F.array(*[F.when(has_control(F.col(column_of(name))), F.lit(name)) for name in NEEDED])
    )
    fields = count_fields(text)
    return (
        F.when(code == "FIELD_COUNT", F.format_string(f"%d fields, {FIELD_COUNT} expected", fields))
        .when(
            code == "UNBALANCED_QUOTES",
            F.format_string(
                "%d quotes that do not enclose whole fields, perhaps a line break inside quotes",
                count_quotes(text),
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
