"""An arrest event: what its rows make of it, and the lists that every felony of its cycle is on."""

from __future__ import annotations

import datetime

import pytest
from pyspark.sql import SparkSession

from tests.prepare.stops import COURT, STOP, STRANGE_STEP
from tests.support.rows import Prepared, prepared, source_rows

DAY = datetime.date

# The rows of a person, columns expected of the arrest 101001.
ARREST_CASES: dict[str, tuple[list[dict[str, str]], dict[str, object]]] = {
    "an arrest alone": (
        [{**STOP, "offense_toc": "M"}],
        {
            "level": "M",
            "arrest_date": DAY(2001, 1, 1),
            "county": "YOLO",
            "counts": 1,
            "court_step_in_cycle": False,
            "conviction_in_cycle": False,
            "undisposed_court_count": False,
            "court_statuses": [],
            "arrest_statuses": ["undisposed"],
        },
    ),
    "the highest level": (
        [
            {**STOP, "offense_toc": "I"},
            {**STOP, "offense_toc": "M", "count_order": "101001002000"},
        ],
        {"level": "M", "counts": 2},
    ),
    "an infraction": ([{**STOP, "offense_toc": "I"}], {"level": "I"}),
    "a blank level is a felony": ([{**STOP, "offense_toc": ""}], {"level": "F"}),
    "N is a felony": ([{**STOP, "offense_toc": "N"}], {"level": "F"}),
    "X is no charge": (
        [{**STOP, "offense_toc": "X"}, {**STOP, "offense_toc": "M", "count_order": "101001002000"}],
        {"level": "M", "counts": 1},
    ),
    "nothing but X": ([{**STOP, "offense_toc": "X"}], {"level": None, "counts": 0}),
    "raised by a court count": (
        [{**STOP, "offense_toc": "M"}, {**COURT, "offense_toc": "F"}],
        {"level": "F"},
    ),
    "never lowered by one": (
        [{**STOP, "offense_toc": "F"}, {**COURT, "offense_toc": "M"}],
        {"level": "F"},
    ),
    "not by another cycle": (
        [
            {**STOP, "offense_toc": "M"},
            {**COURT, "offense_toc": "F", "count_order": "102001001000"},
        ],
        {"level": "M", "court_step_in_cycle": False},
    ),
    "a court count without a disposition": (
        [STOP, COURT],
        {"court_step_in_cycle": True, "undisposed_court_count": True},
    ),
    "a charge without one on a step of an unread kind may be in court": (
        [STOP, {**COURT, "disp_descr": "DISMISSED"}, {**COURT, **STRANGE_STEP}],
        {"court_step_in_cycle": True, "undisposed_court_count": None},
    ),
    "a step of a sentence follows on one in court": (
        [STOP, {"count_order": "101002001000", "stp_type_descr": "PROBATION"}],
        {"court_step_in_cycle": None, "undisposed_court_count": False},
    ),
    "the outcome behind it is not known": (
        [{**STOP, "disp_descr": "DISMISSED"}, {**COURT, "stp_type_descr": "CUSTODY:CDC"}],
        {"court_step_in_cycle": None, "court_statuses": ["unknown"]},
    ),
    "a conviction explains it": (
        [
            STOP,
            {**COURT, "disp_descr": "CONVICTED"},
            {"count_order": "101003001000", "stp_type_descr": "CUSTODY:CDC"},
        ],
        {"court_step_in_cycle": True, "court_statuses": ["convicted"]},
    ),
    "a registration does not": (
        [STOP, {**COURT, "stp_type_descr": "REGISTRATION"}],
        {"court_step_in_cycle": False, "court_statuses": []},
    ),
    "what is open in court is so beside it": (
        [STOP, COURT, {**COURT, **STRANGE_STEP}],
        {"court_step_in_cycle": True, "undisposed_court_count": True},
    ),
    "what has an outcome there is not open": (
        [
            STOP,
            {**COURT, "disp_descr": "DISMISSED"},
            {**STRANGE_STEP, "offense_descr": "459 PC-BURGLARY", "disp_descr": "DISMISSED"},
        ],
        {"court_step_in_cycle": True, "undisposed_court_count": False},
    ),
    "court rows share the step": (
        [STOP, {**COURT, "count_order": "101001002000", "disp_descr": "DISMISSED"}],
        {"counts": 1, "court_step_in_cycle": True, "court_statuses": ["dismissed"]},
    ),
    "what became of the court counts": (
        [
            STOP,
            {**COURT, "disp_descr": "DISMISSED"},
            {**COURT, "disp_descr": "ACQUITTED", "count_order": "101002002000"},
        ],
        {"court_statuses": ["dismissed", "acquitted"], "conviction_in_cycle": False},
    ),
    "a charge on a step of an unknown kind beside one in court": (
        [
            STOP,
            {**COURT, "disp_descr": "ACQUITTED"},
            {**COURT, **STRANGE_STEP, "disp_descr": "DISMISSED"},
        ],
        {"court_statuses": ["acquitted", "unknown"], "court_step_in_cycle": True},
    ),
    "a step of an unknown kind that names no charge": (
        [
            STOP,
            {**COURT, "disp_descr": "ACQUITTED"},
            {**COURT, **STRANGE_STEP, "offense_descr": ""},
        ],
        {"court_statuses": ["acquitted"], "undisposed_court_count": False},
    ),
    "a conviction, set aside or not": (
        [
            STOP,
            {**COURT, "disp_descr": "CONVICTED", "disp_order": "1"},
            {**COURT, "disp_descr": "SET ASIDE", "disp_order": "2"},
        ],
        {
            "conviction_in_cycle": True,
            "standing_conviction_in_cycle": True,
            "court_statuses": ["set_aside"],
        },
    ),
    "a conviction that is void": (
        [
            STOP,
            {**COURT, "disp_descr": "CONVICTED", "disp_order": "1"},
            {**COURT, "disp_descr": "DISMISSED PER 1170.21 PC", "disp_order": "2"},
        ],
        {
            "conviction_in_cycle": True,
            "standing_conviction_in_cycle": False,
            "court_statuses": ["voided"],
        },
    ),
    "a void conviction beside one that stands": (
        [
            STOP,
            {**COURT, "disp_descr": "CONVICTED", "disp_order": "1"},
            {**COURT, "disp_descr": "DISMISSED PER 1170.21 PC", "disp_order": "2"},
            {**COURT, "disp_descr": "CONVICTED", "count_order": "101002002000"},
        ],
        {"conviction_in_cycle": True, "standing_conviction_in_cycle": True},
    ),
    "rejected": (
        [{**STOP, "disp_descr": "PROS REJ-OTHER"}],
        {"arrest_statuses": ["rejected"], "court_step_in_cycle": False},
    ),
    "released": (
        [{**STOP, "disp_descr": "RELEASED/DETENTION ONLY"}],
        {"arrest_statuses": ["released"]},
    ),
    "turned over to another authority": (
        [{**STOP, "disp_descr": "REL/TOT OTHER JURIS/AUTH"}],
        {"arrest_statuses": ["released", "turned_over"]},
    ),
    "turned over, and rejected since": (
        [
            {**STOP, "disp_descr": "REL/TOT OTHER JURIS/AUTH", "disp_order": "1"},
            {**STOP, "disp_descr": "PROS REJ-OTHER", "disp_order": "2"},
        ],
        {"arrest_statuses": ["rejected"]},
    ),
    "dismissed after a programme that is on no list": (
        [
            {**COURT, "disp_descr": "DIVERTED PER 1001.95 PC", "disp_order": "1"},
            {**COURT, "disp_descr": "DISMISSED", "disp_order": "2"},
            STOP,
        ],
        {"court_statuses": ["dismissed", "diverted_and_dismissed"]},
    ),
    "dismissed after a programme of the list": (
        [
            {**COURT, "disp_descr": "DIVERTED PER 1000 PC", "disp_order": "1"},
            {**COURT, "disp_descr": "DISMISSED", "disp_order": "2"},
            STOP,
        ],
        {"court_statuses": ["diversion_completed"]},
    ),
    "diverted under a programme that is on no list": (
        [{**COURT, "disp_descr": "DIVERTED PER 1001.95 PC"}, STOP],
        {"court_statuses": ["diverted"]},
    ),
    "an undated arrest": ([{**STOP, "stp_event_date": "20010000"}], {"arrest_date": None}),
    "the lists of its charges": (
        [STOP, {**STOP, "offense_descr": "11357 HS-X", "count_order": "101001002000"}],
        {
            "tags": ["county_jail_felony", "county_jail_felony:possible", "p64"]
            + [f"{name}:possible" for name in ("prop47", "serious", "violent", "wobbler")]
        },
    ),
}
JAIL, JAIL_TOO, PRISON = "11350 HS-DRUG", "11377 HS-DRUG", "245(A)(1) PC-ASSAULT"
CJF = "county_jail_felony"

