"""A line as Unicode, and its needed fields.

Spark's text reader keeps the bytes of a line as they are. A line that is not UTF-8 is read as
ISO-8859-1 (a name with an N tilde in one byte), a record at a time, and says so in `encoding`, so
that packets give the same bytes back.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.ingest.layout import FIELDS, KEY_COLUMNS, NEEDED, column_of

UTF_8 = "utf-8"
LATIN_1 = "iso-8859-1"

# A longer line is no record. The reader may find as many columns as a line has bytes: beyond its
# own limit it would end the whole job.
_MOST_BYTES = 200_000

# A line holds no line end. One put behind it as a field of its own comes out in the 96th place
# when there are 95 fields before it. (The reader's own column for broken records would tell, too,
# but with it the reader looks up every field of every line by its name.)
_END = "\n"
_AFTER = "_after"

_SCHEMA = ", ".join(f"{field} string" for field in (*FIELDS, _AFTER))
_OPTIONS = {
    "quote": '"',
    "escape": '"',
    "mode": "PERMISSIVE",
    "maxColumns": str(_MOST_BYTES + 2),
}


def encoding_of(line: Column) -> Column:
    """The encoding that reads the line's bytes: `utf-8`, where that fails `iso-8859-1`."""
    return F.when(F.is_valid_utf8(line), F.lit(UTF_8)).otherwise(F.lit(LATIN_1))


def decoded(line: Column, *, encoding: Column) -> Column:
    """The line as Unicode text.

    Args:
        line: its bytes, as Spark read them.
        encoding: `encoding_of` it.
    """
    return F.when(encoding == UTF_8, line).otherwise(F.decode(line.cast("binary"), LATIN_1))


def parsed(text: Column) -> Column:
    """The 95 fields as a struct, of which `is_whole` tells whether the line has just these.

    Args:
        text: the line without a byte order mark; null, or far too long, gives null.
    """
    ended = F.concat(text, F.lit(f',"{_END}"'))
    return F.from_csv(F.when(F.octet_length(text) <= _MOST_BYTES, ended), _SCHEMA, _OPTIONS)


def is_whole(fields: Column) -> Column:
    """True where a line was read as exactly 95 fields.

    Args:
        fields: the struct of `parsed`.
    """
    return fields[_AFTER].eqNullSafe(_END)


def needed(fields: Column) -> list[Column]:
    """The needed fields as `source_rows` names them: as received, the two keys trimmed.

    They are the same with and without a blank field after the 95th, since it is no needed one.

    Args:
        fields: the struct of `parsed`.
    """
    return [
        (F.trim(fields[name]) if name in KEY_COLUMNS else fields[name]).alias(column_of(name))
        for name in NEEDED
    ]
