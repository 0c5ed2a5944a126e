"""Source rows to the lines of a packet's files.

The record is written as received: its fields are parsed for the condensed file only, and to find a
96th field.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.ingest.record import is_whole, parsed
from clearance.ingest.shape import has_blank_end, without_blank_end, without_mark
from clearance.publish.column_order import (
    AFTER_POSSIBLE,
    BEFORE_POSSIBLE,
    CONDENSED,
    csv_fields,
)
from clearance.publish.packets.chunks import SOURCE
from clearance.publish.packets.encodings import must_be_utf_8, received_in_latin_1

POSITION = ("folder", "chunk", "file_number", "position")
LINE_COLUMNS = ("folder", "file", "chunk", "file_number", "position", "line", "latin_1", "utf_8")
"""The columns of a packet's line; the last two are for `Encodings`."""


def annotated_rows(first: DataFrame, *, comments: DataFrame) -> DataFrame:
    """One row per source row with values in the appended columns, by `SOURCE`.

    Args:
        first: packet columns on the first row of each decided count.
        comments: rows whose comment names another section.
    """
    either = first.unionByName(comments, allowMissingColumns=True)
    texts = ("own_county", "before", "after", "possible")
    return either.groupBy(*SOURCE).agg(*(F.max(name).alias(name) for name in texts))


def packet_lines(
    rows: DataFrame, *, people: DataFrame, annotated: DataFrame, files: tuple[str, ...]
) -> DataFrame:
    """One row per line of a packet file of source rows, in the columns `LINE_COLUMNS`.

    Args:
        rows: `source_rows`, see `with_chunk`.
        people: subject_id, county, folder; each source row of a person is in each of the folders.
        annotated: see `annotated_rows`.
        files: the packet files to write.
    """
    joined = rows.join(people, on="subject_id", how="inner").join(
        annotated, on=list(SOURCE), how="left"
    )
    texts = _texts(joined, condensed_too="condensed" in files)
    by_file = texts.select("*", F.explode(F.array(*map(F.lit, files))).alias("file"))
    # `prop64` has the first rows of decided counts only.
    in_file = by_file.where((F.col("file") != "prop64") | F.col("own"))
    text = F.when(F.col("file") == "condensed", F.col("short")).otherwise(F.col("full"))
    lines = in_file.withColumn("line", F.concat(text, F.lit(","), F.col("ending")))
    return lines.select(
        *LINE_COLUMNS[:-2],
        received_in_latin_1().alias("latin_1"),
        must_be_utf_8(F.col("line")).alias("utf_8"),
    )


def _texts(joined: DataFrame, *, condensed_too: bool) -> DataFrame:
    """One row per source row and packet: `full` and `short` text, and `ending`, the rest of a line.

    Everything is in one projection, so that Spark parses the record once and drops its 95 fields.
    """
    record = without_mark(F.col("record"))
    is_own = F.coalesce(F.col("own_county") == F.col("county"), F.lit(False))
    # With a comma at its end.
    possible = csv_fields(F.col("possible"), F.lit(None))
    filled = F.concat("before", F.lit(","), possible, "after")
    before, after = "," * len(BEFORE_POSSIBLE), "," * (len(AFTER_POSSIBLE) - 1)
    blank = F.concat(F.lit(before), possible, F.lit(after))
    # Parsed once a row, and only if a file needs the fields.
    fields = parsed(record if condensed_too else F.when(has_blank_end(record), record))
    return joined.select(
        *POSITION,
        "encoding",
        is_own.alias("own"),
        F.when(is_own, filled).otherwise(blank).alias("ending"),
        without_blank_96th(record, fields=fields).alias("full"),
        (condensed_line(fields) if condensed_too else F.lit(None).cast("string")).alias("short"),
    )


def without_blank_96th(record: Column, *, fields: Column) -> Column:
    """The record without its blank 96th field, if it has one; a blank 95th field stays.

    Args:
        record: the line as received.
        fields: the parsed record; null if it cannot have a 96th field.
    """
    has_96th = fields.isNotNull() & ~is_whole(fields)
    return F.when(has_96th, F.coalesce(without_blank_end(record), record)).otherwise(record)


def condensed_line(fields: Column) -> Column:
    """The condensed fields as CSV text, values as received.

    Args:
        fields: the parsed record.
    """
    return csv_fields(*(fields[name] for name in CONDENSED))
