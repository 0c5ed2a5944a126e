"""What a disposition text does, and what a count's dispositions make of it together."""

from __future__ import annotations

import datetime
from pathlib import Path
from shutil import copytree

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from rows import RULES, Prepared, prepared, source_rows

from clearance.charges.dispositions import effect_of
from clearance.charges.fields import present, shouted
from clearance.charges.record_rules import load_record_rules
from clearance.errors import RulebookInvalid

DAY = datetime.date

EFFECTS = {
    "CONVICTED": "convicts",
    "CONVICTED-PROB/JAIL": "convicts",
    "CONVICTED-DISMISSED LATER PER 1203.4 PC": "convicts",
    " convicted-jail ": "convicts",
    "UNCONVICTED": "unknown",
    "CONV SET ASIDE & DISM PER 1203.4 PC": "sets_aside",
    "DISMISSED PER 1203.4A PC": "sets_aside",
    "DISMISSED PER 1203.425 PC": "relieves",
    "SEALED PER 1203.45 PC": "no_effect",
    "RELIEF GRANTED": "relieves",
    "CERT OF REHAB GRANTED": "certifies",
    "PARDONED BY GOVERNOR": "pardons",
    "REDUCED TO MISDEMEANOR": "reduces",
    "REDUCED TO MISD PER 17(B) PC": "reduces",
    "PROBATION REVOKED": "revokes",
    "PROBATION  REVOKED": "revokes",
    "PROB REV/REINSTATED": "reinstates",
    "PROBATION REINSTATED": "reinstates",
    "SENTENCE MODIFIED": "modifies",
    "RESENTENCED": "resentences",
    "ACQUITTED": "acquits",
    "DISMISSED": "dismisses",
    "DISMISSED/FURTHERANCE OF JUSTICE": "dismisses",
    "PROS REJ-COMB W/OTHER CNTS": "rejects",
    "RELEASED/DETENTION ONLY": "releases",
    "REL/TOT OTHER JURIS/AUTH": "releases",
    "DIVERTED PER 1000 PC": "diverts",
    "DIVERTED PER 1001.36 PC": "diverts",
    "DIVERTED PER 1001.36(A) PC-MENTAL HEALTH": "diverts",
    "DIVERTED PER PC 1000": "diverts",
    "DIVERTED PER 1000PC": "diverts",
    "DIVERTED PER 1000": "diverts",
    "DIVERTED PER 851.87 PC": "diverts",
    "DIVERTED PER 1000.4 PC": "diverts",
    "DIVERTED PER 1000.1 PC": "diverts_unlisted",
    "DIVERTED PER 1000.45 PC": "diverts_unlisted",
    "DIVERTED PER 10009 PC": "diverts_unlisted",
    "DIVERTED PER 1000 HS": "diverts_unlisted",
    "DIVERTED PER 1001 PC": "diverts_unlisted",
    "DIVERTED PER 1001.95 PC": "diverts_unlisted",
    "DIVERTED PER 1001.95(A) PC": "diverts_unlisted",
    "DIVERTED PER 1210.1 PC": "diverts_unlisted",
    "DIVERTED": "diverts_unlisted",
    "DIVERSION COMPLETED": "completes_diversion",
    "PAROLED FROM CDC": "no_effect",
    "DISCHARGED": "no_effect",
    "NO LONGER REQUIRED TO REGISTER": "no_effect",
    "PETITION PER 1203.4 PC DENIED": "denies",
    "1203.4 PC DENIED": "denies",
    "SET ASIDE DENIED": "denies",
    "RELIEF PER 1203.425(B) PC DENIED": "denies",
    "RELIEF DENIED 1203.425 PC": "denies",
    "17(B) PC REDUCED DENIED": "denies",
    "REDUCED TO MISDEMEANOR-DENIED": "denies",
    "NOT REDUCED PER 17(B) PC": "denies",
    "PARDON DENIED": "denies",
    "CERT OF REHAB DENIED": "denies",
    "1203.4 PC RELIEF REVOKED": "denies",
    "PETITION PER 1203.4 PC WITHDRAWN": "denies",
    "SET ASIDE VACATED": "denies",
    "RELIEF GRANTED-VACATED": "denies",
    "PROBATION REINSTATED-DENIED": "denies",
    "1203.4 PC UNDENIED": "sets_aside",
    "1203.4 PC (NOTDENIED)": "sets_aside",
    "PETITION PER 1203.4 PC GRANTED": "sets_aside",
    "PLEA WITHDRAWN & DISM PER 1203.43 PC": "sets_aside",
    "GUILTY PLEA WITHDRAWN, NOT GUILTY PLEA ENTERED, DISM PER 1203.4 PC": "sets_aside",
    "CONVICTION VACATED PER 1473.7 PC": "sets_aside",
    "PROBATION REVOKED & REINSTATED": "reinstates",
    "PROB REVOCATION DENIED": "revokes",
    "PROBATION REVOCATION DENIED": "unknown",
    "CONVICTED-MOTION TO REDUCE DENIED": "convicts",
    "SEALED PER 1203.45 PC DENIED": "no_effect",
    "DISMISSAL DENIED": "unknown",
    "PETITION DENIED": "unknown",
    "SENT TO THE MOON": "unknown",
    "": None,
    " - ": None,
}

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
    "a dismissal does not undo a conviction": (
        ["CONVICTED", "DISMISSED"],
        ("convicted", True, False, False, "F"),
    ),
    "set aside": (
        ["CONVICTED", "CONV SET ASIDE & DISM PER 1203.4 PC"],
        ("set_aside", True, True, False, "F"),
    ),
    "relieved": (["CONVICTED", "RELIEF GRANTED"], ("relieved", True, True, False, "F")),
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
    "reinstated and revoked again": (
        ["CONVICTED", "PROBATION REINSTATED", "PROBATION REVOKED"],
        ("convicted", True, False, True, "F"),
    ),
    "diverted": (["DIVERTED PER 1000 PC"], ("diverted", False, False, False, "F")),
    "a listed programme, then dismissed": (
        ["DIVERTED PER 1000 PC", "DISMISSED"],
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

FIRST, SECOND = "101002001000", "101003001000"
SET_ASIDE = {"disp_descr": "CONV SET ASIDE & DISM PER 1203.4 PC", "count_order": SECOND}
CASE = {"ofn": "A1", "offense_descr": "459 PC-BURGLARY", "count_order": FIRST}
OTHER_COUNT = {**CASE, "offense_descr": "484 PC-THEFT", "count_order": "101002002000"}
CONVICTED = {**CASE, "disp_descr": "CONVICTED", "stp_event_date": "20010101"}

# A conviction, a change on a count of its own, and whether the change reaches the conviction.
LINKS: dict[str, tuple[list[dict[str, str]], bool]] = {
    "same case and charge": ([CONVICTED, {**CASE, **SET_ASIDE}], True),
    "the charge in other words": (
        [CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": "459PC"}],
        True,
    ),
    "no charge named": ([CONVICTED, {**SET_ASIDE, "ofn": "A1"}], True),
    "a comment that is no charge": (
        [CONVICTED, {**SET_ASIDE, "ofn": "A1", "comment_text": "FINE PAID"}],
        True,
    ),
    "another charge": ([CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": "487 PC"}], False),
    "another subdivision": (
        [CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": "459(A) PC"}],
        False,
    ),
    "another case": ([CONVICTED, {**CASE, **SET_ASIDE, "ofn": "B2"}], False),
    "no case number": ([{**CONVICTED, "ofn": "-"}, {**CASE, **SET_ASIDE, "ofn": "-"}], False),
    "another cycle": ([CONVICTED, {**CASE, **SET_ASIDE, "count_order": "102003001000"}], False),
    "an earlier step": ([CONVICTED, {**CASE, **SET_ASIDE, "count_order": "101001001000"}], False),
    "the same step": ([CONVICTED, {**CASE, **SET_ASIDE, "count_order": "101002003000"}], False),
    "nothing to change": (
        [{**CONVICTED, "disp_descr": "DISMISSED"}, {**CASE, **SET_ASIDE}],
        False,
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
    both = [CONVICTED, {**OTHER_COUNT, "disp_descr": "CONVICTED"}, {**SET_ASIDE, "ofn": "A1"}]
    rows += [{**row, "subject_id": "all of the case"} for row in both]
    denied = {**CASE, "count_order": SECOND, "disp_descr": "PETITION PER 1203.4 PC DENIED"}
    rows += [{"subject_id": "denied later", **row} for row in (CONVICTED, denied)]
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


def test_each_text_has_the_effect_of_the_first_entry_that_fits(spark: SparkSession) -> None:
    texts = spark.createDataFrame([(text,) for text in EFFECTS], "text string")
    word = shouted(present(F.col("text")))
    effect = effect_of(word, rules=load_record_rules(RULES))
    assert {row[0]: row[1] for row in texts.select("text", effect).collect()} == EFFECTS


@pytest.mark.parametrize("case", OUTCOMES)
def test_the_dispositions_of_a_count_decide_its_status(case: str, outcomes: Prepared) -> None:
    row = outcomes.count(case)
    got = (row.status, row.convicted, row.set_aside, row.probation_revoked, row.level)
    assert got == OUTCOMES[case][1]


def test_a_dismissal_after_a_conviction_is_flagged(outcomes: Prepared) -> None:
    assert (
        "DISMISSED_AFTER_CONVICTION"
        in outcomes.count("a dismissal does not undo a conviction").quality
    )
    assert "DISMISSED_AFTER_CONVICTION" not in outcomes.count("set aside").quality


def test_without_order_and_dates_a_change_comes_after_the_conviction(outcomes: Prepared) -> None:
    row = outcomes.count("no order")
    assert (row.status, row.probation_revoked) == ("set_aside", True)


def test_dispositions_stand_in_order_of_number_then_date(outcomes: Prepared) -> None:
    assert not outcomes.count("by date").probation_revoked
    assert outcomes.count("order before date").probation_revoked


@pytest.mark.parametrize("case", LINKS)
def test_a_later_disposition_finds_its_conviction_or_is_unlinked(
    case: str, outcomes: Prepared
) -> None:
    rows, reaches = LINKS[case]
    change = outcomes.count(case, rows[1]["count_order"])
    assert outcomes.count(case, FIRST).set_aside == reaches
    assert ("UNLINKED_DISPOSITION" in change.quality) != reaches
    assert not change.convicted


def test_a_later_disposition_without_a_charge_changes_every_conviction_of_the_case(
    outcomes: Prepared,
) -> None:
    for order in (FIRST, OTHER_COUNT["count_order"]):
        assert outcomes.count("all of the case", order).status == "set_aside"


def test_a_denied_petition_on_a_later_step_changes_no_conviction(outcomes: Prepared) -> None:
    conviction, petition = (outcomes.count("denied later", order) for order in (FIRST, SECOND))
    assert conviction.status == "convicted"
    assert "UNLINKED_DISPOSITION" not in petition.quality
    assert "UNKNOWN_DISPOSITION" not in petition.quality


def test_rules_that_do_not_hold_are_refused_with_every_problem(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    copytree(RULES, rules)
    (rules / "dispositions.yaml").write_text(
        "refusals: [{words: [denied]}, {words: []}]\n"
        "dispositions:\n"
        "  - {starts_with: CONVICTED, effect: convict}\n"
        "  - {starts_with: REDUCED, effect: reduces}\n"
        "  - {starts_with: a, text: B, effect: dismisses}\n"
    )
    (rules / "registrations.yaml").unlink()
    with pytest.raises(RulebookInvalid) as refused:
        load_record_rules(rules)
    for problem in (
        "refusals.0",
        "refusals.1.words",
        "dispositions.0.effect",
        "`level` goes with",
        "exactly one",
        "registrations",
    ):
        assert problem in refused.value.message
