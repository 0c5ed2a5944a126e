"""What stands open against a person: sentences served, charges pending, years without a felony."""

from __future__ import annotations

import datetime

import pytest
from pyspark.sql import SparkSession

from tests.support.rows import Prepared, prepared, source_rows

DAY = datetime.date
CONVICTED = {
    "stp_event_date": "20100228",
    "offense_descr": "459 PC-BURGLARY",
    "offense_toc": "F",
    "disp_descr": "CONVICTED-PROBATION",
    "sent_loc_descr": "PROBATION",
    "sent_length": "2",
    "sent_time_code": "Y",
}
ENDS = DAY(2012, 2, 28)
ARREST = {
    "count_order": "102001001000",
    "stp_type_descr": "ARREST/DETAINED/CITED",
    "stp_event_date": "20200301",
    "offense_descr": "459 PC-BURGLARY",
}
COURT = {**ARREST, "count_order": "102002001000", "stp_type_descr": "COURT ACTION"}
NEXT = {**ARREST, "count_order": "103001001000"}


def convicted(order: str, on: str, **differs: str) -> dict[str, str]:
    """Another conviction, of one day of jail."""
    jail = {"disp_descr": "CONVICTED-JAIL", "sent_loc_descr": "JAIL", "sent_time_code": "D"}
    other = {"count_order": order, "stp_event_date": on, "sent_length": "1"}
    return {**CONVICTED, **jail, **other, **differs}


SECOND, THIRD, FOURTH = "102001001000", "103001001000", "104001001000"
SET_ASIDE = {"disp_descr": "SET ASIDE", "disp_order": "2", "sent_loc_descr": "", "sent_length": ""}
UNKNOWN_END = {"sent_length": "", "sent_time_code": ""}

