"""What the appended columns of a packet say, case by case."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from clearance.errors import RulebookInvalid
from clearance.ingest.layout import FIELDS
from clearance.ingest.record import parsed
from clearance.platform.paths import rules_folder
from clearance.prepare.record.rules import load_record_rules
from clearance.publish.column_order import CONDENSED, csv_fields, format_charge, years_since
from clearance.publish.packets.comments import (
    charges_in_comments,
    comments_with_other_sections,
    load_comment_rules,
)
from clearance.publish.packets.counts import case_numbers_by_step, steps_with_case_number
from clearance.publish.packets.lines import condensed_line, without_blank_96th
from clearance.publish.packets.row_keys import court_case_number, row_keys
from clearance.rulebook.english.office_words import (
    PackWords,
    format_reason,
    load_reason_texts,
    office_word,
    read_pack_words,
)
from tests.support.literal_tables import AS_OF, record
from tests.support.rows import frames, source_rows

RECORD = load_record_rules(rules_folder())

# charge text, comment, whether the comment names another section
COMMENTS = [
    ("11358 HS-CULTIVATE", "11359 - SHOULD BE CHARGED", True),
    ("11358 HS-CULTIVATE", "ALSO 11359(A) HS", True),
    ("11358 HS-CULTIVATE", "11359HS", True),
    ("11358 HS-CULTIVATE", "11358 HS AMENDED", False),
    ("11359 HS", "11358/11359 HS", True),
    ("664/11359 HS", "11359 HS", False),
    ("459 PC", "11360(A) HS", True),
    # The charge is read from the comment: what it names besides is another.
    ("  -  ", "CHRG 11358 HS-CULTIVATE", False),
    (None, "11357(A)", False),
    ("SEE COMMENT FOR CHARGE", "11357(A)", False),
    ("SEE COMMENT FOR CHARGE", ":CHRG 11357(A) HS-CONC CANNABIS", False),
    ("SEE COMMENT FOR CHARGE", "664/11359 HS", False),
    ("SEE COMMENT FOR CHARGE", "CHRG 11358 HS-CULTIVATE, ALSO 11359 HS", True),
    ("SEE COMMENT FOR CHARGE", "CHRG 11357(A) HS-CONC, ALSO 11357(C)", True),
    ("SEE COMMENT FOR CHARGE", "CHRG 459 PC-BURGLARY, ALSO 11359 HS", True),
    ("SEE COMMENT FOR CHARGE", "SEN-X3 YR PROB; CNT 01 UNREAD 11358 HS", True),
    ("11360(A) HS", "11360(B) HS", False),
    ("11357(A) HS", "11357(B) HS", False),
    ("11357(A) HS", "11357(C) HS", True),
    ("11357(D) HS", "11357 (B)", True),
    ("11357(C)HS", "11357(D)", False),
    ("11357(B)(2) HS", "11357B1 HS", False),
    ("11357B2 HS", "11357C HS", True),
    ("11357 HS", "11357(B) HS", True),
    ("11357 HS", "11357 HS", False),
    ("11357(B) HS", "11357 HS", False),
    ("11358 HS", "11357.5 HS SPICE", False),
    ("11358 HS", "CASE 111359", False),
    ("11358 HS", "CASE 113591", False),
    ("11358 HS", "11359 PC", False),
    ("11358 HS", "11359(A) VC", False),
    ("11358 HS", "11359 POSSESSION FOR SALE", True),
    ("11358 HS", "THIS IS A COMMENT", False),
    ("11358 HS", "11360 hs, lower case", True),
]

# date, years as the packet shows them
YEARS = [
    (date(2016, 11, 1), "10.0"),
    (date(2016, 11, 2), "10.0"),
    (date(2016, 11, 19), "10.0"),
    (date(2016, 11, 20), "9.9"),
    (date(2026, 11, 1), "0.0"),
    (date(2026, 10, 14), "0.0"),
    (date(2026, 10, 13), "0.1"),
    (date(2025, 11, 1), "1.0"),
    (date(2025, 11, 2), "1.0"),
    (date(2004, 2, 29), "22.7"),
    (date(2026, 11, 2), "0.0"),
    (None, "-1.0"),
]


@pytest.fixture(scope="module")
def values(spark: SparkSession) -> dict[str, list]:
    """Every case of this file's Spark tests, in a few jobs."""
    given = [
        {"subject_id": f"{at}", "offense_descr": charge, "comment_text": comment}
        for at, (charge, comment, _) in enumerate(COMMENTS)
    ]
    comment_rules, rows = load_comment_rules(rules_folder()), source_rows(spark, *given)
    _, charges, _ = frames(rows)
    shown = comments_with_other_sections(
        row_keys(rows, comment_rules=comment_rules, rules=RECORD),
        in_comments=charges_in_comments(charges, comment_rules=comment_rules),
        comment_rules=comment_rules,
        at_most=len(given),
    ).collect()
    years = spark.createDataFrame([(day,) for day, _ in YEARS], "day date").select(
        years_since(F.col("day"), as_of=AS_OF)
    )
    return {
        "comments": sorted(row.position for row in shown),
        "texts": [row.possible for row in sorted(shown, key=lambda row: row.position)],
        "years": [row[0] for row in years.collect()],
    }


