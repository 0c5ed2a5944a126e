"""Two sets of determinations compared: what counts as a change, and whom it touches."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from clearance.diff.compare import BY_CHANGE, BY_PACK, WHOLE, changes, figures
from tests.support.literal_tables import determination, frame

DAY, NEXT = date(2026, 11, 1), date(2026, 11, 2)


def given(unit_id: str, **more: Any) -> dict[str, Any]:
    """A unit that is dismissed, but for what is said otherwise."""
    row = determination(unit_id, "FRESNO", "quiet", "ELIGIBLE", "dismiss", "NO_RECENT")
    return row | {"eligible_on": DAY} | more


REFUSED = {
    "outcome": "NOT_ELIGIBLE",
    "relief": None,
    "reason": "EXCLUDED",
    "rule": "listed",
    "eligible_on": None,
}

# A unit each: as it was, as it is, and whether that is a change.
CASES: dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None, bool]] = {
    "the same": ({}, {}, False),
    "nulls on both sides are the same": (REFUSED, REFUSED, False),
    "another outcome": ({}, REFUSED, True),
    "another relief": ({}, {"relief": "redesignate_misdemeanor"}, True),
    "another reason": ({}, {"reason": "ANOTHER"}, True),
    "another rule": ({}, {"rule": "loud"}, True),
    "a null becomes a value": ({"rule": None}, {}, True),
    "a value becomes a null": ({}, {"rule": None}, True),
    "a day later": ({}, {"eligible_on": NEXT}, True),
    "a day where there was none": ({"eligible_on": None}, {}, True),
    "only before": ({}, None, True),
    "only after": (None, {}, True),
    "another sweep, version, cite, evidence and pack's hash": (
        {},
        {
            "sweep_id": "s2",
            "pack_version": "2020-01-01",
            "cite": "elsewhere",
            "facts_true": 3,
            "pack_fingerprint": "f2",
            "as_of": NEXT,
        },
        False,
    ),
    "another county is no other answer": ({}, {"county": "KERN"}, False),
    "an arrest and a conviction of one name": ({"unit": "arrest"}, {"unit": "conviction"}, True),
}


@pytest.fixture(scope="module")
def found(spark: SparkSession) -> dict[str, list[Row]]:
    sides: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for number, (old, new, _) in enumerate(CASES.values()):
        for side, more in zip(sides, (old, new), strict=True):
            if more is not None:
                side.append(given(f"{number}-1", **more))
    before, after = (frame(spark, "determinations", side) for side in sides)
    rows = changes(before, after).collect()
    return {
        name: [row for row in rows if row["subject_id"] == str(number)]
        for number, name in enumerate(CASES)
    }


@pytest.mark.parametrize("name", CASES)
def test_an_answer_that_differs_is_a_change_and_nothing_else_is(
    name: str, found: dict[str, list[Row]]
) -> None:
    assert bool(found[name]) == CASES[name][2]


def test_a_change_shows_both_answers(found: dict[str, list[Row]]) -> None:
    (row,) = found["another outcome"]
    assert (row["unit_id"], row["county"], row["pack"]) == (
        row["subject_id"] + "-1",
        "FRESNO",
        row["pack"],
    )
    assert [row[f"{name}_before"] for name in ("outcome", "relief", "rule", "eligible_on")] == [
        *("ELIGIBLE", "dismiss", "quiet", DAY)
    ]
    assert [row[f"{name}_after"] for name in REFUSED] == list(REFUSED.values())


def test_a_row_of_one_side_has_no_answer_on_the_other(found: dict[str, list[Row]]) -> None:
    (gone,), (come,) = found["only before"], found["only after"]
    assert (gone["outcome_before"], gone["outcome_after"], gone["county"]) == (
        *("ELIGIBLE", None, "FRESNO"),
    )
    assert (come["outcome_before"], come["outcome_after"], come["county"]) == (
        *(None, "ELIGIBLE", "FRESNO"),
    )
    assert len(found["an arrest and a conviction of one name"]) == 2


def test_figures_count_a_person_once_in_each_row(spark: SparkSession) -> None:
    # 1 has two convictions that change in the same way and an arrest under another pack; 2 has one
    # that changes otherwise, 3 one that changes as those of 1; 4 has the same answer.
    units = [given(name) for name in ("1-1", "1-2", "2-1", "3-1", "4-1")]
    arrest = given("1-3", unit="arrest", pack="arrests")
    before = frame(spark, "determinations", [*units, arrest])
    after = frame(
        spark,
        "determinations",
        [
            *(unit | REFUSED for unit in (units[0], units[1], units[3])),
            units[2] | {"reason": "ANOTHER"},
            units[4],
        ],
    )
    counted = figures(changes(before, after), by=("county",)).collect()
    assert sorted(
        (row["level"], row["pack"], row["county"], row["reason_after"], row["units"], row["people"])
        for row in counted
        if row["level"] == BY_CHANGE
    ) == [
        (BY_CHANGE, "arrests", "FRESNO", None, 1, 1),
        (BY_CHANGE, "county_pilot", "FRESNO", "ANOTHER", 1, 1),
        (BY_CHANGE, "county_pilot", "FRESNO", "EXCLUDED", 3, 2),
    ]
    packs = {
        row["pack"]: (row["units"], row["people"]) for row in counted if row["level"] == BY_PACK
    }
    assert packs == {"arrests": (1, 1), "county_pilot": (4, 3)}
    (whole,) = (row for row in counted if row["level"] == WHOLE)
    assert (whole["pack"], whole["units"], whole["people"]) == (None, 5, 3)
