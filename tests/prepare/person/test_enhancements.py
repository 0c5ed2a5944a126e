"""What an enhancement of the same step makes of a felony, and offences that count from a day on."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from tests.support.rows import Prepared, prepared, source_rows

FIRST = "101001001000"
BURGLARY, ASSAULT = "459 PC-BURGLARY:SECOND DEGREE", "245(A)(4) PC-FORCE/GBI LIKELY"


def convicted(charge: str, order: str = FIRST, **differs: str) -> dict[str, str]:
    row = {"stp_event_date": "20150301", "disp_descr": "CONVICTED", "offense_toc": "F"}
    return {**row, "offense_descr": charge, "count_order": order, **differs}


def beside(charge: str, count: int = 2, **differs: str) -> dict[str, str]:
    return convicted(charge, f"10100100{count}000", **differs)


INJURY, GUN = "12022.7(A) PC-INFLICT GBI", "12022.5(A) PC-USE FIREARM"

# The counts of a person, the first of which is asked, and what that is of these two lists.
ENHANCED: dict[str, tuple[list[dict[str, str]], set[str]]] = {
    "no enhancement": ([convicted(ASSAULT)], set()),
    "great bodily injury": ([convicted(ASSAULT), beside(INJURY)], {"serious", "violent"}),
    "a firearm": ([convicted(BURGLARY), beside(GUN)], {"serious", "violent"}),
    "a deadly weapon is serious and not violent": (
        [convicted(BURGLARY), beside("12022(B)(1) PC-USE DEADLY WEAPON")],
        {"serious"},
    ),
    "only armed": ([convicted(BURGLARY), beside("12022(A)(1) PC-ARMED")], set()),
    "which of the two is not told": (
        [convicted(BURGLARY), beside("12022 PC-ARMED")],
        {"serious:possible"},
    ),
    "another enhancement": ([convicted(BURGLARY), beside("12022.1 PC-ON BAIL")], set()),
    "not convicted of": (
        [convicted(BURGLARY), beside(INJURY, disp_descr="DISMISSED")],
        set(),
    ),
    "in another step": (
        [convicted(BURGLARY), convicted(INJURY, "101002001000")],
        set(),
    ),
    "in another cycle": (
        [convicted(BURGLARY), convicted(INJURY, "102001001000")],
        set(),
    ),
    "beside two felonies": (
        [convicted(BURGLARY), beside(ASSAULT), beside(INJURY, 3)],
        {"serious:possible", "violent:possible"},
    ),
    "beside a felony and a misdemeanor": (
        [convicted(BURGLARY), beside("242 PC-BATTERY", offense_toc="M"), beside(INJURY, 3)],
        {"serious", "violent"},
    ),
    "beside a felony that was dismissed": (
        [convicted(BURGLARY), beside(ASSAULT, disp_descr="DISMISSED"), beside(INJURY, 3)],
        {"serious", "violent"},
    ),
    "beside another enhancement": (
        [convicted(BURGLARY), beside("12022.1 PC-ON BAIL"), beside(INJURY, 3)],
        {"serious", "violent"},
    ),
    "of a misdemeanor": ([convicted("242 PC-BATTERY", offense_toc="M"), beside(INJURY)], set()),
    "of a conviction whose level is not given": (
        [convicted("242 PC-BATTERY", offense_toc=""), beside(INJURY)],
        {"serious:possible", "violent:possible"},
    ),
    "what is serious stays so": (
        [convicted("211 PC-ROBBERY"), beside(ASSAULT), beside("12022(B) PC", 3)],
        {"serious", "violent"},
    ),
    "great bodily injury before it had to be proved": (
        [
            convicted(BURGLARY, stp_event_date="19770630"),
            beside(INJURY, stp_event_date="19770630"),
        ],
        {"serious"},
    ),
    "great bodily injury since": (
        [
            convicted(BURGLARY, stp_event_date="19770701"),
            beside(INJURY, stp_event_date="19770701"),
        ],
        {"serious", "violent"},
    ),
}

ARREST = {"stp_type_descr": "ARREST/DETAINED/CITED", "count_order": FIRST}
COURT = "101002001000"


def of_minor(charge: str, arrest: str, conviction: str) -> list[dict[str, str]]:
    stop = {**ARREST, "offense_descr": charge, "offense_toc": "F", "stp_event_date": arrest}
    return [stop, convicted(charge, COURT, stp_event_date=conviction)]


# Charge, arrest and conviction, and whether registration may be required.
BY_OFFENCE: dict[str, tuple[str, str, str, bool]] = {
    "arrested on the first day": ("261.5(C) PC", "20260101", "20260601", True),
    "arrested on the day before": ("261.5(C) PC", "20251231", "20260601", False),
    "convicted on the day before": ("261.5(C) PC", "", "20251231", False),
    "arrest not dated, convicted on the first day": ("261.5(C) PC", "", "20260101", True),
    "neither dated": ("261.5(D) PC", "", "", True),
    "conviction not dated, arrested before": ("261.5(D) PC", "20251231", "", False),
    "subdivision (d)": ("261.5(D) PC", "20260101", "20260601", True),
    "subdivision (b), a misdemeanor": ("261.5(B) PC", "20260101", "20260601", False),
    "a bare section": ("261.5 PC", "20260101", "20260601", True),
}


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> Prepared:
    cases = {case: rows for case, (rows, _) in ENHANCED.items()}
    cases |= {case: of_minor(*given) for case, (*given, _) in BY_OFFENCE.items()}
    rows = [{**row, "subject_id": case} for case, given in cases.items() for row in given]
    return prepared(source_rows(spark, *rows))


@pytest.mark.parametrize("case", ENHANCED)
def test_an_enhancement_of_the_step_makes_a_felony_serious_or_violent(
    case: str, people: Prepared
) -> None:
    tags = people.count(case).tags
    assert {tag for tag in tags if tag.startswith(("serious", "violent"))} == ENHANCED[case][1]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("case", BY_OFFENCE)
def test_an_offence_is_registrable_from_its_first_day_on_and_only_possibly(
    case: str, people: Prepared
) -> None:
    row, (*_, expected) = people.count(case, COURT), BY_OFFENCE[case]
    assert ("registrable_290c:possible" in row.tags) is expected
    assert "registrable_290c" not in row.tags
    assert row.registered_290 is False
