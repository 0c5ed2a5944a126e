"""What other offices say reaches the counts of the person it is about, merged subjects included."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from clearance.prepare.side_feeds import SideFeeds
from clearance.schemas import FEEDS
from tests.support.rows import Prepared, prepared, source_rows

DAY = datetime.date
FIRST, SECOND = "101001001000", "102001001000"
# Ends on 2012-02-28.
CONVICTED = {
    "pri_dob": "19800615",
    "stp_event_date": "20100228",
    "offense_descr": "459 PC-BURGLARY",
    "offense_toc": "F",
    "disp_descr": "CONVICTED-PROBATION",
    "sent_loc_descr": "PROBATION",
    "sent_length": "2",
    "sent_time_code": "Y",
}
ENDS = DAY(2012, 2, 28)
PENDING = {
    "count_order": SECOND,
    "stp_event_date": "20200301",
    "offense_descr": "459 PC-BURGLARY",
}

# What the feeds say of a person, by kind, and what its conviction's row says then.
Told = dict[str, list[dict[str, Any]]]
CASES: dict[str, tuple[Told, dict[str, object]]] = {
    "nobody says anything": (
        {},
        {
            "registration": "none",
            "registration_end": None,
            "supervision": "none",
            "supervision_end": None,
            "petition_granted": False,
            "terms_end": ENDS,
        },
    ),
    "registered for ever": (
        {"registry": [{"registration": "290", "registered_on": DAY(2010, 3, 1)}]},
        {"registration": "open", "registration_end": None},
    ),
    "registered until a day": (
        {"registry": [{"registration": "290", "ended_on": DAY(2020, 3, 1)}]},
        {"registration": "until", "registration_end": DAY(2020, 3, 1)},
    ),
    "registered twice, of which one is open": (
        {
            "registry": [
                {"registration": "290", "ended_on": DAY(2020, 3, 1)},
                {"registration": "290"},
            ]
        },
        {"registration": "open", "registration_end": None},
    ),
    "registered for arson": ({"registry": [{"registration": "457.1"}]}, {"registration": "none"}),
    "supervised until two days": (
        {
            "supervision": [
                {"type": "parole", "started_on": DAY(2000, 1, 1), "ended_on": DAY(2009, 1, 1)},
                {"type": "federal", "started_on": DAY(2001, 1, 1), "ended_on": DAY(2008, 1, 1)},
            ]
        },
        {"supervision": "until", "supervision_end": DAY(2009, 1, 1), "terms_end": ENDS},
    ),
    "supervised from the day of the conviction on": (
        {
            "supervision": [
                {"type": "prcs", "started_on": DAY(2010, 2, 28), "ended_on": DAY(2013, 5, 5)}
            ]
        },
        {"terms_end": DAY(2013, 5, 5)},
    ),
    "supervised from the day before": (
        {
            "supervision": [
                {"type": "prcs", "started_on": DAY(2010, 2, 27), "ended_on": DAY(2013, 5, 5)}
            ]
        },
        {"supervision_end": DAY(2013, 5, 5), "terms_end": ENDS},
    ),
    "supervised for a shorter time than the sentence": (
        {
            "supervision": [
                {"type": "prcs", "started_on": DAY(2010, 3, 1), "ended_on": DAY(2011, 1, 1)}
            ]
        },
        {"terms_end": ENDS},
    ),
    "supervised after the conviction without an end": (
        {"supervision": [{"type": "parole", "started_on": DAY(2010, 3, 1)}]},
        {"supervision": "open", "terms_end": None},
    ),
    "supervised, nobody knows from when, until after the sentence": (
        {"supervision": [{"type": "parole", "ended_on": DAY(2013, 5, 5)}]},
        {"supervision_end": DAY(2013, 5, 5), "terms_end": None},
    ),
    "supervised, nobody knows from when, until before its end": (
        {"supervision": [{"type": "parole", "ended_on": DAY(2011, 5, 5)}]},
        {"terms_end": ENDS},
    ),
    "a petition granted": (
        {
            "petitions": [
                {"cnt_order": FIRST, "status": "denied"},
                {"cnt_order": FIRST, "status": "granted"},
            ]
        },
        {"petition_granted": True},
    ),
    "a petition pending": (
        {"petitions": [{"cnt_order": FIRST, "status": "pending"}]},
        {"petition_granted": False},
    ),
    "a petition about another count": (
        {"petitions": [{"cnt_order": SECOND, "status": "granted"}]},
        {"petition_granted": False},
    ),
}

# Prison until ENDS; the longest parole that could follow ends four years later.
PRISON = {**CONVICTED, "disp_descr": "CONVICTED-PRISON", "sent_loc_descr": "PRISON"}
LONGEST, LATER = DAY(2016, 2, 28), DAY(2013, 5, 5)
RELEASED = {"type": "parole", "started_on": DAY(2011, 1, 1), "ended_on": LATER}
AGAIN = {**PRISON, "count_order": SECOND}
# Supervision of somebody in prison, other convictions, and the latest end of the parole.
PAROLE: dict[str, tuple[list[dict[str, Any]], list[dict[str, str]], datetime.date | None]] = {
    "none on record": ([], [], LONGEST),
    "parole": ([RELEASED], [], LATER),
    "the county's instead": ([{**RELEASED, "type": "prcs"}], [], LATER),
    "until the sentence ended": ([{**RELEASED, "ended_on": ENDS}], [], ENDS),
    "until the day before": ([{**RELEASED, "ended_on": DAY(2012, 2, 27)}], [], LONGEST),
    "before the conviction": ([{**RELEASED, "started_on": DAY(2010, 2, 27)}], [], LONGEST),
    "since when is not known": ([{**RELEASED, "started_on": None}], [], None),
    "without an end": ([{**RELEASED, "ended_on": None}], [], None),
    # What is no parole may end before it.
    "probation": ([{**RELEASED, "type": "probation"}], [], LONGEST),
    "federal": ([{**RELEASED, "type": "federal"}], [], LONGEST),
    "probation beside it that lasts longer": (
        [RELEASED, {**RELEASED, "type": "probation", "ended_on": DAY(2014, 1, 1)}],
        [],
        DAY(2014, 1, 1),
    ),
    "probation longer than any parole": (
        [{**RELEASED, "type": "probation", "ended_on": DAY(2017, 1, 1)}],
        [],
        DAY(2017, 1, 1),
    ),
    # Whose parole it was is not on record.
    "prison on another day": ([RELEASED], [{**AGAIN, "stp_event_date": "20090101"}], LONGEST),
    "prison on a day that is not known": ([RELEASED], [{**AGAIN, "stp_event_date": ""}], LONGEST),
    "prison twice on one day": ([RELEASED], [AGAIN], LATER),
    "a felony on another day": (
        [RELEASED],
        [{**CONVICTED, "count_order": SECOND, "stp_event_date": "20090101"}],
        LONGEST,
    ),
    "a misdemeanor on another day": (
        [RELEASED],
        [
            {
                **CONVICTED,
                "count_order": SECOND,
                "stp_event_date": "20090101",
                "offense_toc": "M",
            }
        ],
        LATER,
    ),
}

# Two subjects that are one person, and a third that is another.
KEPT, MERGED, OTHER = "kept", "merged", "other"
MERGED_ROWS: list[dict[str, str | None]] = [
    {**CONVICTED, "subject_id": KEPT},
    {**CONVICTED, "subject_id": MERGED, "pri_dob": "19700101", "stp_event_date": "20150228"},
    {**CONVICTED, "subject_id": MERGED, "pri_dob": "19700101", "count_order": SECOND},
    {**PENDING, "subject_id": MERGED, "count_order": "103001001000", "pri_dob": "19700101"},
    {**CONVICTED, "subject_id": OTHER},
]


def feed(spark: SparkSession, kind: str, rows: list[dict[str, Any]]) -> DataFrame:
    columns = FEEDS[kind].columns
    values = [tuple(row.get(name) for name in columns) for row in rows]
    return spark.createDataFrame(values, FEEDS[kind].ddl)


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> Prepared:
    said = [(case, told) for case, (told, _) in CASES.items()]
    said += [(f"parole: {case}", {"supervision": one[0]}) for case, one in PAROLE.items()]
    told = {
        kind: feed(
            spark,
            kind,
            [{"subject_id": case, **row} for case, one in said for row in one.get(kind, [])],
        )
        for kind in ("registry", "supervision", "petitions")
    }
    rows: list[dict[str, str | None]] = [{**CONVICTED, "subject_id": case} for case in CASES]
    rows += [
        {**row, "subject_id": f"parole: {case}"}
        for case, (_, others, _) in PAROLE.items()
        for row in [PRISON, *others]
    ]
    return prepared(source_rows(spark, *rows), feeds=SideFeeds(**told))


@pytest.fixture(scope="module")
def pooled(spark: SparkSession) -> Prepared:
    merges = [{"from_subject_id": MERGED, "surviving_subject_id": KEPT}]
    feeds = SideFeeds(
        registry=feed(spark, "registry", [{"subject_id": MERGED, "registration": "290"}]),
        petitions=feed(
            spark,
            "petitions",
            [{"subject_id": MERGED, "cnt_order": FIRST, "status": "granted"}],
        ),
        merges=feed(spark, "merges", merges),
    )
    return prepared(source_rows(spark, *MERGED_ROWS), feeds=feeds)


@pytest.mark.parametrize("case", CASES)
def test_what_other_offices_say_stands_on_the_count(case: str, people: Prepared) -> None:
    row, expected = people.count(case), CASES[case][1]
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("case", PAROLE)
def test_only_parole_on_record_of_one_prison_sentence_ends_before_the_longest(
    case: str, people: Prepared
) -> None:
    assert people.count(f"parole: {case}").parole_bound_end == PAROLE[case][2]


def test_merged_subjects_are_one_person_on_every_count_of_either(pooled: Prepared) -> None:
    for row in (pooled.count(KEPT), pooled.count(MERGED), pooled.count(MERGED, SECOND)):
        assert row.convictions_on_record == 3
        assert row.latest_conviction == DAY(2015, 2, 28)
        assert row.pending_charge
        assert row.registration == "open"
    assert pooled.count(MERGED).earlier_same_section == 2
    other = pooled.count(OTHER)
    assert (other.convictions_on_record, other.registration) == (1, "none")
    assert not other.pending_charge


def test_a_merged_subject_keeps_its_own_numbers_cycles_and_petitions(pooled: Prepared) -> None:
    assert pooled.count(MERGED).subject_id == MERGED
    assert pooled.count(MERGED).petition_granted
    assert not pooled.count(KEPT).petition_granted
    assert len(pooled.charges) == len(MERGED_ROWS)


def test_the_birth_date_of_merged_subjects_is_that_of_the_one_that_is_left(
    pooled: Prepared,
) -> None:
    for row in (pooled.count(KEPT), pooled.count(MERGED)):
        assert row.turned_20_on == DAY(2000, 6, 15)


def test_a_feed_that_was_never_loaded_leaves_its_facts_unknown(spark: SparkSession) -> None:
    row = prepared(source_rows(spark, CONVICTED)).count("1")
    unknown = ("registration", "supervision", "petition_granted")
    assert [row[name] for name in unknown] == [None, None, None]
    assert row.terms_end == ENDS
