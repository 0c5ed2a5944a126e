"""What a count's dispositions make of it together, and which conviction a later one changes."""

from __future__ import annotations

import datetime

import pytest
from pyspark.sql import SparkSession

from tests.prepare.record.later_changes import (
    CASE,
    CONVICTED,
    DOUBTFUL,
    FIRST,
    LINKS,
    NOT_SURE,
    OF_TWO,
    OTHER_COUNT,
    REACHES,
    SECOND,
    SET_ASIDE,
    TWO,
)
from tests.support.rows import Prepared, prepared, source_rows

DAY = datetime.date

# Dispositions of one count in record order, then: status, convicted, set aside, revoked, level.
OUTCOMES: dict[str, tuple[list[str], tuple[str, bool, bool, bool, str]]] = {
    "none": ([""], ("undisposed", False, False, False, "F")),
    "convicted": (["CONVICTED-JAIL"], ("convicted", True, False, False, "F")),
    "dismissed": (["DISMISSED"], ("dismissed", False, False, False, "F")),
    "acquitted": (["ACQUITTED"], ("acquitted", False, False, False, "F")),
    "rejected": (["PROS REJ-OTHER"], ("rejected", False, False, False, "F")),
    "released": (["RELEASED/DETENTION ONLY"], ("released", False, False, False, "F")),
    "unknown text": (["SENT TO THE MOON"], ("unknown", False, False, False, "F")),
    "nothing about the count": (["DISCHARGED"], ("undisposed", False, False, False, "F")),
    "the last ending counts": (
        ["PROS REJ-OTHER", "DISMISSED"],
        ("dismissed", False, False, False, "F"),
    ),
    "dismissed, then convicted": (
        ["DISMISSED", "CONVICTED"],
        ("convicted", True, False, False, "F"),
    ),
    "a dismissal after a conviction leaves it unknown": (
        ["CONVICTED", "DISMISSED"],
        ("unknown", False, False, False, "F"),
    ),
    "a dismissal after a set-aside says nothing more": (
        ["CONVICTED", "CONV SET ASIDE & DISM PER 1203.4 PC", "DISMISSED"],
        ("set_aside", True, True, False, "F"),
    ),
    "a completed diversion after a conviction leaves it unknown": (
        ["CONVICTED", "DIVERSION COMPLETED"],
        ("unknown", False, False, False, "F"),
    ),
    "a dismissal that was reversed": (
        ["DISMISSED", "DISMISSAL REVERSED ON APPEAL"],
        ("unknown", False, False, False, "F"),
    ),
    "a dismissal that was reversed, and a second one": (
        ["DISMISSED", "DISMISSAL REVERSED ON APPEAL", "DISMISSED"],
        ("dismissed", False, False, False, "F"),
    ),
    "a dismissal, and relief of a conviction": (
        ["DISMISSED", "CONV SET ASIDE & DISM PER 1203.4 PC"],
        ("unknown", False, False, False, "F"),
    ),
    "a revocation without a conviction, and a dismissal": (
        ["PROBATION REVOKED", "DISMISSED"],
        ("unknown", False, False, False, "F"),
    ),
    "a reduction before any conviction, and a dismissal": (
        ["REDUCED TO MISDEMEANOR", "DISMISSED"],
        ("dismissed", False, False, False, "F"),
    ),
    "reversed": (["CONVICTED", "CONVICTION REVERSED"], ("unknown", False, False, False, "F")),
    "reversed and dismissed": (
        ["CONVICTED", "CONVICTION REVERSED", "DISMISSED"],
        ("dismissed", False, False, False, "F"),
    ),
    "reversed and convicted again": (
        ["CONVICTED", "NEW TRIAL GRANTED", "CONVICTED"],
        ("convicted", True, False, False, "F"),
    ),
    "relief that was taken back": (
        ["CONVICTED", "CONV SET ASIDE & DISM PER 1203.4 PC", "1203.4 PC RELIEF REVOKED"],
        ("convicted", True, False, False, "F"),
    ),
    "a reduction that was taken back": (
        ["CONVICTED", "REDUCED TO MISDEMEANOR", "REDUCED TO MISDEMEANOR-VACATED"],
        ("convicted", True, False, False, "F"),
    ),
    "a later text that is not read": (
        ["CONVICTED", "SENT TO THE MOON"],
        ("unknown", True, False, False, "F"),
    ),
    "an earlier text that is not read": (
        ["SENT TO THE MOON", "CONVICTED"],
        ("convicted", True, False, False, "F"),
    ),
    "an ending after what is not read": (
        ["SENT TO THE MOON", "DISMISSED"],
        ("unknown", False, False, False, "F"),
    ),
    "what is not read after an ending": (
        ["DISMISSED", "SENT TO THE MOON"],
        ("unknown", False, False, False, "F"),
    ),
    "set aside": (
        ["CONVICTED", "CONV SET ASIDE & DISM PER 1203.4 PC"],
        ("set_aside", True, True, False, "F"),
    ),
    "relieved": (["CONVICTED", "RELIEF GRANTED"], ("relieved", True, True, False, "F")),
    "void": (
        ["CONVICTED", "DISMISSED & SEALED PER 11361.8 HS"],
        ("voided", True, True, False, "F"),
    ),
    "void, and taken back": (
        ["CONVICTED", "SET ASIDE & DISM PER 1210.1 PC", "1210.1 PC DISMISSAL RESCINDED"],
        ("convicted", True, False, False, "F"),
    ),
    "void without a conviction": (
        ["DISMISSED PER 11361.8 HS"],
        ("unknown", False, False, False, "F"),
    ),
    "redesignated under Prop 64": (
        ["CONVICTED", "REDESIGNATED MISD PER 11361.8 HS"],
        ("convicted", True, False, False, "M"),
    ),
    "pardoned": (["CONVICTED", "PARDONED"], ("pardoned", True, False, False, "F")),
    "a certificate leaves the conviction": (
        ["CONVICTED", "CERT OF REHAB"],
        ("convicted", True, False, False, "F"),
    ),
    "set aside without a conviction": (
        ["CONV SET ASIDE & DISM PER 1203.4 PC"],
        ("unknown", False, False, False, "F"),
    ),
    "a denied petition leaves the conviction": (
        ["CONVICTED", "PETITION PER 1203.4 PC DENIED"],
        ("convicted", True, False, False, "F"),
    ),
    "denied first, then granted": (
        ["CONVICTED", "PETITION PER 1203.4 PC DENIED", "DISMISSED PER 1203.4 PC"],
        ("set_aside", True, True, False, "F"),
    ),
    "a denied reduction leaves the level": (
        ["CONVICTED", "17(B) PC REDUCED DENIED"],
        ("convicted", True, False, False, "F"),
    ),
    "a denied reinstatement leaves the revocation": (
        ["CONVICTED", "PROBATION REVOKED", "PROBATION REINSTATED-DENIED"],
        ("convicted", True, False, True, "F"),
    ),
    "a denied petition settles no count": (
        ["PETITION PER 1203.4 PC DENIED"],
        ("unknown", False, False, False, "F"),
    ),
    "reduced": (["CONVICTED", "REDUCED TO MISDEMEANOR"], ("convicted", True, False, False, "M")),
    "reduced to an infraction": (
        ["CONVICTED", "REDUCED TO INFRACTION"],
        ("convicted", True, False, False, "I"),
    ),
    "revoked": (["CONVICTED", "PROBATION REVOKED"], ("convicted", True, False, True, "F")),
    "revoked and reinstated": (
        ["CONVICTED", "PROBATION REVOKED", "PROBATION REINSTATED"],
        ("convicted", True, False, False, "F"),
    ),
    "revoked and reinstated at once": (
        ["CONVICTED", "PROBATION REVOKED & REINSTATED"],
        ("convicted", True, False, False, "F"),
    ),
    "reinstated and revoked again": (
        ["CONVICTED", "PROBATION REINSTATED", "PROBATION REVOKED"],
        ("convicted", True, False, True, "F"),
    ),
    "diverted": (["DIVERTED PER 1000 PC"], ("diverted", False, False, False, "F")),
    "a listed programme, then dismissed": (
        ["DIVERTED PER 1000 PC", "DISMISSED"],
        ("diversion_completed", False, False, False, "F"),
    ),
    "a listed programme, then dismissed twice": (
        ["DIVERTED PER 1000 PC", "DISMISSED", "DISMISSED"],
        ("diversion_completed", False, False, False, "F"),
    ),
    "diverted, and the plea withdrawn": (
        ["DIVERTED PER 1000 PC", "PLEA WITHDRAWN & DISM PER 1203.43 PC"],
        ("diversion_completed", False, False, False, "F"),
    ),
    "another programme, then dismissed": (
        ["DIVERTED PER 1001.95 PC", "DISMISSED"],
        ("dismissed", False, False, False, "F"),
    ),
    "a diversion that failed": (
        ["DIVERTED PER 1000 PC", "DIVERSION TERMINATED", "CONVICTED"],
        ("convicted", True, False, False, "F"),
    ),
    "a diversion that ended is open": (
        ["DIVERTED PER 1000 PC", "DIVERSION TERMINATED"],
        ("undisposed", False, False, False, "F"),
    ),
}


