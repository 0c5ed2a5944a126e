"""Decodes a line and parses its needed fields.

Spark's text reader does not change the bytes of a line. A line that is not UTF-8 is decoded as
ISO-8859-1 (a name with an N tilde in one byte). The column `encoding` records it for each line, so
that packets have the same bytes.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.ingest.layout import FIELDS, KEY_COLUMNS, NEEDED, column_of

UTF_8 = "utf-8"
LATIN_1 = "iso-8859-1"

# A longer line is not a record. A line may have as many columns as bytes, and more columns than
# the reader's limit would end the whole job.
_MOST_BYTES = 200_000

# A line holds no line end. So a line end that is appended as a field is the 96th field where the
# line has 95. (The reader's column for broken records would show the same, but with it the reader
# looks up every field of every line by name.)
_END = "\n"
_AFTER = "_after"

_SCHEMA = ", ".join(f"{field} string" for field in (*FIELDS, _AFTER))
_OPTIONS = {
    "quote": '"',
    "escape": '"',
    "mode": "PERMISSIVE",
    "maxColumns": str(_MOST_BYTES + 2),
}


def find_encoding(line: Column) -> Column:
    """The encoding of the line's bytes: `utf-8` where they are valid UTF-8, else `iso-8859-1`."""
    return F.when(F.is_valid_utf8(line), F.lit(UTF_8)).otherwise(F.lit(LATIN_1))


def decode(line: Column, *, encoding: Column) -> Column:
    """The line as Unicode text.

    Args:
        line: its bytes, as Spark read them.
        encoding: from `find_encoding`.
    """
    return F.when(encoding == UTF_8, line).otherwise(F.decode(line.cast("binary"), LATIN_1))


def parsed(text: Column) -> Column:
    """The 95 fields of a line as a struct; `is_whole` shows whether the line has exactly 95.

    Args:
        text: the line without a byte order mark; where it is null or far too long, the result is
            null.
    """
    ended = F.concat(text, F.lit(f',"{_END}"'))
    return F.from_csv(F.when(F.octet_length(text) <= _MOST_BYTES, ended), _SCHEMA, _OPTIONS)


def is_whole(fields: Column) -> Column:
    """True where a line was read as exactly 95 fields.

    Args:
        fields: the struct of `parsed`.
    """
    return fields[_AFTER].eqNullSafe(_END)


def needed_columns(fields: Column) -> list[Column]:
    """The needed fields with their names in `source_rows`: as received, the two keys trimmed.

    A blank field after the 95th does not change them.

    Args:
        fields: the struct of `parsed`.
    """
    return [
        (F.trim(fields[name]) if name in KEY_COLUMNS else fields[name]).alias(column_of(name))
        for name in NEEDED
    ]
