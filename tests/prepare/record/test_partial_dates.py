"""Where the record gives only the month or the year of a conviction, its last day bounds the rest.

What is said of it is what the record with the day would say, whichever day of the month it was.
"""

from __future__ import annotations

import datetime
from datetime import timedelta
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.platform.paths import rules_folder
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.oracle import Determination, decide
from tests.support.rows import Prepared, prepared, source_rows

DAY = datetime.date
THEFT = {"offense_descr": "484 PC-THEFT", "offense_toc": "M"}
FELONY = {"offense_descr": "470 PC-FORGERY", "offense_toc": "F"}
NEXT = "102001001000"
Rows = list[dict[str, str]]


def part(kind: str, length: str = "", unit: str = "") -> dict[str, str]:
    return {"sent_loc_descr": kind, "sent_length": length, "sent_time_code": unit}


def conv(*rows: dict[str, str], on: str, **given: str) -> Rows:
    usual = {"disp_descr": "CONVICTED", "stp_event_date": on, "disp_order": "1", **given}
    return [{**usual, **row} for row in rows]


def of(on: str, *rows: dict[str, str], **given: str) -> Rows:
    return conv(*(rows or ({},)), on=on, **{**THEFT, **given})


YEARS3 = part("PROBATION", "3", "Y")
# The rows of a count, its first and last possible day, the bound of its end.
DAYS: dict[str, tuple[Rows, tuple[Any, Any, Any]]] = {
    "a month": (of("19910600", YEARS3), (DAY(1991, 6, 1), DAY(1991, 6, 30), DAY(1994, 6, 30))),
    "February of a leap year": (
        of("20000200", YEARS3), (DAY(2000, 2, 1), DAY(2000, 2, 29), DAY(2003, 2, 28)),
    ),
    "a year": (of("19910000", YEARS3), (DAY(1991, 1, 1), DAY(1991, 12, 31), DAY(1994, 12, 31))),
    "no such month": (of("19911300", YEARS3), (None, None, None)),
    "nothing": (of("00000000", YEARS3), (None, None, None)),
    "the disposition's month": (
        of("", YEARS3, disp_date="19910600"),
        (DAY(1991, 6, 1), DAY(1991, 6, 30), DAY(1994, 6, 30)),
    ),
    "the disposition's day": (
        of("19910600", YEARS3, disp_date="19910615"), (None, None, DAY(1994, 6, 15)),
    ),
    "two rows of two months": (
        [*of("19910600", YEARS3), *of("19910400", YEARS3)],
        (DAY(1991, 4, 1), DAY(1991, 6, 30), DAY(1994, 6, 30)),
    ),
    "a row with a day beside it": (
        [*of("19910600", YEARS3), *of("19910415", YEARS3)], (None, None, DAY(1994, 4, 15)),
    ),
    "a date beside it that is not read": (
        [*of("19910600", YEARS3), *of("199X0415", YEARS3)], (None, None, None),
    ),
    "a length that the law bounds": (
        of("19910600", disp_descr="CONVICTED-PROBATION"),
        (DAY(1991, 6, 1), DAY(1991, 6, 30), DAY(1994, 6, 30)),
    ),
    "a year with two laws": (
        of("19770000", disp_descr="CONVICTED-PROBATION", **FELONY),
        (DAY(1977, 1, 1), DAY(1977, 12, 31), None),
    ),
    "a month of it with one": (
        of("19770700", disp_descr="CONVICTED-PROBATION", **FELONY),
        (DAY(1977, 7, 1), DAY(1977, 7, 31), DAY(1982, 7, 31)),
    ),
    "ended early by a court": (
        [*of("19910600", YEARS3), *of(
            "19920301", disp_descr="PROBATION TERMINATED", disp_order="2", disp_date="19920301",
        )],
        (DAY(1991, 6, 1), DAY(1991, 6, 30), None),
    ),
    "no conviction": (of("19910600", disp_descr="DISMISSED"), (None, None, None)),
}  # fmt: skip

# The rows of a person by the text of a date that is partial, and that text.
JUNE, MONTH_AFTER = "199106", "200801"
OWN = conv(YEARS3, on="20010115", **FELONY)
PEOPLE: dict[str, tuple[str, Any]] = {
    "probation": (JUNE, lambda on: of(on, YEARS3)),
    "probation without a part": (JUNE, lambda on: of(on, disp_descr="CONVICTED-PROBATION")),
    "jail and a floor": ("197301", lambda on: of(on, part("JAIL", "30", "D"))),
    "the month before the floor": ("197212", lambda on: of(on, part("JAIL", "30", "D"))),
    "a felony": (JUNE, lambda on: of(on, part("JAIL", "1", "Y"), **FELONY)),
    "a year ago": ("202511", lambda on: of(on, part("JAIL", "10", "D"))),
    "a later felony": (
        MONTH_AFTER,
        lambda on: [
            *[{**row, "sent_loc_descr": "JAIL"} for row in OWN],
            *conv({**part("FINE"), "count_order": NEXT}, on=on, **FELONY),
        ],
    ),
    "a felony long after": (
        "201001",
        lambda on: [
            *[{**row, "sent_loc_descr": "JAIL"} for row in OWN],
            *conv({**part("FINE"), "count_order": NEXT}, on=on, **FELONY),
        ],
    ),
}
AS_OF = (DAY(2026, 11, 15), DAY(2026, 11, 30))
FEEDS = {"registration": "none", "supervision": "none", "petition_granted": False}


