"""Source rows to the lines of a packet's files.

The record goes through as received: its fields are read for the condensed file only, and to tell
a 96th.
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

PLACE = ("folder", "chunk", "file_number", "position")
LINE = ("folder", "file", "chunk", "file_number", "position", "line", "latin_1", "utf_8")
"""The columns of a packet's line; the last two are for `Encodings`."""


def annotated_rows(first: DataFrame, *, comments: DataFrame) -> DataFrame:
    """A row is a source row that has something in the appended columns, by its place.

    Args:
        first: packet columns on the first row of each decided count.
        comments: rows whose comment names another section.
    """
    either = first.unionByName(comments, allowMissingColumns=True)
    texts = ("own_county", "before", "after", "possible")
    return either.groupBy(*SOURCE).agg(*(F.max(name).alias(name) for name in texts))


def packet_lines(
    rows: DataFrame, *, people: DataFrame, marked: DataFrame, files: tuple[str, ...]
) -> DataFrame:
    """A row is a line of a packet file that holds source rows, in the columns `LINE`.

    Args:
        rows: `source_rows` with their place.
        people: subject_id, county, folder: a person's rows go to each of these.
        marked: see `marks`.
        files: which files to write.
    """
    joined = rows.join(people, on="subject_id", how="inner").join(
        marked, on=list(SOURCE), how="left"
    )
    texts = _texts(joined, condensed_too="condensed" in files)
    each = texts.select("*", F.explode(F.array(*map(F.lit, files))).alias("file"))
    # Only first rows of decided counts.
    wanted = each.where((F.col("file") != "prop64") | F.col("own"))
    text = F.when(F.col("file") == "condensed", F.col("short")).otherwise(F.col("full"))
    whole = wanted.withColumn("line", F.concat(text, F.lit(","), F.col("ending")))
    return whole.select(
        *LINE[:-2],
        received_in_latin_1().alias("latin_1"),
        must_be_utf_8(F.col("line")).alias("utf_8"),
    )


def _texts(joined: DataFrame, *, condensed_too: bool) -> DataFrame:
    """A row is a source row in a packet: its text in full and condensed, and its ending.

    All of it in one projection: inside one, Spark parses the record once for everything taken
    from it, and the 95 fields are not kept.
    """
    record = without_mark(F.col("record"))
    own = F.coalesce(F.col("own_county") == F.col("county"), F.lit(False))
    # With the comma behind it.
    possible = csv_fields(F.col("possible"), F.lit(None))
    filled = F.concat("before", F.lit(","), possible, "after")
    before, after = "," * len(BEFORE_POSSIBLE), "," * (len(AFTER_POSSIBLE) - 1)
    blank = F.concat(F.lit(before), possible, F.lit(after))
    # The fields are asked for once a row, and only where a file needs to know.
    fields = parsed(record if condensed_too else F.when(has_blank_end(record), record))
    return joined.select(
        *PLACE,
        "encoding",
        own.alias("own"),
        F.when(own, filled).otherwise(blank).alias("ending"),
        without_96th(record, fields=fields).alias("full"),
        (condensed(fields) if condensed_too else F.lit(None).cast("string")).alias("short"),
    )


def without_96th(record: Column, *, fields: Column) -> Column:
    """The record without a 96th field, which is blank; a blank 95th field stays.

    Args:
        record: the line as received.
        fields: it parsed; null where it cannot have one.
    """
    more = fields.isNotNull() & ~is_whole(fields)
    return F.when(more, F.coalesce(without_blank_end(record), record)).otherwise(record)


def condensed(fields: Column) -> Column:
    """The condensed fields as CSV text, values as received.

    Args:
        fields: the record parsed.
    """
    return csv_fields(*(fields[name] for name in CONDENSED))
