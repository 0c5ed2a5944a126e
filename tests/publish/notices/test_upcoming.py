"""The prosecutors' look-ahead: who stands in it, and until when a petition can be filed."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from clearance.errors import RulebookInvalid
from clearance.prepare.record.rules import load_record_rules
from clearance.publish.files import open_workspace
from clearance.publish.notices.county_lists import move_lists
from clearance.publish.notices.to_prosecutors import (
    COLUMNS,
    find_upcoming,
    load_look_ahead,
    write_upcoming,
)
from clearance.publish.packets.comments import load_comment_rules
from clearance.publish.packets.counts import steps_with_case_number
from clearance.publish.packets.row_keys import row_keys
from clearance.schemas import CHARGES, DETERMINATIONS
from tests.support.rows import RULES, source_rows

# 90 days before 2026-05-30.
AS_OF, DUE = date(2026, 3, 1), date(2026, 5, 30)
UNIT: dict[str, Any] = {
    "unit": "conviction",
    "county": "YOLO",
    "pack": "pc1203_425",
    "kind": "law",
    "outcome": "NOT_YET",
    "eligible_on": DUE,
}
# By subject: what differs from the unit above, and what the file says: deadline and too_late.
CASES: dict[str, tuple[dict[str, Any], tuple[str, str] | None]] = {
    "1 last day to file is today": ({}, ("2026-03-01", "no")),
    "2 last day was yesterday": ({"eligible_on": date(2026, 5, 29)}, ("2026-02-28", "yes")),
    "3 a year from today": ({"eligible_on": date(2027, 3, 1)}, ("2026-12-01", "no")),
    "4 a year and a day": ({"eligible_on": date(2027, 3, 2)}, None),
    "5 eligible already": ({"outcome": "ELIGIBLE"}, None),
    "6 a policy": ({"kind": "policy", "pack": "los_angeles"}, None),
    "7 an arrest": ({"unit": "arrest", "pack": "pc851_93"}, None),
    "8 never": ({"outcome": "NOT_ELIGIBLE", "eligible_on": None}, None),
}


@pytest.fixture(scope="module")
def coming(spark: SparkSession) -> DataFrame:
    units = [
        {**UNIT, **differs, "subject_id": case, "unit_id": f"{case}-101001001000"}
        for case, (differs, _) in CASES.items()
    ]
    decided = [tuple(unit.get(name) for name in DETERMINATIONS.columns) for unit in units]
    counts = [
        {
            "subject_id": unit["subject_id"],
            "unit_id": unit["unit_id"],
            "count_order": "101001001000",
            "code_book": "PC",
            "section": "484",
            "subdivisions": ["A"],
        }
        for unit in units
    ]
    charges = [tuple(count.get(name) for name in CHARGES.columns) for count in counts]
    return find_upcoming(
        spark.createDataFrame(decided, DETERMINATIONS.ddl),
        charges=spark.createDataFrame(charges, CHARGES.ddl),
        numbered=steps_with_case_number(
            row_keys(
                source_rows(spark, *[{"subject_id": case, "ofn": "CR-7"} for case in CASES]),
                comment_rules=load_comment_rules(RULES),
                rules=load_record_rules(RULES),
            )
        ),
        as_of=AS_OF,
        look_ahead=load_look_ahead(RULES),
    ).persist()


def test_convictions_that_a_law_makes_eligible_within_twelve_months_are_listed(
    coming: DataFrame,
) -> None:
    found = {
        row["subject_id"]: (row["petition_deadline"].isoformat(), row["too_late"])
        for row in coming.collect()
    }
    assert found == {case: said for case, (_, said) in CASES.items() if said is not None}


def test_a_longer_horizon_shows_more(spark: SparkSession) -> None:
    assert load_look_ahead(RULES).horizon_months == 12
    assert load_look_ahead(RULES, horizon_months=24).horizon_months == 24


def test_each_county_has_a_file_in_order_and_an_earlier_one_is_replaced(
    coming: DataFrame, tmp_path: Path
) -> None:
    names = {"YOLO": "yolo", "INYO": "inyo"}
    stale = tmp_path / "prosecutor" / "inyo" / "upcoming.csv"
    stale.parent.mkdir(parents=True)
    stale.write_text("an earlier month's\n")
    with open_workspace(tmp_path) as workspace:
        move_lists(write_upcoming(coming, workspace=workspace, names=names, expected=3))
    assert stale.read_text() == ",".join(COLUMNS) + "\n"
    with (tmp_path / "prosecutor" / "yolo" / "upcoming.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["subject_id"][0] for line in lines] == ["2", "1", "3"]
    assert (lines[0]["case_number"], lines[0]["charge"]) == ("CR-7", "484(A) PC")
    assert lines[0]["eligible_on"] == "2026-05-29"


def test_rules_that_do_not_say_how_far_to_look_are_refused(tmp_path: Path) -> None:
    (tmp_path / "packets.yaml").write_text("upcoming: {horizon_months: 12}\n")
    with pytest.raises(RulebookInvalid, match="petition_days"):
        load_look_ahead(tmp_path)