@pytest.fixture(scope="module")
def outcomes(spark: SparkSession) -> Prepared:
    usual = {"offense_descr": "459 PC-BURGLARY", "offense_toc": "F", "stp_event_date": "20010101"}
    rows = [
        {"subject_id": case, "disp_order": str(at), "disp_descr": text, **usual}
        for case, (texts, _) in OUTCOMES.items()
        for at, text in enumerate(texts)
    ]
    rows += [{**row, "subject_id": case} for case, (given, _) in LINKS.items() for row in given]
    rows += [
        {**row, "subject_id": case}
        for case, (change, _) in OF_TWO.items()
        for row in (*TWO, change)
    ]
    rows += [
        {**row, "subject_id": case}
        for case, (given, change, _) in NOT_SURE.items()
        for row in (*given, change)
    ]
    plea = {**SET_ASIDE, "disp_descr": "PLEA WITHDRAWN & DISM PER 1203.43 PC", "ofn": "A1"}
    diverted = {**CASE, "disp_descr": "DIVERTED PER 1000 PC"}
    rows += [{**row, "subject_id": "diverted, and later the plea"} for row in (diverted, plea)]
    denied = {**CASE, "count_order": SECOND, "disp_descr": "PETITION PER 1203.4 PC DENIED"}
    rows += [{"subject_id": "denied later", **row} for row in (CONVICTED, denied)]
    rows += [
        {"subject_id": case, **row}
        for case, change in VIOLATED.items()
        for row in (CONVICTED, {**CASE, "count_order": SECOND, **change})
    ]
    # No order, no dates: a change of a conviction presupposes it.
    rows += [
        {"subject_id": "no order", "disp_descr": text, "offense_descr": "459 PC"}
        for text in ("CONV SET ASIDE & DISM PER 1203.4 PC", "CONVICTED", "PROBATION REVOKED")
    ]
    by_date = {"disp_descr": "PROBATION REVOKED", "disp_date": "20020101"}
    rows += [
        {"subject_id": "by date", **row}
        for row in (
            {"disp_descr": "PROBATION REINSTATED", "disp_date": "20030101"},
            by_date,
            {"disp_descr": "CONVICTED", "disp_date": "20010101"},
        )
    ]
    rows += [
        {"subject_id": "order before date", **row}
        for row in (
            {"disp_order": "10", **by_date},
            {"disp_order": "9", "disp_descr": "PROBATION REINSTATED", "disp_date": "20030101"},
            {"disp_order": "1", "disp_descr": "CONVICTED", "disp_date": "20010101"},
        )
    ]
    return prepared(source_rows(spark, *rows))