# The rows of a person beside the conviction, and what its row says.
CASES: dict[str, tuple[list[dict[str, str]], dict[str, object]]] = {
    "the conviction alone": (
        [],
        {
            "last_serving_end": ENDS,
            "serving_end_unknown": False,
            "pending_charge": False,
            "pending_charge_active_on": None,
            "every_pending_charge_dated": True,
            "open_arrest": False,
            "latest_open_arrest": None,
            "every_open_arrest_dated": True,
            "open_arrest_until": None,
            "open_arrest_unbarred": False,
            "later_felonies": [],
            "later_felonies_partly": False,
            "prison_imposed": False,
            "registration": None,
            "supervision": None,
            "petition_granted": None,
        },
    ),
    "a sentence that ends later": (
        [convicted(SECOND, "20150101", sent_time_code="Y")],
        {"last_serving_end": DAY(2016, 1, 1)},
    ),
    "one set aside since is not served": (
        [
            convicted(SECOND, "20150101", sent_time_code="Y"),
            {**convicted(SECOND, "20160101"), **SET_ASIDE},
        ],
        {"last_serving_end": ENDS, "later_felonies": [DAY(2015, 1, 1)]},
    ),
    "one that is void is no felony and not served": (
        [
            convicted(SECOND, "20150101", sent_time_code="Y"),
            {
                **convicted(SECOND, "20160101"),
                **SET_ASIDE,
                "disp_descr": "SET ASIDE & DISM PER 1210.1 PC",
            },
        ],
        {"last_serving_end": ENDS, "later_felonies": []},
    ),
    "one that Proposition 64 made a misdemeanor is no felony any more": (
        [
            convicted(SECOND, "20150101", offense_descr="11359 HS"),
            {
                **convicted(SECOND, "20150101", offense_descr="11359 HS"),
                **SET_ASIDE,
                "disp_descr": "REDESIGNATED MISD PER 11361.8 HS",
            },
        ],
        {"later_felonies": []},
    ),
    "one whose redesignation was denied is": (
        [
            convicted(SECOND, "20150101", offense_descr="11359 HS"),
            {
                **convicted(SECOND, "20150101", offense_descr="11359 HS"),
                **SET_ASIDE,
                "disp_descr": "PETITION PER 11361.8 HS TO REDESIGNATE DENIED",
            },
        ],
        {"later_felonies": [DAY(2015, 1, 1)]},
    ),
    "one whose end is not known": (
        [convicted(SECOND, "20150101", **UNKNOWN_END)],
        {"last_serving_end": ENDS, "serving_end_unknown": True},
    ),
    "one set aside whose end is not known": (
        [
            convicted(SECOND, "20150101", **UNKNOWN_END),
            {**convicted(SECOND, "20160101"), **SET_ASIDE},
        ],
        {"serving_end_unknown": False},
    ),
    "a court count without a disposition": (
        [COURT],
        {
            "pending_charge": True,
            "pending_charge_active_on": DAY(2020, 3, 1),
            "every_pending_charge_dated": True,
        },
    ),
    "a pending charge with a later step": (
        [COURT, {**COURT, "count_order": "102003001000", "stp_event_date": "20200505"}],
        {"pending_charge_active_on": DAY(2020, 5, 5)},
    ),
    "a pending charge without a date": (
        [COURT, {**COURT, "count_order": "103001001000", "stp_event_date": ""}],
        {"pending_charge_active_on": DAY(2020, 3, 1), "every_pending_charge_dated": None},
    ),
    "a court count that is no charge": ([{**COURT, "offense_toc": "X"}], {"pending_charge": False}),
    "a court count that was dismissed": (
        [{**COURT, "disp_descr": "DISMISSED"}],
        {"pending_charge": False},
    ),
    "diversion in progress": (
        [{**COURT, "disp_descr": "DIVERTED PER 1000 PC"}],
        {"pending_charge": True},
    ),
    "diversion before filing in progress": (
        [{**ARREST, "disp_descr": "DIVERTED PER 851.87 PC"}],
        {"pending_charge": True, "open_arrest": False},
    ),
    "diversion that the court settled": (
        [{**ARREST, "disp_descr": "DIVERTED"}, {**COURT, "disp_descr": "DISMISSED"}],
        {"pending_charge": False, "open_arrest": False},
    ),
    "an arrest without an outcome": (
        [ARREST],
        {
            "pending_charge": False,
            "open_arrest": True,
            "latest_open_arrest": DAY(2020, 3, 1),
            "every_open_arrest_dated": True,
            "open_arrest_until": DAY(2023, 3, 1),
            "open_arrest_unbarred": False,
        },
    ),
    "the later of two": (
        [ARREST, {**NEXT, "stp_event_date": "20210401"}],
        {"latest_open_arrest": DAY(2021, 4, 1)},
    ),
    "an arrest without an outcome or a date": (
        [ARREST, {**NEXT, "stp_event_date": "20210000"}],
        {
            "latest_open_arrest": DAY(2020, 3, 1),
            "every_open_arrest_dated": None,
            "open_arrest_until": DAY(2023, 3, 1),
            "open_arrest_unbarred": False,
        },
    ),
    "an earlier arrest of a longer period": (
        [
            {**ARREST, "offense_descr": "215(A) PC-CARJACKING"},
            {**NEXT, "stp_event_date": "20210401"},
        ],
        {"latest_open_arrest": DAY(2021, 4, 1), "open_arrest_until": DAY(2026, 3, 1)},
    ),
    "an arrest for an offence without a limitation": (
        [ARREST, {**NEXT, "offense_descr": "187(A) PC-MURDER"}],
        {"open_arrest_until": DAY(2023, 3, 1), "open_arrest_unbarred": True},
    ),
    "an arrest whose charge cannot be read": (
        [{**ARREST, "offense_descr": "SEE COMMENT"}],
        {"open_arrest_until": None, "open_arrest_unbarred": True},
    ),
    "an arrest without a limitation and without a date": (
        [{**ARREST, "offense_descr": "187(A) PC-MURDER", "stp_event_date": "20210000"}],
        {"open_arrest_unbarred": True, "every_open_arrest_dated": None},
    ),
    "murder that the court settled": (
        [{**ARREST, "offense_descr": "187(A) PC"}, {**COURT, "disp_descr": "DISMISSED"}],
        {"open_arrest_unbarred": False, "open_arrest_until": None},
    ),
    "murder in court without an outcome is no open arrest": (
        [{**COURT, "offense_descr": "187(A) PC-MURDER"}],
        {"pending_charge": True, "open_arrest_unbarred": False},
    ),
    "an arrest that was rejected": (
        [{**ARREST, "disp_descr": "PROS REJ-OTHER"}],
        {"open_arrest": False, "open_arrest_until": None, "open_arrest_unbarred": False},
    ),
    "an arrest that was turned over, on a step that cannot be read": (
        [{**ARREST, "stp_type_descr": "ZZYZX", "disp_descr": "REL/TOT OTHER JURIS/AUTH"}],
        {"open_arrest": False, "unread_on_record": True},
    ),
    "an arrest without an outcome on a step that cannot be read": (
        [{**ARREST, "stp_type_descr": "ZZYZX"}],
        {"open_arrest": False, "unread_on_record": True},
    ),
    "an acquittal on a step that cannot be read": (
        [{**ARREST, "stp_type_descr": "ZZYZX", "disp_descr": "ACQUITTED"}],
        {"open_arrest": False, "unread_on_record": False},
    ),
    "an arrest that was turned over to another authority": (
        [{**ARREST, "disp_descr": "REL/TOT OTHER JURIS/AUTH"}],
        {"open_arrest": True, "open_arrest_until": DAY(2023, 3, 1)},
    ),
    "a charge that goes on among others": (
        [{**ARREST, "disp_descr": "PROS REJ-COMB W/OTHER CNTS"}],
        {"open_arrest": True, "open_arrest_until": DAY(2023, 3, 1)},
    ),
    "a charge that goes on among others in court": (
        [
            {**ARREST, "disp_descr": "PROS REJ-COMB W/OTHER CNTS"},
            {**COURT, "disp_descr": "DISMISSED"},
        ],
        {"open_arrest": False, "open_arrest_until": None},
    ),
    "an arrest that was released": (
        [{**ARREST, "disp_descr": "PROS REL-DET ONLY"}],
        {"open_arrest": False, "open_arrest_until": None},
    ),
    "an arrest that the court settled": (
        [ARREST, {**COURT, "disp_descr": "DISMISSED"}],
        {"open_arrest": False, "pending_charge": False},
    ),
    "a felony on the day of the conviction": (
        [convicted(SECOND, "20100228")],
        {"later_felonies": []},
    ),
    "a felony on the day after it": (
        [convicted(SECOND, "20100301")],
        {"later_felonies": [DAY(2010, 3, 1)]},
    ),
    "felonies in another order": (
        [
            convicted(SECOND, "20190601"),
            convicted(THIRD, "20150601"),
            convicted(FOURTH, "20000101"),
        ],
        {"later_felonies": [DAY(2015, 6, 1), DAY(2019, 6, 1)], "later_felonies_partly": False},
    ),
    "a misdemeanor": (
        [convicted(SECOND, "20150601", offense_toc="M")],
        {"later_felonies": []},
    ),
    "a conviction of unknown level": (
        [convicted(SECOND, "20150601", offense_toc="")],
        {"later_felonies": [DAY(2015, 6, 1)]},
    ),
    "a felony without a date": (
        [convicted(SECOND, "00000000")],
        {"later_felonies": [], "later_felonies_partly": False},
    ),
    "a felony of which only the year is known": (
        [convicted(SECOND, "20150000")],
        {"later_felonies": [DAY(2015, 1, 1), DAY(2015, 12, 31)], "later_felonies_partly": True},
    ),
    "one that may be later": (
        [convicted(SECOND, "20100200")],
        {"later_felonies": [], "later_felonies_partly": False},
    ),
    "one of the year of the conviction": (
        [convicted(SECOND, "20100000")],
        {"later_felonies": [DAY(2010, 1, 1), DAY(2010, 12, 31)], "later_felonies_partly": True},
    ),
}
# Sentences of the conviction itself, and whether prison was imposed.
PRISON: dict[str, tuple[list[dict[str, str]], bool]] = {
    "a part": ([{"disp_descr": "CONVICTED", "sent_loc_descr": "PRISON"}], True),
    "the words alone": ([{"disp_descr": "CONVICTED-PRISON", "sent_loc_descr": ""}], True),
    "a part without its length": ([{"sent_loc_descr": "PRISON", "sent_length": ""}], True),
    "a term without a place": ([{"disp_descr": "CONVICTED", "sent_loc_descr": ""}], False),
    "jail": ([{"disp_descr": "CONVICTED-JAIL", "sent_loc_descr": "JAIL"}], False),
    "a part of a later revocation": (
        [{}, {"disp_descr": "PROBATION REVOKED", "disp_order": "2", "sent_loc_descr": "PRISON"}],
        True,
    ),
}


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> Prepared:
    rows = [
        {**row, "subject_id": case}
        for case, (others, _) in CASES.items()
        for row in [CONVICTED, *others]
    ]
    rows += [
        {**CONVICTED, **row, "subject_id": f"prison: {case}"}
        for case, (own, _) in PRISON.items()
        for row in own
    ]
    return prepared(source_rows(spark, *rows))


@pytest.mark.parametrize("case", CASES)
def test_what_stands_open(case: str, people: Prepared) -> None:
    row, expected = people.count(case), CASES[case][1]
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("case", PRISON)
def test_whether_prison_was_imposed(case: str, people: Prepared) -> None:
    assert people.count(f"prison: {case}").prison_imposed == PRISON[case][1]


def test_of_a_conviction_only_those_after_it_are_later(people: Prepared) -> None:
    row = people.count("felonies in another order", SECOND)
    assert row.later_felonies == []
    undated = people.count("a felony without a date", SECOND)
    assert undated.later_felonies == [DAY(2010, 2, 28)]
