"""Whose rows a file has lost: the subjects of the rows that cannot be kept.

Where a row that cannot be kept does not tell its SUBJECT_ID, it may be of the person of the row
before it or of the row after it: files have a person's rows together.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.ingest.layout import FIELD_COUNT
from clearance.ingest.quarantine import has_control, is_missing
from clearance.ingest.shape import fields_found, without_mark
from clearance.ingest.survey import BLANK, HEADER
from clearance.platform.spark.broadcasts import sent_where_few

# Codes of lines whose fields may stand elsewhere than a record's.
_OUT_OF_SHAPE = ("FIELD_COUNT", "UNBALANCED_QUOTES")
# The start of a record: RECORD_ID, SUBJECT_STATUS, SUBJECT_ID and the `#` behind them.
_FIELD = r'(?:[^",]*+|[ ]*+"[^"]*+"[ ]*+)'
_START = rf'^{_FIELD},{_FIELD},[ "]*+([^",#]*+)[ "]*+,[ "]*+#[ "]*+,'
# Codes of rows that may not tell whose they are.
ASTRAY = frozenset({*_OUT_OF_SHAPE, "UNDECODABLE", "NO_SUBJECT_ID"})
# Two records without a line end between them have one field less than twice as many.
_TWO_RECORDS = 2 * FIELD_COUNT - 1
_PLACE = ("source_file", "position")
# Characters of a line that are looked at for its start.
_LONGEST_START = 1 << 10


def subject_of(code: Column, *, text: Column) -> Column:
    """The SUBJECT_ID of a line that cannot be kept; null where it cannot be read.

    Args:
        code: the line's code.
        text: the line without a byte order mark.
    """
    start = F.substring(text, 1, _LONGEST_START)
    told = (
        F.when(code.isin(HEADER, BLANK), None)
        .when(code.isin(*_OUT_OF_SHAPE), F.trim(F.regexp_extract(start, _START, 1)))
        .otherwise(F.col("subject_id"))
    )
    return F.when(~is_missing(told) & ~has_control(told), told)


def with_subjects(rows: DataFrame, *, codes: Mapping[str, int]) -> DataFrame:
    """A row is a line with a code, with `subject_id` as far as it can be read, and `neighbours`.

    `neighbours` are the subjects of the rows before and after those that follow each other without
    one; null where the row's own subject is all that it can be of.

    Args:
        rows: see `commits.placed`; headers and blank ends among them.
        codes: those that there are, and how many rows have each.
    """
    text = without_mark(F.col("record"))
    code = F.col("code")
    read = rows.withColumn(
        "subject_id",
        F.when(code.isNull(), F.col("subject_id")).otherwise(subject_of(code, text=text)),
    )
    if ASTRAY.isdisjoint(codes.keys()):
        nobody = F.lit(None).cast("array<string>")
        return read.where(code.isNotNull()).withColumn("neighbours", nobody)
    several = F.when(code == "FIELD_COUNT", fields_found(text) >= _TWO_RECORDS)
    odd = read.where(code.isNotNull()).withColumn(
        "astray", F.col("subject_id").isNull() | F.coalesce(several, F.lit(False))
    )
    # Lines without a subject that follow each other have one number.
    in_order = Window.partitionBy("source_file", "astray").orderBy("position")
    number = F.when(F.col("astray"), F.col("position") - F.row_number().over(in_order))
    together = odd.withColumn("together", number)
    runs = together.where("astray").groupBy("source_file", "together")
    edges = runs.agg(
        (F.min("position") - 1).alias("before"), (F.max("position") + 1).alias("after")
    )
    beside = edges.select(
        "source_file", "together", F.explode(F.array("before", "after")).alias("position")
    )
    # A run of lines has one before it and one after it.
    at_most = 2 * sum(codes.values())
    known = read.where(F.col("subject_id").isNotNull()).select(*_PLACE, "subject_id")
    neighbours = (
        known.join(sent_where_few(beside, at_most=at_most), on=list(_PLACE), how="inner")
        .groupBy("source_file", "together")
        .agg(F.sort_array(F.collect_set("subject_id")).alias("neighbours"))
    )
    few = sent_where_few(neighbours, at_most=at_most)
    return together.join(few, on=["source_file", "together"], how="left")
