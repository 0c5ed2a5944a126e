"""What relief changes in people's records: who is counted, and on which side of seven years."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.publish.figures.impact import count_impact
from clearance.publish.figures.summary import IMPACT
from tests.support.literal_tables import charge, determination, frame

AS_OF = date(2026, 11, 1)
LEAP = date(2027, 2, 28)
KEPT = "kept"

# Each case is a person, all convicted in one county of their own so that each is a row: the
# convictions as (relief or KEPT, date, more), then felony, conviction, recent conviction all gone.
OLD, NEW = date(2001, 1, 1), date(2025, 1, 1)
CASES: dict[str, tuple[list[tuple[str, date | None, dict[str, Any]]], tuple[int, int, int]]] = {
    "a dismissed felony leaves nothing": ([("dismiss", NEW, {})], (1, 1, 1)),
    "a law's relief of a conviction takes it away": (
        [("grant_conviction_relief", NEW, {})],
        (1, 1, 1),
    ),
    "sealing is a dismissal": ([("dismiss_and_seal", NEW, {})], (1, 1, 1)),
    "a redesignated felony stays a conviction": (
        [("redesignate_misdemeanor", NEW, {})],
        (1, 0, 0),
    ),
    "resentencing takes nothing away": ([("resentence", NEW, {})], (0, 0, 0)),
    "a dismissed misdemeanor was no felony": ([("dismiss", NEW, {"level": "M"})], (0, 1, 1)),
    "a felony that is kept stays": ([("dismiss", NEW, {}), (KEPT, OLD, {})], (0, 0, 1)),
    "a misdemeanor that is kept stays": (
        [("dismiss", NEW, {}), (KEPT, NEW, {"level": "M"})],
        (1, 0, 0),
    ),
    "a conviction that was set aside is on record all the same": (
        [("dismiss", NEW, {}), (KEPT, NEW, {"set_aside": True, "status": "set_aside"})],
        (0, 0, 0),
    ),
    "one of another county is kept": (
        [("dismiss", NEW, {}), (KEPT, NEW, {"county": "ELSEWHERE"})],
        (0, 0, 0),
    ),
    "one of unknown level may be a felony": (
        [("dismiss", NEW, {}), (KEPT, OLD, {"level": None})],
        (0, 0, 1),
    ),
    "one without a date may be recent": ([("dismiss", NEW, {}), (KEPT, None, {})], (0, 0, 0)),
    "seven years less a day is recent": ([("dismiss", date(2019, 11, 2), {})], (1, 1, 1)),
    "seven years to the day is not": ([("dismiss", date(2019, 11, 1), {})], (1, 1, 0)),
    "a recent one that is kept": (
        [("dismiss", NEW, {}), (KEPT, date(2019, 11, 2), {})],
        (0, 0, 0),
    ),
    "one of seven years ago that is kept": (
        [("dismiss", NEW, {}), (KEPT, date(2019, 11, 1), {})],
        (0, 0, 1),
    ),
    "one dated after as-of is a conviction, too": (
        [("dismiss", NEW, {}), (KEPT, date(2026, 11, 2), {})],
        (0, 0, 0),
    ),
    "29 February": ([("dismiss", date(2020, 2, 29), {})], (1, 1, 1)),
    "1 March": ([("dismiss", date(2020, 3, 1), {})], (1, 1, 1)),
}


@pytest.fixture(scope="module")
def found(spark: SparkSession) -> dict[tuple[str, date], tuple[int, ...]]:
    """By case and as-of: people with some relief, then the three counts."""
    charges, decisions = [], []
    for name, (convictions, _) in CASES.items():
        for number, (relief, on, more) in enumerate(convictions):
            count = f"10{number}001001000"
            charges.append({**charge(name, count, name, "11358", conviction_date=on), **more})
            if relief != KEPT:
                decisions.append(
                    determination(f"{name}-{count}", name, "r", "ELIGIBLE", relief, "R")
                )
    for outcome in ("NOT_YET", "REVIEW", "NOT_ELIGIBLE"):
        decisions.append(determination(f"P-{outcome}", "P", "r", outcome, "dismiss", "R"))
        charges.append(charge("P", outcome, "P", "11358"))
    decided = frame(spark, "determinations", decisions)
    record = frame(spark, "charges", charges)
    return {
        (row.county, day): tuple(row[name] for name in IMPACT)
        for day in (AS_OF, LEAP)
        for row in count_impact(decided, charges=record, as_of=day).collect()
    }


@pytest.mark.parametrize("name", CASES)
def test_a_person_is_left_without(
    name: str, found: dict[tuple[str, date], tuple[int, ...]]
) -> None:
    assert found[name, AS_OF] == (1, *CASES[name][1])


def test_the_seventh_anniversary_of_29_february_is_the_28th(
    found: dict[tuple[str, date], tuple[int, ...]],
) -> None:
    assert found["29 February", LEAP] == (1, 1, 1, 0)
    assert found["1 March", LEAP] == (1, 1, 1, 1)


def test_only_relief_that_is_due_today_counts(
    found: dict[tuple[str, date], tuple[int, ...]],
) -> None:
    assert ("P", AS_OF) not in found
