"""Where a length is missing the law bounds the end; what ends probation before its term is over."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from clearance.errors import RulebookInvalid
from clearance.platform.paths import rules_folder
from clearance.prepare.record.rules import load_record_rules
from tests.support.rows import Prepared, prepared, source_rows

DAY = datetime.date
THEFT = {"offense_descr": "484 PC-THEFT", "offense_toc": "M"}
FELONY = {"offense_descr": "487 PC-GRAND THEFT", "offense_toc": "F"}
BURGLARY = {"offense_descr": "459 PC-BURGLARY", "offense_toc": "F"}
DUI = {"offense_descr": "23152(A) VC-DUI ALCOHOL", "offense_toc": "M"}
POSSESSION = {"offense_descr": "11377 HS-POSSESS CONTROLLED SUBSTANCE", "offense_toc": "M"}
UNREAD = {"offense_descr": "SEE COMMENT", "offense_toc": "M"}
PROBATION = {"disp_descr": "CONVICTED-PROBATION"}
JAIL = {"disp_descr": "CONVICTED-JAIL"}
Rows = list[dict[str, str]]


def part(kind: str, length: str = "", unit: str = "") -> dict[str, str]:
    return {"sent_loc_descr": kind, "sent_length": length, "sent_time_code": unit}


def later(text: str, on: str, **given: str) -> dict[str, str]:
    return {"disp_descr": text, "disp_order": "2", "disp_date": on, **given}


def conv(*rows: dict[str, str], on: str = "20010131", **given: str) -> Rows:
    usual = {"disp_descr": "CONVICTED", "stp_event_date": on, "disp_order": "1", **given}
    return [{**usual, **row} for row in rows]


# The rows of a count, the end, whether it is the latest possible one, its basis.
CASES: dict[str, tuple[Rows, datetime.date | None, bool, str]] = {
    "a misdemeanor's probation without a part": (
        conv(PROBATION, **THEFT), DAY(2004, 1, 31), True, "unknown: probation not recorded",
    ),
    "a felony's": (
        conv(PROBATION, **FELONY), DAY(2006, 1, 31), True, "unknown: probation not recorded",
    ),
    "a felony's on the first day of determinate terms": (
        conv(PROBATION, on="19770701", **FELONY),
        DAY(1982, 7, 1), True, "unknown: probation not recorded",
    ),
    "a felony's the day before": (
        conv(PROBATION, on="19770630", **FELONY), None, False, "unknown: probation not recorded",
    ),
    "of a felony whose top term is longer": (
        conv(PROBATION, **BURGLARY), None, False, "unknown: probation not recorded",
    ),
    "of an offence with a longer probation of its own": (
        conv(PROBATION, **DUI), DAY(2006, 1, 31), True, "unknown: probation not recorded",
    ),
    "of a misdemeanor that cannot be read": (
        conv(PROBATION, **UNREAD), DAY(2006, 1, 31), True, "unknown: probation not recorded",
    ),
    "of a felony that cannot be read": (
        conv(PROBATION, **{**UNREAD, "offense_toc": "F"}),
        None, False, "unknown: probation not recorded",
    ),
    "of unknown level as a felony": (
        conv(PROBATION, **{**FELONY, "offense_toc": ""}),
        DAY(2006, 1, 31), True, "unknown: probation not recorded",
    ),
    "since 2021 for possession": (
        conv(PROBATION, on="20210101", **POSSESSION),
        DAY(2022, 1, 1), True, "unknown: probation not recorded",
    ),
    "the day before for possession": (
        conv(PROBATION, on="20201231", **POSSESSION),
        DAY(2023, 12, 31), True, "unknown: probation not recorded",
    ),
    "since 2021 for what may have a victim at home": (
        conv(PROBATION, on="20210101", **THEFT),
        DAY(2024, 1, 1), True, "unknown: probation not recorded",
    ),
    "reduced since, it was a felony's": (
        conv(PROBATION, later("REDUCED TO MISDEMEANOR", "20070101"), **FELONY),
        DAY(2006, 1, 31), True, "unknown: probation not recorded",
    ),
    "probation without a unit": (
        conv(part("PROBATION", "3"), **THEFT),
        DAY(2004, 1, 31), True, "unknown: probation length missing",
    ),
    "jail of a misdemeanor": (
        conv(part("JAIL"), **THEFT), DAY(2002, 1, 31), True, "unknown: jail length missing",
    ),
    "jail of a felony": (
        conv(part("JAIL"), **FELONY), None, False, "unknown: jail length missing",
    ),
    "jail of a felony beside probation": (
        conv(part("JAIL"), part("PROBATION"), **FELONY),
        DAY(2006, 1, 31), True, "unknown: probation length missing",
    ),
    "prison": (
        conv(part("PRISON"), part("PROBATION"), **FELONY),
        None, False, "unknown: probation length missing",
    ),
    "a misdemeanor of which nothing is recorded": (
        conv({}, **THEFT), None, False, "unknown: no sentence recorded",
    ),
    "a felony of which nothing is recorded": (
        conv({}, **FELONY), None, False, "unknown: no sentence recorded",
    ),
    "a known part that outlasts what is missing": (
        conv(part("JAIL"), part("COND SENT", "1", "Y"), **THEFT),
        DAY(2002, 1, 31), False, "conditional",
    ),
    "a known part a day shorter": (
        conv(part("JAIL"), part("COND SENT", "364", "D"), **THEFT),
        DAY(2002, 1, 31), True, "unknown: jail length missing",
    ),
    "text that cannot be read": (
        conv(part("PROBATION", "XX", "Y"), **THEFT),
        None, False, "unknown: text that cannot be read",
    ),
    "life": (conv(part("LIFE"), part("JAIL"), **FELONY), None, False, "no end"),
    "prolonged later": (
        conv(PROBATION, later("PROBATION EXTENDED", "20030101"), **THEFT),
        None, False, "unknown: probation not recorded",
    ),
    "revoked with nothing new": (
        conv(PROBATION, later("PROBATION REVOKED", "20030101"), **THEFT),
        None, False, "unknown: probation not recorded",
    ),
    "ended early": (
        conv(part("PROBATION", "3", "Y"), later("PROBATION TERMINATED", "20020301"), **THEFT),
        DAY(2002, 3, 1), False, "probation terminated",
    ),
    "ended early where its length is missing": (
        conv(PROBATION, later("PROB TERMINATED EARLY", "20020301"), **THEFT),
        DAY(2002, 3, 1), False, "probation terminated",
    ),
    "ended early with jail that ran inside it": (
        conv(
            part("PROBATION", "3", "Y"), part("JAIL", "180", "D"),
            later("PROBATION TERMINATED", "20010301"), **FELONY,
        ),
        DAY(2002, 1, 31), False, "probation terminated",
    ),
    "ended on a day that is not known": (
        conv(
            part("PROBATION", "3", "Y"), later("PROBATION TERMINATED", "20020000"),
            on="20010131", **THEFT,
        ),
        DAY(2004, 1, 31), False, "probation",
    ),
    "ended early beside prison": (
        conv(
            part("PROBATION", "3", "Y"), part("PRISON", "2", "Y"),
            later("PROBATION TERMINATED", "20020301"), **FELONY,
        ),
        DAY(2004, 1, 31), False, "probation",
    ),
    "ended, then reinstated": (
        conv(
            part("PROBATION", "3", "Y"), later("PROBATION TERMINATED", "20020301"),
            {**later("PROBATION REINSTATED", "20020401"), "disp_order": "3"}, **THEFT,
        ),
        DAY(2004, 1, 31), False, "probation",
    ),
    "revoked with a new sentence": (
        conv(
            part("PROBATION", "5", "Y"),
            {**later("PROBATION REVOKED", "20020301"), **part("JAIL", "90", "D")}, **FELONY,
        ),
        DAY(2002, 5, 30), False, "later disposition",
    ),
    "revoked with nothing new, of known length": (
        conv(part("PROBATION", "5", "Y"), later("PROBATION REVOKED", "20020301"), **FELONY),
        DAY(2006, 1, 31), False, "probation",
    ),
    "revoked with nothing new, after a day in jail": (
        conv(
            part("PROBATION", "5", "Y"),
            {**later("PROBATION MODIFIED", "20011201"), **part("JAIL", "1", "D")},
            {**later("PROBATION REVOKED", "20020301"), "disp_order": "3"}, **FELONY,
        ),
        DAY(2006, 1, 31), False, "probation",
    ),
    "revoked with a new sentence, then reinstated": (
        conv(
            part("PROBATION", "5", "Y"),
            {**later("PROBATION REVOKED", "20020301"), **part("JAIL", "90", "D")},
            {**later("PROBATION REINSTATED", "20020601"), "disp_order": "3"}, **FELONY,
        ),
        DAY(2006, 1, 31), False, "probation",
    ),
}  # fmt: skip

NEXT = "102001001000"


def another(on: str, **given: str) -> dict[str, str]:
    fine = {**part("FINE"), "disp_descr": "CONVICTED", "disp_order": "1"}
    return {**fine, "count_order": NEXT, "stp_event_date": on, **FELONY, **given}


BOUND = DAY(2006, 1, 31)
# Rows beside a felony of 2001-01-31 on probation of unknown length, and what its row says.
BESIDE: dict[str, tuple[Rows, dict[str, object]]] = {
    "alone": (
        [],
        {
            "last_serving_end": None,
            "serving_end_unknown": True,
            "serving_bound_end": BOUND,
            "last_sentence_end": BOUND,
            "last_sentence_end_bounded": True,
            "every_sentence_known": True,
            "terms_end": BOUND,
            "terms_end_bounded": True,
            "later_felonies": [],
            "parole_bound_end": None,
        },
    ),
    "a known end on the bound decides": (
        [another("20060131")],
        {"last_sentence_end": BOUND, "last_sentence_end_bounded": False, "last_serving_end": BOUND},
    ),
    "one the day before does not": (
        [another("20060130")],
        {"last_sentence_end": BOUND, "last_sentence_end_bounded": True},
    ),
    "a felony of the same day is none after it": ([another("20010131")], {"later_felonies": []}),
    "one of the next day is": ([another("20010201")], {"later_felonies": [DAY(2001, 2, 1)]}),
    "another without a bound": (
        [another("20080101", **part("JAIL"))],
        {"every_sentence_known": None, "serving_bound_end": None, "serving_end_unknown": True},
    ),
}  # fmt: skip

PRISON = part("PRISON", "2", "Y")
# A conviction with two years of prison, its parole's latest end.
PAROLE: dict[str, tuple[Rows, datetime.date | None]] = {
    "ordinary": (conv(PRISON, **FELONY), DAY(2007, 1, 31)),
    "on the first day of it": (conv(PRISON, on="19790101", **FELONY), DAY(1985, 1, 1)),
    "the day before": (conv(PRISON, on="19781231", **FELONY), None),
    "since the shorter one": (conv(PRISON, on="20200701", **FELONY), DAY(2025, 7, 1)),
    "the day before the shorter one": (conv(PRISON, on="20200630", **FELONY), DAY(2026, 6, 30)),
    "of a sex offence": (
        conv(PRISON, **{**FELONY, "offense_descr": "288(A) PC-LEWD ACT CHILD"}), None,
    ),
    "of murder, whose parole does not end by itself": (
        conv(PRISON, **{**FELONY, "offense_descr": "187(A) PC-MURDER"}), None,
    ),
    "of a charge that cannot be read": (conv(PRISON, **{**UNREAD, "offense_toc": "F"}), None),
    "without prison": (conv(part("JAIL", "1", "Y"), **FELONY), None),
}  # fmt: skip


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> Prepared:
    rows = [{"subject_id": case, **row} for case, (rows, *_) in CASES.items() for row in rows]
    own = conv(PROBATION, **FELONY)
    for case, (others, _) in BESIDE.items():
        rows += [{"subject_id": f"beside: {case}", **row} for row in [*own, *others]]
    for case, (given, _) in PAROLE.items():
        rows += [{"subject_id": f"parole: {case}", **row} for row in given]
    return prepared(source_rows(spark, *rows))


@pytest.mark.parametrize("case", CASES)
def test_a_sentence_ends_or_is_bounded(case: str, people: Prepared) -> None:
    row = people.count(case)
    found = (row.sentence_end, row.sentence_end_bounded, row.sentence_basis)
    assert found == CASES[case][1:]


@pytest.mark.parametrize("case", BESIDE)
def test_what_rests_on_an_end_is_bounded_with_it(case: str, people: Prepared) -> None:
    row, expected = people.count(f"beside: {case}"), BESIDE[case][1]
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("case", PAROLE)
def test_parole_after_prison_is_bounded(case: str, people: Prepared) -> None:
    row = people.count(f"parole: {case}")
    assert row.parole_bound_end == PAROLE[case][1]
    assert row.sentence_end is not None


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{unread: true, sections: [PC 484], years: 3, cite: a, certainty: V}", "drop one"),
        ("{sections: [PC 484, PC 484], years: 3, cite: a, certainty: V}", "twice"),
        ("{sections: ['484'], years: 3, cite: a, certainty: V}", "pattern"),
        ("{years: 0, cite: a, certainty: V}", "greater than or equal to 1"),
        ("{years: 3, certainty: V}", "cite: Field required"),
        ("\n  - ".join(["{years: 3, cite: a, certainty: V}"] * 63), "at most 62 entries"),
    ],
)
def test_a_longest_term_that_does_not_hold_is_refused(
    tmp_path: Path, entry: str, problem: str
) -> None:
    for file in rules_folder().iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / "longest_terms.yaml").unlink()
    (tmp_path / "longest_terms.yaml").write_text(f"jail:\n  - {entry}\n")
    with pytest.raises(RulebookInvalid, match=problem) as refused:
        load_record_rules(tmp_path)
    assert "longest_terms.yaml:" in refused.value.message