# Felonies of an arrest and of the court, whether every one is on the list (None: perhaps), and
# whether a charge is left that cannot be read.
FELONIES: dict[str, tuple[list[dict[str, str]], bool | None, bool]] = {
    "each of the arrest's is on it": ([{"a": JAIL}, {"a": JAIL_TOO}], True, False),
    "one of the arrest's is not": ([{"a": JAIL}, {"a": PRISON}], False, False),
    "a misdemeanor beside does not matter": ([{"a": JAIL}, {"a": PRISON, "toc": "M"}], True, False),
    "one of the court's is not": ([{"a": JAIL}, {"c": PRISON}], False, False),
    "the court's misdemeanor does not matter": (
        [{"a": JAIL}, {"c": PRISON, "toc": "M"}],
        True,
        False,
    ),
    "all of three are on it": (
        [{"a": JAIL}, {"a": JAIL_TOO}, {"c": "664/11350 HS-ATT DRUG"}],
        True,
        False,
    ),
    "one of three is not": ([{"a": JAIL}, {"a": JAIL_TOO}, {"c": PRISON}], False, False),
    "burglary is on it perhaps": ([{"a": JAIL}, {"a": "459 PC-BURGLARY"}], None, False),
    "an attempt is on it": ([{"a": "664/11350 HS-ATT DRUG"}], True, False),
    "a charge that cannot be read is left out": ([{"a": JAIL}, {"a": "NO SUCH THING"}], True, True),
    "a court count that cannot be read": ([{"a": JAIL}, {"c": "NO SUCH THING"}], True, True),
    "a charge without words": ([{"a": JAIL}, {"a": ""}], True, True),
}