def days_of(month: str) -> list[str]:
    first = DAY(int(month[:4]), int(month[4:]), 1)
    days = (first + timedelta(days=i) for i in range(31))
    return [day.strftime("%Y%m%d") for day in days if day.month == first.month]


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> Prepared:
    rows = [{"subject_id": case, **row} for case, (rows, _) in DAYS.items() for row in rows]
    for person, (month, rows_of) in PEOPLE.items():
        for on in (f"{month}00", *days_of(month)):
            rows += [{"subject_id": f"{person} {on}", **row} for row in rows_of(on)]
    return prepared(source_rows(spark, *rows))


@pytest.fixture(scope="module")
def law() -> ResolvedPack:
    rulebook = load_rulebook(rules_folder())
    (pack,) = (
        item.pack
        for item in rulebook.packs
        if (item.pack.pack, item.pack.version) == ("pc1203_425", "2024-10-01")
    )
    return rulebook.resolve(pack, switches={})


@pytest.mark.parametrize("case", DAYS)
def test_a_conviction_lies_between_two_days_and_its_end_before_a_third(
    case: str, people: Prepared
) -> None:
    row, (first, last, end) = people.count(case), DAYS[case][1]
    assert (row.conviction_earliest, row.conviction_latest) == (first, last)
    assert (row.sentence_end, row.sentence_end_bounded) == (end, bool(last and end))
    if last is not None:
        assert row.conviction_date is None
        assert "UNDATED_CONVICTION" in row.quality


def decided(law: ResolvedPack, people: Prepared, subject: str, day: datetime.date) -> Determination:
    found = decide(law, {**people.count(subject).asDict(), **FEEDS}, day)
    assert found is not None
    return found


@pytest.mark.parametrize("person", PEOPLE)
def test_what_is_said_of_a_month_is_what_every_day_of_it_would_say(
    person: str, people: Prepared, law: ResolvedPack
) -> None:
    month = PEOPLE[person][0]
    for as_of in AS_OF:
        said = decided(law, people, f"{person} {month}00", as_of)
        every = [decided(law, people, f"{person} {day}", as_of) for day in days_of(month)]
        if said.reason == "INSUFFICIENT_DATA":
            assert len({one.outcome for one in every}) > 1 or said.outcome == "NOT_YET"
        elif said.outcome != "NOT_YET":
            assert {one.outcome for one in every} == {said.outcome}
        if said.outcome in ("ELIGIBLE", "NOT_YET"):
            assert said.eligible_on is not None
            for one in every:
                assert one.eligible_on is not None
                assert one.eligible_on <= said.eligible_on
        for one in every:
            if one.outcome != "ELIGIBLE":
                assert said.outcome != "ELIGIBLE"


EXPECTED = {
    "probation": ("ELIGIBLE", "PROBATION_COMPLETED"),
    "probation without a part": ("ELIGIBLE", "PROBATION_COMPLETED"),
    "jail and a floor": ("ELIGIBLE", "SENTENCE_AND_YEAR_OVER"),
    "the month before the floor": ("NOT_ELIGIBLE", "BEFORE_FLOOR"),
    "a felony": ("ELIGIBLE", "FOUR_YEARS_WITHOUT_FELONY"),
    "a later felony": ("NOT_ELIGIBLE", "INSUFFICIENT_DATA"),
    "a felony long after": ("ELIGIBLE", "FOUR_YEARS_WITHOUT_FELONY"),
}


@pytest.mark.parametrize("person", EXPECTED)
def test_what_no_day_of_the_month_changes_is_decided(
    person: str, people: Prepared, law: ResolvedPack
) -> None:
    said = decided(law, people, f"{person} {PEOPLE[person][0]}00", AS_OF[1])
    assert (said.outcome, said.reason) == EXPECTED[person]


def test_what_a_day_of_the_month_changes_becomes_certain_on_the_day_of_the_last(
    people: Prepared, law: ResolvedPack
) -> None:
    open_ = decided(law, people, "a year ago 20251100", AS_OF[0])
    assert (open_.outcome, open_.reason) == ("NOT_YET", "INSUFFICIENT_DATA")
    assert (open_.eligible_on, open_.revisit_on) == (AS_OF[1], AS_OF[1])
    assert decided(law, people, "a year ago 20251100", AS_OF[1]).outcome == "ELIGIBLE"
