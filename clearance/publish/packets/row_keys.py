"""The one narrow pass over `source_rows`: whose packet a row belongs to, and where it stands.

What publish asks of the record apart from the records themselves is kept in memory, a few short
columns a row: people, places, case numbers, comments worth a look.
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
    """What a county's packet must hold: how many people, and how many rows of theirs."""

    people: int
    rows: int


@dataclass(frozen=True)
class Survey:
    """What the narrow pass found.

    Attributes:
        files: the research files, in input order.
        counties: by county that has people.
        comments: rows whose comment may name a section.
    """

    files: list[SourceFile]
    counties: Mapping[str, CountyRows]
    comments: int


def is_court_step(*, rules: RecordRules) -> Column:
    """Whether a `source_rows` row is a court's step.

    Args:
        rules: how the record is read.
    """
    return step_kind(F.col("stp_type_descr"), rules=rules) == COURT


def court_case_number(*, rules: RecordRules) -> Column:
    """The case number of a `source_rows` row; null where its step is no court's.

    Args:
        rules: how the record is read.
    """
    return F.when(is_court_step(rules=rules), present(F.col("ofn"))).alias("case_number")


def row_keys(rows: DataFrame, *, notable: CommentRules, rules: RecordRules) -> DataFrame:
    """A row is a source row: its person and count, its place, and what publish must know of it.

    `court_county` and `case_number` are null where the step is no court's; `comment_text` and
    `charge` where the comment names no number of a section.

    Args:
        rows: `source_rows`.
        notable: what in a comment is worth a look.
        rules: how the record is read.
    """
    name, agency = F.col("stp_ori_cnty_name"), F.col("stp_ori_code")
    candidate = may_name_a_section(F.col("comment_text"), notable)
    return rows.select(
        *("subject_id", "count_order", *SOURCE),
        F.when(is_court_step(rules=rules), county(name, agency, rules=rules)).alias("court_county"),
        court_case_number(rules=rules),
        F.when(candidate, F.col("comment_text")).alias("comment_text"),
        F.when(candidate, charge_text_of_row()).alias("charge"),
    )


def people_of_counties(keys: DataFrame, *, convictions: DataFrame) -> DataFrame:
    """A row is a person who has a count in a county's courts, once: subject_id, county, held.

    `held` are the person's rows, of every county, which stand in the packet.

    Args:
        keys: see `row_keys`.
        convictions: subject_id and county; one counts whatever kind of step it stands on.
    """
    rows = keys.select("subject_id", F.col("court_county").alias("county"), F.lit(1).alias("held"))
    events = rows.unionByName(convictions.select("subject_id", "county", F.lit(0).alias("held")))
    by_county = events.groupBy("subject_id", "county").agg(F.sum("held").alias("held"))
    whole = F.sum("held").over(Window.partitionBy("subject_id"))
    return by_county.withColumn("held", whole).where("county IS NOT NULL")


def survey_rows(keys: DataFrame, *, people: DataFrame) -> Survey:
    """Files and counties of the store, from one query.

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
    found = collect_parts({"files": files, "counties": counties})
    return Survey(
        files=sorted(
            (
                SourceFile(row.extract, row.source_file, row.rows, tuple(sorted(set(row.cuts))))
                for row in found["files"]
            ),
            key=lambda file: (file.extract or "", file.name or ""),
        ),
        counties={row.county: CountyRows(row.people, row.rows) for row in found["counties"]},
        comments=sum(row.comments for row in found["files"]),
    )
