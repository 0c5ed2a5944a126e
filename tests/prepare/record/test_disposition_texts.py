"""What the text of a disposition does: the effect of the first entry that fits it."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from clearance.errors import RulebookInvalid
from clearance.prepare.record.dispositions import effect_of, worded_effect
from clearance.prepare.record.fields import present, upper_cased
from clearance.prepare.record.rules import load_record_rules
from tests.support.rows import RULES

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
    "NOT GUILTY": "acquits",
    "NOT GUILTY BY JURY": "acquits",
    "NOT GUILTY PLEA ENTERED": "unknown",
    "NOT GUILTY BY REASON OF INSANITY": "unknown",
    "ACQUITTED, CONVICTED OF LESSER": "unknown",
    "DISMISSED/LESSER INCLUDED": "dismisses",
    "DISMISSED-ORDER WITHDRAWN": "unknown",
    "DISMISSED IN ERROR": "unknown",
    "DISMISSED/REFILE": "unknown",
    "DISMISSED-HELD TO ANSWER": "unknown",
    "DISMISSED-SUPERSEDED BY INDICTMENT": "unknown",
    "RELEASED/CITED": "unknown",
    "DIVERSION COMPLETED UNSUCCESSFULLY": "unknown",
    "DIVERTED PER 1000 PC-DENIED": "unknown",
    "DIVERTED PER 1000 PC-TERMINATED": "unknown",
    "DEJ GRANTED-VACATED": "unknown",
    "RELEASED ON BAIL": "unknown",
    "RELEASED ON OWN RECOGNIZANCE": "unknown",
    "PROBATION REVOKED NOT REINSTATED": "unknown",
    "PROB REVOKED/REINSTATED DENIED": "unknown",
    "PROBATION TERMINATED-NOT SUCCESSFUL": "unknown",
    "SENT TO THE MOON": "unknown",
    "": None,
    " - ": None,
}


def test_each_text_has_the_effect_of_the_first_entry_that_fits(spark: SparkSession) -> None:
    texts = spark.createDataFrame([(text,) for text in EFFECTS], "text string")
    word, rules = upper_cased(present(F.col("text"))), load_record_rules(RULES)
    worded = texts.withColumn("worded", worded_effect(word, rules=rules))
    effect = effect_of(word, F.col("worded"), rules=rules)
    assert {row[0]: row[1] for row in worded.select("text", effect).collect()} == EFFECTS


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