def test_a_comment_shows_when_it_names_a_section_that_the_charge_does_not(
    values: dict[str, list],
) -> None:
    wrong = [
        (charge, comment)
        for i, (charge, comment, shown) in enumerate(COMMENTS)
        if shown != (i in values["comments"])
    ]
    assert wrong == []
    assert values["texts"][0] == "11359 - SHOULD BE CHARGED"


def test_years_are_calendar_years_with_one_decimal_by_the_day(values: dict[str, list]) -> None:
    assert values["years"] == [text for _, text in YEARS]


def test_fields_are_picked_and_trimmed_as_received(spark: SparkSession) -> None:
    full = {field: f"{i}" for i, field in enumerate(FIELDS)}
    full |= {"PRI_NAME": 'O"NEIL, PAT', "COMMENT_TEXT": "A, B", "RECORD_ID": ""}
    line = record(full)
    blank_end = record({**full, "END_OF_REC": ""})
    inside = blank_end.replace(",90,", ',6" KNIFE,')
    lines = [
        (line, line),
        (line + ",", line),
        (line + ",  ", line),
        (blank_end, blank_end),
        (blank_end + ",", blank_end),
        (inside + ",", inside),
        (line.replace("0,1,", "0,,"), line.replace("0,1,", "0,,")),
    ]
    rows = spark.createDataFrame([(given,) for given, _ in lines], "line string")
    read = parsed(F.col("line"))
    made = rows.select(
        without_blank_96th(F.col("line"), fields=read), condensed_line(read)
    ).collect()
    assert [row[0] for row in made] == [wanted for _, wanted in lines]
    for row, (_, whole) in zip(made, lines, strict=True):
        whole_fields = dict(zip(FIELDS, next(csv.reader([whole])), strict=True))
        assert next(csv.reader([row[1]])) == [whole_fields[field] for field in CONDENSED]
    assert '"O""NEIL, PAT"' in made[0][1]


def test_appended_values_are_quoted_by_rfc_4180(spark: SparkSession) -> None:
    given = ["plain", "a,b", 'say "x"', "two\nlines", None, "#1", " padded ", "a\\b"]
    rows = spark.createDataFrame([(text,) for text in given], "text string")
    written = csv_fields(F.col("text"), F.col("text"))
    assert [row[0] for row in rows.select(written).collect()] == [
        f"{field},{field}"
        for field in (
            *("plain", '"a,b"', '"say ""x"""', '"two\nlines"', ""),
            *("#1", " padded ", "a\\b"),
        )
    ]


