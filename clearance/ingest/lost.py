"""Finds the subjects of the rows that cannot be kept.

Where the SUBJECT_ID of such a row cannot be read, its subject may be that of the row before it or
of the row after it, since files have a person's rows together.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.ingest.layout import FIELD_COUNT
from clearance.ingest.quarantine import has_control, is_missing
from clearance.ingest.shape import count_fields, without_mark
from clearance.ingest.survey import BLANK, HEADER
from clearance.platform.spark.broadcasts import broadcast_if_few

# Codes of lines whose fields may be in wrong positions.
_OUT_OF_SHAPE = ("FIELD_COUNT", "UNBALANCED_QUOTES")
# The start of a record: RECORD_ID, SUBJECT_STATUS, SUBJECT_ID and the `#` after them.
_FIELD = r'(?:[^",]*+|[ ]*+"[^"]*+"[ ]*+)'
_START = rf'^{_FIELD},{_FIELD},[ "]*+([^",#]*+)[ "]*+,[ "]*+#[ "]*+,'
# Codes of rows whose subject may not be readable.
ASTRAY = frozenset({*_OUT_OF_SHAPE, "UNDECODABLE", "NO_SUBJECT_ID"})
# The field count of two records without a line end between them: the fields there are joined.
_TWO_RECORDS = 2 * FIELD_COUNT - 1
_PLACE = ("source_file", "position")
# The number of characters of a line that are searched for its start.
_LONGEST_START = 1 << 10


def readable_subject(code: Column, *, text: Column) -> Column:
    """The SUBJECT_ID of a line that cannot be kept; null where it cannot be read.

    Args:
        code: the line's code.
        text: the line without a byte order mark.
    """
    start = F.substring(text, 1, _LONGEST_START)
    subject = (
        F.when(code.isin(HEADER, BLANK), None)
        .when(code.isin(*_OUT_OF_SHAPE), F.trim(F.regexp_extract(start, _START, 1)))
        .otherwise(F.col("subject_id"))
    )
    return F.when(~is_missing(subject) & ~has_control(subject), subject)


def with_subjects(rows: DataFrame, *, codes: Mapping[str, int]) -> DataFrame:
    """One row per line with a code, with `subject_id` (null where not readable) and `neighbours`.

    `neighbours` are the subjects of the rows before and after a run of lines whose subject is not
    readable; null where the subject is readable.

    Args:
        rows: from `kept_rows.with_positions`, headers and blank ends included.
        codes: the number of rows by code.
    """
    text = without_mark(F.col("record"))
    code = F.col("code")
    lines = rows.withColumn(
        "subject_id",
        F.when(code.isNull(), F.col("subject_id")).otherwise(readable_subject(code, text=text)),
    )
    if ASTRAY.isdisjoint(codes.keys()):
        nobody = F.lit(None).cast("array<string>")
        return lines.where(code.isNotNull()).withColumn("neighbours", nobody)
    several = F.when(code == "FIELD_COUNT", count_fields(text) >= _TWO_RECORDS)
    with_code = lines.where(code.isNotNull()).withColumn(
        "astray", F.col("subject_id").isNull() | F.coalesce(several, F.lit(False))
    )
    # Consecutive lines without a readable subject get the same number.
    in_order = Window.partitionBy("source_file", "astray").orderBy("position")
    run = F.when(F.col("astray"), F.col("position") - F.row_number().over(in_order))
    with_run = with_code.withColumn("run", run)
    runs = with_run.where("astray").groupBy("source_file", "run")
    edges = runs.agg(
        (F.min("position") - 1).alias("before"), (F.max("position") + 1).alias("after")
    )
    beside = edges.select(
        "source_file", "run", F.explode(F.array("before", "after")).alias("position")
    )
    # A run of lines has a line before it and a line after it.
    at_most = 2 * sum(codes.values())
    readable = lines.where(F.col("subject_id").isNotNull()).select(*_PLACE, "subject_id")
    neighbours = (
        readable.join(broadcast_if_few(beside, at_most=at_most), on=list(_PLACE), how="inner")
        .groupBy("source_file", "run")
        .agg(F.sort_array(F.collect_set("subject_id")).alias("neighbours"))
    )
    few = broadcast_if_few(neighbours, at_most=at_most)
    return with_run.join(few, on=["source_file", "run"], how="left")