@pytest.mark.parametrize("case", OUTCOMES)
def test_the_dispositions_of_a_count_decide_its_status(case: str, outcomes: Prepared) -> None:
    row = outcomes.count(case)
    got = (row.status, row.convicted, row.set_aside, row.probation_revoked, row.level)
    assert got == OUTCOMES[case][1]


@pytest.mark.parametrize(
    ("case", "under", "reduced"),
    [
        ("void", "prop64", False),
        ("void, and taken back", "none", False),
        ("redesignated under Prop 64", "prop64", True),
        ("reduced", "none", True),
        ("a reduction that was taken back", "none", False),
        ("set aside", "none", False),
    ],
)
def test_a_conviction_says_under_which_law_it_was_changed_and_whether_it_was_reduced(
    case: str, under: str, reduced: bool, outcomes: Prepared
) -> None:
    row = outcomes.count(case)
    assert (row.changed_under, row.reduced) == (under, reduced)


def test_a_dismissal_after_a_conviction_is_flagged(outcomes: Prepared) -> None:
    assert (
        "DISMISSED_AFTER_CONVICTION"
        in outcomes.count("a dismissal after a conviction leaves it unknown").quality
    )
    assert "DISMISSED_AFTER_CONVICTION" not in outcomes.count("set aside").quality


def test_without_order_and_dates_a_change_comes_after_the_conviction(outcomes: Prepared) -> None:
    row = outcomes.count("no order")
    assert (row.status, row.probation_revoked) == ("set_aside", True)


