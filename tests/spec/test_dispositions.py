"""What a disposition text does, and what a count's dispositions make of it together."""

from __future__ import annotations

import datetime
from pathlib import Path
from shutil import copytree

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from rows import RULES, Prepared, prepared, source_rows

from clearance.errors import RulebookInvalid
from clearance.prepare.record.dispositions import effect_of, worded_effect
from clearance.prepare.record.fields import present, shouted
from clearance.prepare.record.rules import load_record_rules

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
    "DISMISSED & SEALED PER 11361.8 HS": "voids",
    "CONVICTION DISMISSED AS LEGALLY INVALID HS 11361.8(E)": "voids",
    "PETITION PER 11361.8 HS TO DISMISS DENIED": "denies",
    "REDESIGNATED MISD PER 11361.8 HS": "reduces",
    "REDUCED TO INFRACTION PER 11361.9 HS": "reduces",
    "PETITION PER 11361.8 HS GRANTED": "unknown",
    "SET ASIDE & DISM PER 1210.1(E)(1) PC": "voids",
    "PROB REVOKED PER 1210.1 PC": "revokes",
    "SEALED PER 653.29 PC": "voids",
    "CONVICTION VACATED PER 1170.21 PC": "voids",
    "CONVICTION VACATED PER 236.14 PC": "voids",
    "DEJ GRANTED PER 1000 PC": "diverts",
    "DEJ DENIED": "unknown",
    "DEJ COMPLETED": "completes_diversion",
    "DISMISSED PER 1001.36(H) PC": "completes_diversion",
    "DISM PER 1000.3(D) PC": "completes_diversion",
    "MOTION TO DISMISS PER 1001.36 PC": "unknown",
    "DISMISSED PER 1001.95 PC": "dismisses",
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
    "PROS REJ-COMB W/OTHER CNTS": "combines",
    "RELEASED/DETENTION ONLY": "releases",
    "REL/TOT OTHER JURIS/AUTH": "turns_over",
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
    "1203.4 PC RELIEF REVOKED": "undoes_relief",
    "PETITION PER 1203.4 PC WITHDRAWN": "denies",
    "SET ASIDE VACATED": "undoes_relief",
    "RELIEF GRANTED-VACATED": "undoes_relief",
    "PROBATION REINSTATED-DENIED": "denies",
    "1203.4 PC UNDENIED": "unknown",
    "1203.4 PC (NOTDENIED)": "unknown",
    "PETITION PER 1203.4 PC GRANTED": "sets_aside",
    "PLEA WITHDRAWN & DISM PER 1203.43 PC": "withdraws_plea",
    "GUILTY PLEA WITHDRAWN, NOT GUILTY PLEA ENTERED, DISM PER 1203.4 PC": "sets_aside",
    "CONVICTION VACATED PER 1473.7 PC": "reverses",
    "PROBATION REVOKED & REINSTATED": "reinstates",
    "PROB REVOCATION DENIED": "unknown",
    "PROBATION REVOCATION DENIED": "unknown",
    "CONVICTED-MOTION TO REDUCE DENIED": "convicts",
    "SEALED PER 1203.45 PC DENIED": "no_effect",
    "DISMISSAL DENIED": "unknown",
    "PETITION DENIED": "unknown",
    "SET ASIDE PER PC 1203.4": "sets_aside",
    "DISM 1203.4PC": "sets_aside",
    "CONV SET ASIDE 1203.4(A)(1) PC": "sets_aside",
    "DISM PER PC1203.4A": "sets_aside",
    "DISMISSED PER 11203.4 PC": "dismisses",
    "PETITION PER 1203.4 PC": "unknown",
    "PETITION PER 1203.4 PC CONTINUED": "unknown",
    "1203.4 PC HEARING VACATED": "unknown",
    "PETITION TO PROHIBIT RELIEF PER 1203.425 PC GRANTED": "unknown",
    "MOTION TO REDUCE PER 17(B) PC DENIED": "denies",
    "MOTION TO REDUCE PER 17(B) PC GRANTED": "reduces",
    "MOTION TO REDUCE PER 17(B) PC": "unknown",
    "CONVICTION NOT SET ASIDE, 1203.4 PC": "denies",
    "RELIEF GRANTED PER 1203.425 PC-RESCINDED": "undoes_relief",
    "REDUCED TO MISDEMEANOR-VACATED": "undoes_reduction",
    "CONVICTION REVERSED": "reverses",
    "CONV REVERSED ON APPEAL": "reverses",
    "REVERSED AND REMANDED": "reverses",
    "REVERSED IN PART": "unknown",
    "JUDGMENT VACATED": "reverses",
    "NEW TRIAL GRANTED": "reverses",
    "MOTION FOR NEW TRIAL DENIED": "denies",
    "MOTION FOR NEW TRIAL": "unknown",
    "CONVICTION AFFIRMED": "no_effect",
    "FORMAL PROBATION REVOKED": "revokes",
    "PROB VIOL FOUND": "revokes",
    "PROB VIOL FOUND-SENTENCE IMPOSED": "unknown",
    "PROBATION TERMINATED UNSUCCESSFULLY": "revokes",
    "PROBATION TERMINATED": "terminates",
    "PROBATION TERMINATED-ABSCONDED": "unknown",
    "VOP ADMITTED, PROBATION REINSTATED": "reinstates",
    "PAROLE REVOKED": "revokes",
    "DIVERSION REVOKED": "ends_diversion",
    "DISMISSED-REINSTATED": "unknown",
    "ACQUITTED/SET ASIDE": "unknown",
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
    "a dismissal after a conviction leaves it unknown": (
        ["CONVICTED", "DISMISSED"],
        ("unknown", False, False, False, "F"),
    ),
    "a dismissal after a set-aside says nothing more": (
        ["CONVICTED", "CONV SET ASIDE & DISM PER 1203.4 PC", "DISMISSED"],
        ("set_aside", True, True, False, "F"),
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

FIRST, SECOND = "101002001000", "101003001000"
SET_ASIDE = {"disp_descr": "CONV SET ASIDE & DISM PER 1203.4 PC", "count_order": SECOND}
CASE = {"ofn": "A1", "offense_descr": "459 PC-BURGLARY", "count_order": FIRST}
OTHER_COUNT = {**CASE, "offense_descr": "484 PC-THEFT", "count_order": "101002002000"}
CONVICTED = {**CASE, "disp_descr": "CONVICTED", "stp_event_date": "20010101"}

REACHES, DOUBTFUL, NEITHER = "reaches", "doubtful", "neither"
# A conviction, a change on a count of its own, and whether the change reaches the conviction.
LINKS: dict[str, tuple[list[dict[str, str]], str]] = {
    "same case and charge": ([CONVICTED, {**CASE, **SET_ASIDE}], REACHES),
    "the charge in other words": (
        [CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": "459PC"}],
        REACHES,
    ),
    "no charge named": ([CONVICTED, {**SET_ASIDE, "ofn": "A1"}], REACHES),
    "a comment that is no charge": (
        [CONVICTED, {**SET_ASIDE, "ofn": "A1", "comment_text": "FINE PAID"}],
        REACHES,
    ),
    "another charge": ([CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": "487 PC"}], DOUBTFUL),
    "a subdivision of the charge": (
        [CONVICTED, {**CASE, **SET_ASIDE, "offense_descr": "459(A) PC"}],
        REACHES,
    ),
    "another subdivision": (
        [
            {**CONVICTED, "offense_descr": "487(A) PC"},
            {**CASE, **SET_ASIDE, "offense_descr": "487(C) PC"},
        ],
        DOUBTFUL,
    ),
    "the case in another spelling": (
        [{**CONVICTED, "ofn": "BA12345"}, {**CASE, **SET_ASIDE, "ofn": "ba 12345-01"}],
        REACHES,
    ),
    "another case, and none but this conviction": (
        [CONVICTED, {**CASE, **SET_ASIDE, "ofn": "B2"}],
        REACHES,
    ),
    "no case number": ([{**CONVICTED, "ofn": "-"}, {**CASE, **SET_ASIDE, "ofn": "-"}], REACHES),
    "another cycle": ([CONVICTED, {**CASE, **SET_ASIDE, "count_order": "102003001000"}], REACHES),
    "another cycle and no case, charge or date": (
        [CONVICTED, {**SET_ASIDE, "count_order": "102003001000"}],
        REACHES,
    ),
    "another cycle, before the conviction": (
        [
            CONVICTED,
            {**CASE, **SET_ASIDE, "count_order": "102003001000", "stp_event_date": "20001231"},
        ],
        NEITHER,
    ),
    "an earlier step": ([CONVICTED, {**CASE, **SET_ASIDE, "count_order": "101001001000"}], NEITHER),
    "the same step": ([CONVICTED, {**CASE, **SET_ASIDE, "count_order": "101002003000"}], REACHES),
    "nothing to change": (
        [{**CONVICTED, "disp_descr": "DISMISSED"}, {**CASE, **SET_ASIDE}],
        NEITHER,
    ),
}
REVOKED = {"disp_descr": "PROBATION REVOKED", "count_order": SECOND}
NOT_READ = {"disp_descr": "SENT TO THE MOON", "count_order": SECOND}
ENDED = {"disp_descr": "DISMISSED", "count_order": SECOND}
TWO = [CONVICTED, {**OTHER_COUNT, "disp_descr": "CONVICTED"}]
# Two convictions of one case, what stands on a later step, and the statuses that they have then.
OF_TWO: dict[str, tuple[dict[str, str], tuple[str, str]]] = {
    "a change of one of them": ({**CASE, **REVOKED}, ("convicted", "convicted")),
    "a change of either": ({**REVOKED, "ofn": "A1"}, ("unknown", "unknown")),
    "a change of neither charge": (
        {**CASE, **REVOKED, "offense_descr": "487 PC"},
        ("unknown", "unknown"),
    ),
    "a change under no offence": (
        {**CASE, **REVOKED, "offense_descr": "1203.2 PC-PROBATION VIOL"},
        ("unknown", "unknown"),
    ),
    "text about one of them": ({**CASE, **NOT_READ}, ("unknown", "convicted")),
    "text about either": ({**NOT_READ, "ofn": "A1"}, ("unknown", "unknown")),
    "a dismissal of one of them": ({**CASE, **ENDED}, ("unknown", "convicted")),
    "a dismissal of another charge": (
        {**CASE, **ENDED, "offense_descr": "487 PC"},
        ("convicted", "convicted"),
    ),
    "a dismissal in another case": ({**CASE, **ENDED, "ofn": "B2"}, ("convicted", "convicted")),
    "a petition that was denied": (
        {**REVOKED, "ofn": "A1", "disp_descr": "PETITION PER 1203.4 PC DENIED"},
        ("convicted", "convicted"),
    ),
}

# Convictions, of which something is text that is not read, what stands on a later step, and the
# statuses that the convictions have then.
STRANGE_CASE, STRANGE_CHARGE = {"ofn": "WVU-77 XKCD"}, {"offense_descr": "#N/A"}
SAME_CHARGE = {**CONVICTED, "count_order": OTHER_COUNT["count_order"]}
OTHER_CASE = {**CONVICTED, "count_order": "102002001000", "ofn": "B2", "offense_descr": "484 PC"}
NEXT_CYCLE = {"count_order": "102003001000"}
NOT_SURE: dict[str, tuple[list[dict[str, str]], dict[str, str], list[str]]] = {
    "the case number of one of two": (
        [{**CONVICTED, **STRANGE_CASE}, SAME_CHARGE], {**CASE, **REVOKED}, ["unknown", "unknown"],
    ),
    "the case number of one of another charge": (
        [{**TWO[0], **STRANGE_CASE}, TWO[1]],
        {**CASE, **REVOKED, "offense_descr": "484 PC"},
        ["convicted", "convicted"],
    ),
    "the case number of a conviction of another cycle": (
        [{**CONVICTED, **STRANGE_CASE}, OTHER_CASE],
        {**REVOKED, **NEXT_CYCLE, "ofn": "A1"},
        ["unknown", "unknown"],
    ),
    "the case number of the change": (
        [CONVICTED, OTHER_CASE],
        {**REVOKED, **NEXT_CYCLE, **STRANGE_CASE},
        ["unknown", "unknown"],
    ),
    "the same text for every case number": (
        [{**one, **STRANGE_CASE} for one in (CONVICTED, OTHER_CASE)],
        {**REVOKED, **NEXT_CYCLE, **STRANGE_CASE, "offense_descr": "484 PC"},
        ["unknown", "unknown"],
    ),
    "the case number of a change of the only conviction": (
        [CONVICTED], {**CASE, **REVOKED, **STRANGE_CASE}, ["convicted"],
    ),
    "the charge of one of two": (
        [{**CONVICTED, **STRANGE_CHARGE}, SAME_CHARGE],
        {**CASE, **REVOKED},
        ["unknown", "unknown"],
    ),
    "the charge of the only conviction": (
        [{**CONVICTED, **STRANGE_CHARGE}], {**CASE, **REVOKED}, ["unknown"],
    ),
    "the case number of a dismissal": (
        TWO, {**CASE, **ENDED, **STRANGE_CASE}, ["unknown", "convicted"],
    ),
    "the case number of a dismissed conviction": (
        [{**TWO[0], **STRANGE_CASE}, TWO[1]], {**CASE, **ENDED}, ["unknown", "convicted"],
    ),
}  # fmt: skip


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
    word, rules = shouted(present(F.col("text"))), load_record_rules(RULES)
    worded = texts.withColumn("worded", worded_effect(word, rules=rules))
    effect = effect_of(word, F.col("worded"), rules=rules)
    assert {row[0]: row[1] for row in worded.select("text", effect).collect()} == EFFECTS


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
