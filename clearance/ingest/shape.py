"""The shape of a line: whether it is a header or blank, its number of fields and of quotes.

The shape is read from the line, never from an option. The CSV reader shows whether a line has 95
fields. The slower tests (counting fields, recognizing a header) are for the other lines only.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.ingest.layout import FIELDS

BYTE_ORDER_MARK = "\ufeff"

# A blank field at the end, quoted or not: the trace of a trailing comma.
_BLANK_END = r',(?: *| *" *" *)\z'

# The words of a name may be joined by other characters than an underscore.
_DRESS = ' "_-'
_NAMES = "|".join(field.replace("_", "[ _-]*+") for field in FIELDS)
_THREE_NAMES = rf'(?i)(?:(?:^|,)[ "]*+(?:{_NAMES})[ "]*+(?=,|\z)){{3}}'
_USUAL = ",".join(field.replace("_", "") for field in FIELDS)


def without_mark(text: Column) -> Column:
    """The line without a byte order mark at its start."""
    marked = F.startswith(text, F.lit(BYTE_ORDER_MARK))
    return F.when(marked, F.substr(text, F.lit(2))).otherwise(text)


def is_blank(text: Column) -> Column:
    """True where the line holds nothing but spaces."""
    return F.trim(text) == ""


def names_columns(text: Column) -> Column:
    """True where the line names columns: it has three names of columns in a row.

    Quotes, padding and letter case do not matter. Any such line is a header, also in the middle of
    a file (files are joined with `cat`), whatever the order of its columns.
    """
    return text.rlike(_THREE_NAMES)


def is_usual_header(text: Column) -> Column:
    """True where a header names the 95 columns in order, with or without a trailing comma."""
    bare = F.upper(F.translate(text, _DRESS, ""))
    return bare.isin(_USUAL, f"{_USUAL},")


def count_quotes(text: Column) -> Column:
    """The number of quotes in the line."""
    return F.octet_length(text) - F.octet_length(F.replace(text, F.lit('"'), F.lit("")))


def count_fields(text: Column) -> Column:
    """The number of fields: one more than the commas outside quotes."""
    outside = F.regexp_replace(text, '"[^"]*+"', "")
    # Not regexp_count, which stores every match: a line of megabytes would fill the memory.
    return F.octet_length(outside) - F.octet_length(F.translate(outside, ",", "")) + 1


def has_blank_end(text: Column) -> Column:
    """True where the line's last field is blank."""
    return F.endswith(text, F.lit(",")) | text.rlike(_BLANK_END)


def without_blank_end(text: Column) -> Column:
    """The line without a blank last field and its comma; null where the last field is not blank."""
    bare = F.endswith(text, F.lit(","))
    cut = F.substr(text, F.lit(1), F.char_length(text) - 1)
    padded = F.when(text.rlike(_BLANK_END), F.regexp_replace(text, _BLANK_END, ""))
    return F.when(bare, cut).otherwise(padded)