def test_a_case_number_is_what_court_rows_of_the_step_say_once_in_record_order(
    spark: SparkSession,
) -> None:
    court, jail = "COURT ACTION", "CUSTODY:JAIL"
    rows = [
        ("P", "101002003000", court, "C"),
        ("P", "101002001000", court, " B "),
        ("P", "101002001000", court, "B"),
        ("P", "101002002000", court, "A"),
        ("P", "101002002000", court, "B"),
        ("P", "101002001000", court, " NULL "),
        ("P", "101002001000", court, "-"),
        ("P", "101002001000", jail, "J"),
        ("P", "101003001000", court, "OTHER STEP"),
        ("Q", "101002001000", court, "OTHER PERSON"),
    ]
    table = spark.createDataFrame(
        rows, "subject_id string, count_order string, stp_type_descr string, ofn string"
    )
    numbered = steps_with_case_number(
        table.withColumn("case_number", court_case_number(rules=RECORD))
    )
    decided = spark.createDataFrame(
        [("P", "101002001000"), ("P", "101002002000"), ("Q", "101002001000")],
        "subject_id string, count_order string",
    )
    made = case_numbers_by_step(numbered, decided=decided, at_most=3).collect()
    assert {(row.subject_id, row.step): row.case_number for row in made} == {
        ("P", "101002"): "B; A; C",
        ("Q", "101002"): "OTHER PERSON",
    }


def test_a_charge_is_written_as_offices_write_it(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [("PC", "647", ["F"]), ("HS", "11357", []), ("PC", "667", ["E", "2"]), (None, "459", [])],
        "book string, section string, path array<string>",
    )
    shown = rows.select(format_charge(F.col("book"), F.col("section"), F.col("path"))).collect()
    assert [row[0] for row in shown] == ["647(F) PC", "11357 HS", "667(E)(2) PC", "459"]


@pytest.mark.parametrize(
    ("outcome", "relief", "label", "word"),
    [
        ("ELIGIBLE", "dismiss", None, "Eligible for Dismissal"),
        ("ELIGIBLE", "dismiss_and_seal", None, "Eligible for Dismissal"),
        ("ELIGIBLE", "redesignate_misdemeanor", None, "Eligible for Reduction"),
        ("ELIGIBLE", "redesignate_infraction", "a label", "Eligible for Reduction"),
        ("ELIGIBLE", "resentence", None, "Eligible for Resentencing"),
        ("NOT_ELIGIBLE", None, None, "Not eligible"),
        ("NOT_YET", "dismiss", None, "Not eligible"),
        ("REVIEW", None, None, "Hand Review"),
        ("REVIEW", None, "Maybe Eligible - Flag for Review", "Maybe Eligible - Flag for Review"),
    ],
)
def test_outcomes_map_to_the_offices_words(
    outcome: str, relief: str | None, label: str | None, word: str
) -> None:
    assert office_word(outcome, relief, label) == word


def test_a_pack_gives_labels_params_and_facts() -> None:
    text = """
    title: T
    params: {years: {value: 10, cite: c}, sections: {value: [a, b], cite: c}}
    facts: {old: age is at least years}
    flow: [{rule: r, label: L}, {rule: s}]
    unknown: {counts_as: not_holding}
    otherwise: {label: O}
    """
    words = read_pack_words(pack="p", version="v", text=text, facts=["old"])
    assert words == PackWords(
        *("p", "v", "T"),
        facts=("old",),
        questions={"old": "age is at least years"},
        labels={"r": "L", "otherwise": "O"},
        params={"years": "10", "sections": "a, b"},
    )


def test_a_reason_text_takes_the_packs_values_and_an_unknown_code_stands_for_itself() -> None:
    texts = {"QUIET": "No convictions in past {years} years, {charge}"}
    assert (
        format_reason("QUIET", texts, {"years": "5"}) == "No convictions in past 5 years, {charge}"
    )
    assert format_reason("OTHER", texts, {}) == "OTHER"


def test_broken_reason_and_packet_files_are_refused(tmp_path: Path) -> None:
    assert load_reason_texts(tmp_path) == {}
    (tmp_path / "reasons.yaml").write_text("A: {text: x}")
    with pytest.raises(RulebookInvalid, match=r"reasons\.yaml"):
        load_reason_texts(tmp_path)
    with pytest.raises(RulebookInvalid, match=r"packets\.yaml"):
        load_comment_rules(tmp_path)