def test_dispositions_stand_in_order_of_number_then_date(outcomes: Prepared) -> None:
    assert not outcomes.count("by date").probation_revoked
    assert outcomes.count("order before date").probation_revoked


# A line that is no offence and is written as a conviction, in the case of one.
VIOLATED = {
    "violated": {"disp_descr": "CONVICTED-JAIL", "offense_descr": "1203.2 PC-PROB VIOL"},
    "violated, in words": {"disp_descr": "CONVICTED", "offense_descr": "PROBATION VIOLATION"},
    "held after prison": {"disp_descr": "CONVICTED", "offense_descr": "3454(C) PC-FLASH"},
    "sentenced": {"disp_descr": "CONVICTED-JAIL", "offense_descr": "1170(H)(5) PC-SENTENCING"},
}

EVER_REVOKED = {
    "revoked": True,
    "revoked and reinstated": True,
    "revoked and reinstated at once": True,
    "a denied reinstatement leaves the revocation": True,
    "reduced": False,
    "set aside": False,
}


@pytest.mark.parametrize("case", EVER_REVOKED)
def test_what_was_reinstated_was_revoked(case: str, outcomes: Prepared) -> None:
    assert outcomes.count(case).probation_ever_revoked == EVER_REVOKED[case]


@pytest.mark.parametrize("case", VIOLATED)
def test_a_conviction_of_having_violated_probation_revokes_that_of_another(
    case: str, outcomes: Prepared
) -> None:
    conviction, line = (outcomes.count(case, order) for order in (FIRST, SECOND))
    assert conviction.probation_revoked == case.startswith("violated")
    assert not line.convicted


@pytest.mark.parametrize("case", LINKS)
def test_a_later_disposition_finds_its_conviction_or_is_unlinked(
    case: str, outcomes: Prepared
) -> None:
    rows, found = LINKS[case]
    change = outcomes.count(case, rows[1]["count_order"])
    conviction = outcomes.count(case, FIRST)
    assert conviction.set_aside == (found == REACHES)
    assert ("DOUBTFUL_DISPOSITION" in conviction.quality) == (found == DOUBTFUL)
    assert ("UNLINKED_DISPOSITION" in change.quality) == (found != REACHES)
    assert not change.convicted


@pytest.mark.parametrize("case", OF_TWO)
def test_what_may_be_about_several_convictions_makes_each_of_them_unknown(
    case: str, outcomes: Prepared
) -> None:
    both = [outcomes.count(case, order) for order in (FIRST, OTHER_COUNT["count_order"])]
    statuses = OF_TWO[case][1]
    assert tuple(one.status for one in both) == statuses
    doubtful = ["DOUBTFUL_DISPOSITION" in one.quality for one in both]
    assert doubtful == [status == "unknown" for status in statuses]


@pytest.mark.parametrize("case", NOT_SURE)
def test_a_case_number_or_a_charge_that_is_not_read_leaves_open_which_conviction_is_changed(
    case: str, outcomes: Prepared
) -> None:
    given, _, statuses = NOT_SURE[case]
    found = [outcomes.count(case, row["count_order"]) for row in given]
    assert [one.status for one in found] == statuses
    assert not any(one.probation_revoked for one in found if one.status == "unknown")


def test_a_change_of_the_only_conviction_needs_no_case_number_that_can_be_read(
    outcomes: Prepared,
) -> None:
    only = outcomes.count("the case number of a change of the only conviction", FIRST)
    assert only.probation_revoked


def test_a_revocation_on_a_later_step_is_that_of_the_conviction_of_its_charge(
    outcomes: Prepared,
) -> None:
    first, other = (
        outcomes.count("a change of one of them", order)
        for order in (FIRST, OTHER_COUNT["count_order"])
    )
    assert (first.probation_revoked, other.probation_revoked) == (True, False)


def test_a_plea_withdrawn_on_a_later_step_ends_the_diversion(outcomes: Prepared) -> None:
    first = outcomes.count("diverted, and later the plea", FIRST)
    assert (first.status, first.pending_charge) == ("diversion_completed", False)


def test_a_denied_petition_on_a_later_step_changes_no_conviction(outcomes: Prepared) -> None:
    conviction, petition = (outcomes.count("denied later", order) for order in (FIRST, SECOND))
    assert conviction.status == "convicted"
    assert "UNLINKED_DISPOSITION" not in petition.quality
    assert "UNKNOWN_DISPOSITION" not in petition.quality