def felony_rows(case: str) -> list[dict[str, str]]:
    """Each charge on a count of its own, a felony unless it says otherwise."""
    rows = []
    for at, charge in enumerate(FELONIES[case][0], start=1):
        step, words = (STOP, charge["a"]) if "a" in charge else (COURT, charge["c"])
        order = f"10100{1 if 'a' in charge else 2}00{at}000"
        level = charge.get("toc", "F")
        row = {**step, "offense_descr": words, "offense_toc": level, "count_order": order}
        rows.append({**row, "subject_id": case})
    return rows


@pytest.fixture(scope="module")
def stops(spark: SparkSession) -> Prepared:
    rows = [
        {"subject_id": case, **row} for case, (given, _) in ARREST_CASES.items() for row in given
    ]
    rows += [row for case in FELONIES for row in felony_rows(case)]
    rows.append({"subject_id": "supplemental", "stp_type_descr": "SUPPLEMENTAL ARR"})
    return prepared(source_rows(spark, *rows))


@pytest.mark.parametrize("case", ARREST_CASES)
def test_an_arrest_event(case: str, stops: Prepared) -> None:
    row, expected = stops.arrests[f"{case}-101001"], ARREST_CASES[case][1]
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("case", FELONIES)
def test_the_lists_that_every_felony_is_on(case: str, stops: Prepared) -> None:
    row = stops.arrests[f"{case}-101001"]
    _, surely, unread = FELONIES[case]
    assert (CJF in row.every_felony_on) == (surely is True)
    assert (f"{CJF}:possible" in row.every_felony_on) == (surely is not False)
    assert row.unread_charge == unread


def test_an_arrest_is_on_the_lists_of_its_cycles_court_counts_too(stops: Prepared) -> None:
    row = stops.arrests["one of the court's is not-101001"]
    assert {"county_jail_felony", "serious"} <= set(row.tags)


def test_without_a_felony_that_can_be_read_no_list_holds_every_one(stops: Prepared) -> None:
    assert stops.arrests["an infraction-101001"].every_felony_on is None
    assert stops.arrests["nothing but X-101001"].unread_charge is False


def test_a_supplemental_arrest_is_no_unit(stops: Prepared) -> None:
    assert not any(unit.startswith("supplemental") for unit in stops.arrests)
    assert "supplemental-101001001000" in stops.charges
