"""The narrow columns of `source_rows` that publish caches: people, case numbers, comments.

Publish reads `source_rows` once for these columns, and once for the records themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.prepare.record.fields import present
from clearance.prepare.record.places import COURT, county, step_kind
from clearance.prepare.record.rules import RecordRules
from clearance.publish.figures.together import collect_parts
from clearance.publish.packets.chunks import SOURCE, SourceFile, cut_positions
from clearance.publish.packets.comments import CommentRules, charge_text_of_row, may_name_a_section


@dataclass(frozen=True)
class CountyRows:
    """The size of a county's packet: its people, and their source rows."""

    people: int
    rows: int


@dataclass(frozen=True)
class Survey:
    """Counts over `row_keys`.

    Attributes:
        files: the research files, in input order.
        counties: by county; only counties with people.
        comments: rows whose comment may name a section.
    """

    files: list[SourceFile]
    counties: Mapping[str, CountyRows]
    comments: int


def is_court_step(*, rules: RecordRules) -> Column:
    """Whether a `source_rows` row is of a court's step.

    Args:
        rules: how the record is read.
    """
    return step_kind(F.col("stp_type_descr"), rules=rules) == COURT


def court_case_number(*, rules: RecordRules) -> Column:
    """The case number of a `source_rows` row; null if its step is not a court's.

    Args:
        rules: how the record is read.
    """
    return F.when(is_court_step(rules=rules), present(F.col("ofn"))).alias("case_number")


def row_keys(rows: DataFrame, *, comment_rules: CommentRules, rules: RecordRules) -> DataFrame:
    """One row per source row: person, count, `SOURCE`, court, comment and charge.

    `court_county` and `case_number` are null if the step is not a court's; `comment_text` and
    `charge` are null if the comment has no section number.

    Args:
        rows: `source_rows`.
        comment_rules: the sections to find in comments.
        rules: how the record is read.
    """
    name, agency = F.col("stp_ori_cnty_name"), F.col("stp_ori_code")
    has_number = may_name_a_section(F.col("comment_text"), comment_rules)
    return rows.select(
        *("subject_id", "count_order", *SOURCE),
        F.when(is_court_step(rules=rules), county(name, agency, rules=rules)).alias("court_county"),
        court_case_number(rules=rules),
        F.when(has_number, F.col("comment_text")).alias("comment_text"),
        F.when(has_number, charge_text_of_row()).alias("charge"),
    )


def people_of_counties(keys: DataFrame, *, convictions: DataFrame) -> DataFrame:
    """One row per person and county with a count in its courts: subject_id, county, held.

    `held` is the number of the person's source rows, of every county: all are in the packet.

    Args:
        keys: see `row_keys`.
        convictions: subject_id and county; each adds its county, whatever the kind of its step.
    """
    rows = keys.select("subject_id", F.col("court_county").alias("county"), F.lit(1).alias("held"))
    events = rows.unionByName(convictions.select("subject_id", "county", F.lit(0).alias("held")))
    by_county = events.groupBy("subject_id", "county").agg(F.sum("held").alias("held"))
    of_person = F.sum("held").over(Window.partitionBy("subject_id"))
    return by_county.withColumn("held", of_person).where("county IS NOT NULL")


def survey_rows(keys: DataFrame, *, people: DataFrame) -> Survey:
    """Counts files, counties and comments in one query.

    Args:
        keys: see `row_keys`.
        people: see `people_of_counties`.
    """
    files = keys.groupBy("extract", "source_file").agg(
        F.count("*").alias("rows"),
        cut_positions(F.col("position")),
        F.count("comment_text").alias("comments"),
    )
    counties = people.groupBy("county").agg(
        F.count("*").alias("people"), F.sum("held").alias("rows")
    )
    rows = collect_parts({"files": files, "counties": counties})
    return Survey(
        files=sorted(
            (
                SourceFile(row.extract, row.source_file, row.rows, tuple(sorted(set(row.cuts))))
                for row in rows["files"]
            ),
            key=lambda file: (file.extract or "", file.name or ""),
        ),
        counties={row.county: CountyRows(row.people, row.rows) for row in rows["counties"]},
        comments=sum(row.comments for row in rows["files"]),
    )
