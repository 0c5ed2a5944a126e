"""Texts made to make pattern matching run away: read like any other, in one job over all of them.

A pattern that backtracks without end would hang here, one that repeats by calls within calls would
overflow the JVM's stack and end the job.
"""

from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.ingest import shape
from clearance.ingest.quarantine import reason_code
from clearance.platform.paths import rules_folder
from clearance.prepare.citation.grammar import LONGEST, leaves_target, names_comment, parse_charge
from clearance.prepare.record.fields import upper_cased, whole_date
from clearance.prepare.record.rules import load_record_rules
from clearance.publish.counties import LONGEST_FOLDER, packet_folders
from clearance.publish.packets.comments import (
    charges_in_comments,
    comments_with_other_sections,
    load_comment_rules,
)
from clearance.publish.packets.row_keys import row_keys
from tests.support.rows import frames, source_rows

LENGTH = 150_000


def long(text: str) -> str:
    return (text * (LENGTH // len(text) + 1))[:LENGTH]


TEXTS = {
    "11358/": long("11358/"),
    "brackets": "11357" + long("(A)"),
    "spaced brackets": long("11357 ( A ) "),
    "blanks": "11357" + long(" ") + "x",
    "book first": long("HS 11358/"),
    "lead words": long("CHRG "),
    "marks": long("664 PC-"),
    "conspiracy": "182 PC-" + long("11358(A)(1) HS "),
    "attempts": "664/11358 HS " + long("-ATTEMPT"),
    "romans": "11357" + long("(XVII"),
    "romans or letters": "11357" + long("(IV)") + "Z HS",
    "letters in brackets": "11357" + "(IV)" * 70 + "(",
    "levels": "11357" + long("(A)(1)/"),
    "joined": "11357" + long("/11358(A) PC"),
    "listed": long("11358 HS, 11359, "),
    "listed without a book": "11358 HS-X; " + long("11359(II)(A), "),
    "counts": long("CT 1: "),
    "announced": "11358 HS-" + long("CHRG 459 PC-DISM "),
    "books": long("H & S "),
    "book points": long("P.C."),
    "book in front": long("HS HS 11358 "),
    "thousands": long("11,357"),
    "marks apart": long("664 "),
    "units": "11358" + long(" 1.1"),
    "streets": "11358 " + long(" S"),
    "digits": long("1"),
    "points": long("1."),
    "separators": long(" :;,.*#-"),
    "quotes": long('"'),
    "odd quotes": long('""') + '"',
    "quoted blanks": long(',"  " '),
    "commas": long(", "),
    "blank end": "," + long(" ") + "x",
    "comments": long("COMMENT"),
    "controls": long("\x01\t"),
    "accents": long("Ñ\u2028"),
}


@pytest.fixture(scope="module")
def texts(spark: SparkSession) -> DataFrame:
    rows = list(TEXTS.items())
    return spark.createDataFrame(rows, "name string, text string")


def test_every_pattern_that_reads_a_record_comes_to_its_end(texts: DataFrame) -> None:
    text = F.col("text")
    read = texts.withColumns({"subject_id": text, "count_order": text}).select(
        "name",
        parse_charge(text).alias("charge"),
        names_comment(text).alias("comment"),
        leaves_target(text).alias("leaves_target"),
        shape.count_fields(text).alias("fields"),
        shape.has_blank_end(text).alias("blank_end"),
        F.length(shape.without_blank_end(text)).alias("without"),
        shape.names_columns(text).alias("header"),
        F.length(upper_cased(text)).alias("shouted"),
        whole_date(text).alias("date"),
    )
    rows = {row.name: row for row in read.collect()}
    # Cut off within a citation, it cannot be read to its end.
    assert not rows["11358/"].charge.parsed
    assert rows["brackets"].charge.section == "11357"
    assert rows["commas"].fields == TEXTS["commas"].count(",") + 1
    assert not any(row.header or row.date for row in rows.values())


def test_a_row_with_the_longest_of_texts_ends_no_later_step(spark: SparkSession) -> None:
    given = [
        {"subject_id": str(at), "offense_descr": text, "comment_text": text, "disp_descr": text}
        for at, text in enumerate(TEXTS.values())
    ]
    rows = source_rows(spark, *given)
    history, charges, _ = frames(rows)
    assert history.count() == len(given)
    assert {row.subject_id for row in charges.select("subject_id").collect()} == {
        str(at) for at in range(len(given))
    }
    comment_rules = load_comment_rules(rules_folder())
    keys = row_keys(rows, comment_rules=comment_rules, rules=load_record_rules(rules_folder()))
    read = charges_in_comments(charges, comment_rules=comment_rules)
    shown = comments_with_other_sections(
        keys, in_comments=read, comment_rules=comment_rules, at_most=len(given)
    ).collect()
    assert {row.position for row in shown} <= set(range(len(given)))


def test_a_charge_is_read_up_to_its_longest_and_not_beyond(spark: SparkSession) -> None:
    pad = "x" * (LONGEST - len("182 PC-") - len(" 11358 HS"))
    rows = [("182 PC-" + pad + " 11358 HS",), ("182 PC-" + pad + "xxxxxx 11358 HS",)]
    parsed = spark.createDataFrame(rows, "text string").select(
        F.size(parse_charge(F.col("text"))["parts"]).alias("parts")
    )
    assert [row.parts for row in parsed.collect()] == [2, 1]


def test_a_key_of_twelve_digits_and_a_line_separator_is_no_key(spark: SparkSession) -> None:
    keys = ["101001001000", "101001001000\u2028", "101001001000\u0085"]
    rows = spark.createDataFrame([(key,) for key in keys], "count_order string")
    columns = {name: F.lit("") for name in source_rows(spark).columns if name != "count_order"}
    full = rows.withColumns({**columns, "subject_id": F.lit("1")})
    codes = full.select(reason_code(F.lit(","), width=F.lit(2)).alias("code")).collect()
    assert [row.code for row in codes] == [None, "BAD_COUNT_ORDER", "BAD_COUNT_ORDER"]


def test_a_county_as_long_as_a_page_gets_a_folder_that_a_disk_can_hold() -> None:
    made = packet_folders(["A" * 500, "A" * 501, "YOLO"], known=["YOLO"])
    assert len(set(made.values())) == 3
    assert max(map(len, made.values())) <= LONGEST_FOLDER + len("-2")
    assert made["YOLO"] == "yolo"
