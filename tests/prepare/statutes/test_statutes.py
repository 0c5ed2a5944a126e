"""Which lists a charge is on: by code book, section and subdivision, level and date.

The cases stand in `charge_lists.csv`: a charge text, the level and the day of its conviction, and
the lists that the count is on, with `?` where it is possible. All are classified in one job.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.platform.paths import rules_folder
from clearance.prepare.statutes.match import (
    MATCH_TYPE,
    classify,
    load_statutes,
    resolve_tags,
    rows_by_section,
)
from clearance.prepare.statutes.tag_table import index_in_table, tag_table, turns

CORPUS = Path(__file__).parents[1] / "charge_texts.csv"
CASES = Path(__file__).with_name("charge_lists.csv")

NEEDS = {
    "422 PC": [("serious", "felony"), ("wobbler", "")],
    # (a)(3) and (b) are felonies only, (a)(1) is not: the surest of what cannot be read stands, but
    # where it has other dates.
    "245 PC": [
        ("max_term_8y", "unreadable"),
        # (a)(1) before and since 2012.
        ("serious", "felony_unreadable"),
        ("serious", "felony_unreadable"),
        ("serious", "unreadable"),
        ("super_strike", "unreadable"),
        ("wobbler", "unreadable"),
    ],
    "288.2 PC": [("registrable_290c", "felony"), ("wobbler", "")],
    "647(B) PC": [("registrable_290c", "felony_unreadable")],
    "537 PC": [],
}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def given_texts() -> list[str]:
    texts = [row["text"] for row in (*rows_of(CORPUS), *rows_of(CASES))]
    return list(dict.fromkeys([*texts, *NEEDS]))


@pytest.fixture(scope="module")
def classified(spark: SparkSession) -> DataFrame:
    statutes = rows_by_section(load_statutes(rules_folder()))
    texts = spark.createDataFrame([(text,) for text in given_texts()], "text string").coalesce(1)
    return classify(texts, statutes=statutes)


@pytest.fixture(scope="module")
def found(spark: SparkSession, classified: DataFrame) -> list[Row]:
    """Every text of this file classified, with its cases and their tags, in one job."""
    asked = spark.createDataFrame(
        [(at, case["text"], case["level"], case["on"]) for at, case in enumerate(rows_of(CASES))],
        "at int, text string, level string, on string",
    )
    cases = asked.groupBy("text").agg(F.collect_list(F.struct("at", "level", "on")).alias("cases"))
    tagged = F.transform(
        "cases",
        lambda case: F.struct(
            case["at"].alias("at"),
            in_table(
                level=F.nullif(case["level"], F.lit("")),
                on=F.to_date(F.nullif(case["on"], F.lit(""))),
            ).alias("tags"),
        ),
    )
    tables = {"turns": turns(F.col("matches")), "tag_table": tag_table(F.col("matches"))}
    joined = classified.withColumns(tables).join(F.broadcast(cases), on="text", how="left")
    return joined.withColumn("cases", tagged).collect()


def in_table(*, level: Column, on: Column) -> Column:
    """The lists a count is on; none for no text."""
    found = F.get("tag_table", index_in_table(F.col("turns"), level=level, on=on))
    return F.coalesce(found, F.array().cast("array<string>"))


def written(tags: list[str]) -> str:
    return " ".join(tag.replace(":possible", "?") for tag in tags)


def test_a_count_is_on_exactly_the_lists_that_its_charge_level_and_date_put_it_on(
    found: list[Row],
) -> None:
    read = {case["at"]: written(case["tags"]) for row in found for case in row["cases"] or ()}
    cases = rows_of(CASES)
    assert sorted(read) == list(range(len(cases)))
    differing = [
        (case["text"], case["level"], case["on"], read[at], case["lists"])
        for at, case in enumerate(cases)
        if read[at] != case["lists"]
    ]
    assert differing == []


def test_no_case_stands_twice_and_each_says_what_it_shows() -> None:
    cases = [(case["text"], case["level"], case["on"]) for case in rows_of(CASES)]
    assert len(set(cases)) == len(cases)
    assert [case["text"] for case in rows_of(CASES) if not case["why"]] == []


def test_a_match_says_what_it_needs_once_a_list(found: list[Row]) -> None:
    read = {
        row["text"]: [(match["list"], match["needs"]) for match in row["matches"]] for row in found
    }
    assert {text: read[text] for text in NEEDS} == NEEDS


def test_no_text_gains_or_loses_a_row(classified: DataFrame, found: list[Row]) -> None:
    assert classified.columns == ["text", "charge", "matches"]
    assert classified.schema["matches"].dataType.simpleString() == f"array<{MATCH_TYPE}>"
    assert [row["text"] for row in found] == given_texts()


def test_no_text_is_moved_to_be_classified(classified: DataFrame) -> None:
    plan = classified._jdf.queryExecution().executedPlan().toString()
    assert "Exchange" not in plan
    assert "Join" not in plan
    assert "Python" not in plan


def test_lists_without_rows_leave_every_text_unmatched(spark: SparkSession) -> None:
    nothing = rows_by_section(load_statutes(rules_folder()).model_copy(update={"rows": ()}))
    texts = spark.createDataFrame([("187 PC",), ("X",)], "text string")
    rows = classify(texts, statutes=nothing).select("text", "matches").collect()
    assert [tuple(row) for row in rows] == [("187 PC", []), ("X", [])]


def test_tags_follow_level_and_date_on_both_sides(spark: SparkSession) -> None:
    start, end = date(2024, 1, 1), date(2024, 12, 31)
    plain, felony = [("a", "", None, None)], [("a", "felony", None, None)]
    unread, both = [("a", "unreadable", None, None)], [("a", "felony_unreadable", None, None)]
    dated = [("a", "", start, end)]
    many = [(f"l{year}", "", date(2000 + year, 1, 1), None) for year in range(8)]
    mixed = [("a", "unreadable", None, None), ("a", "", None, None), ("b", "felony", None, None)]
    day = date(2024, 6, 1)
    cases: list[tuple[object, str | None, date | None, list[str]]] = [
        (None, "F", day, []),
        ([], "F", day, []),
        (plain, None, day, ["a"]),
        (plain, "M", None, ["a"]),
        (felony, "F", day, ["a"]),
        (felony, "M", day, []),
        (felony, "I", day, []),
        (felony, None, day, ["a:possible"]),
        (unread, "M", day, ["a:possible"]),
        (both, "F", day, ["a:possible"]),
        (both, None, day, ["a:possible"]),
        (both, "M", day, []),
        (mixed, None, day, ["a", "b:possible"]),
        (dated, "F", date(2023, 12, 31), []),
        (dated, "F", start, ["a"]),
        (dated, "F", end, ["a"]),
        (dated, "F", date(2025, 1, 1), []),
        (dated, "F", None, ["a"]),
        # More days on which something begins than a table of answers is made for.
        (many, "F", date(2003, 6, 1), ["l0", "l1", "l2", "l3"]),
        (many, "F", date(1999, 12, 31), []),
    ]
    frame = spark.createDataFrame(
        [(at, *case[:3]) for at, case in enumerate(cases)],
        f"at int, matches array<{MATCH_TYPE}>, level string, on date",
    )
    level, on = F.col("level"), F.col("on")
    matches = F.col("matches")
    tables = {"turns": turns(matches), "tag_table": tag_table(matches)}
    read = (
        frame.withColumns(tables)
        .select("at", resolve_tags(matches, level=level, on=on), in_table(level=level, on=on))
        .collect()
    )
    said = [(at, case[3], case[3]) for at, case in enumerate(cases)]
    assert [(row[0], row[1], row[2]) for row in read] == said
