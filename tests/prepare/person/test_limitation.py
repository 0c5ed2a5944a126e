"""How long a case may be filed over an arrest: the periods, and what they must hold."""

from __future__ import annotations

import datetime
from pathlib import Path
from shutil import copytree

import pytest
from pyspark.sql import SparkSession

from clearance.errors import RulebookInvalid
from clearance.platform.paths import rules_folder
from clearance.prepare.record.rules import load_record_rules
from tests.support.rows import Prepared, prepared, source_rows

DAY = datetime.date
NEVER = None
ARREST = {"stp_type_descr": "ARREST/DETAINED/CITED", "stp_event_date": "20200301"}

# The charge and its level: how many years a case may be filed, or never barred.
CHARGES: dict[str, tuple[str, str, int | None]] = {
    # PC 799(a): punishable by death or life.
    "murder": ("187(A) PC-MURDER", "F", NEVER),
    "an attempt of it may be premeditated": ("664/187(A) PC", "F", NEVER),
    "kidnapping for ransom": ("209(A) PC", "F", NEVER),
    "an attempt of that is punished by a term": ("664/209(A) PC", "F", 10),
    "assault to commit a sexual offence during a burglary": ("220(B) PC", "F", NEVER),
    "assault to commit another": ("220(A)(1) PC", "F", 10),
    "embezzlement that may be of public money": ("504 PC", "F", NEVER),
    "embezzlement by a servant": ("508 PC", "F", 4),
    # PC 799(b), 801.1(a).
    "rape": ("261(A)(2) PC", "F", NEVER),
    "a lewd act": ("288(A) PC", "F", NEVER),
    "a lewd act with a child of 14 or 15, charged as a misdemeanor": ("288(C)(1) PC", "M", NEVER),
    # PC 801.1(b): felonies of PC 290(c).
    "felony sexual battery": ("243.4(A) PC", "F", 10),
    "sexual battery as a misdemeanor of a wobbler": ("243.4(A) PC", "M", 10),
    "indecent exposure as a misdemeanor": ("314.1 PC", "M", 1),
    # PC 803.7.
    "injury to a partner": ("273.5(A) PC", "F", 7),
    "injury to a partner, charged as a misdemeanor": ("273.5(A) PC", "M", 7),
    # PC 800: eight years or more.
    "carjacking": ("215(A) PC", "F", 6),
    "robbery may be of the kind that has nine years": ("211 PC", "F", 6),
    "assault with a machinegun on an officer": ("245(D)(3) PC", "F", 6),
    "shooting at a dwelling has seven": ("246 PC", "F", 3),
    # PC 801.6.
    "elder abuse": ("368(B)(1) PC", "F", 5),
    "elder abuse, a misdemeanor": ("368(C) PC", "M", 5),
    "theft from an elder": ("368(D) PC", "F", 4),
    # PC 801.5, 803(c).
    "forgery": ("470(D) PC", "F", 4),
    "forgery charged as a misdemeanor": ("470(D) PC", "M", 4),
    "petty theft": ("488 PC", "M", 1),
    # PC 801: every other felony and every wobbler.
    "burglary": ("459 PC-BURGLARY", "F", 3),
    "burglary charged as a misdemeanor": ("459 PC-BURGLARY", "M", 3),
    "a section on no list": ("11352(A) HS", "F", 3),
    "a charge without a level": ("602(L) PC", "", 3),
    "a charge of no specified level": ("602(L) PC", "N", 3),
    # PC 802.
    "a misdemeanor on no list of wobblers": ("602(L) PC", "M", 1),
    "an infraction": ("22349(A) VC", "I", 1),
    "annoying a child": ("647.6(A) PC", "M", 3),
    "driving under the influence": ("23152(A) VC", "M", 1),
    "driving under the influence, charged as a felony": ("23152(A) VC", "F", 3),
    "driving under the influence without a level": ("23152(A) VC", "", 3),
    "driving under the influence with injury is a wobbler by itself": ("23153(A) VC", "M", 3),
    "contracting without a licence": ("7028 BP", "M", 4),
    # Nothing is known.
    "a charge that cannot be read": ("SEE COMMENT", "M", NEVER),
    "no words": ("", "M", NEVER),
}


# What stands beside an arrest for driving under the influence of 2020-03-01, a misdemeanor: whether
# it may be a felony by it (VC 23217, 23550, 23550.5), and so has three years instead of one.
CONVICTED = {"stp_event_date": "20150301", "disp_descr": "CONVICTED", "offense_toc": "M"}
BESIDE: dict[str, tuple[dict[str, str], bool]] = {
    "one conviction of it": ({**CONVICTED, "offense_descr": "23152(B) VC"}, True),
    "one that came later": (
        {**CONVICTED, "stp_event_date": "20210301", "offense_descr": "23152(B) VC"},
        True,
    ),
    "one with injury": ({**CONVICTED, "offense_descr": "23153(A) VC"}, True),
    "reckless driving, perhaps as a plea": ({**CONVICTED, "offense_descr": "23103(A) VC"}, True),
    "vehicular manslaughter": ({**CONVICTED, "offense_descr": "191.5(B) PC"}, True),
    "a conviction that cannot be read": ({**CONVICTED, "offense_descr": "SEE COMMENT"}, True),
    "what may be a conviction": (
        {**CONVICTED, "disp_descr": "SEE COMMENT", "offense_descr": "23152(B) VC"},
        True,
    ),
    "another offence": ({**CONVICTED, "offense_descr": "484 PC-THEFT"}, False),
    "a charge of it that was dismissed": (
        {**CONVICTED, "disp_descr": "DISMISSED", "offense_descr": "23152(B) VC"},
        False,
    ),
}


@pytest.fixture(scope="module")
def stops(spark: SparkSession) -> Prepared:
    rows = [
        {**ARREST, "subject_id": case, "offense_descr": charge, "offense_toc": level}
        for case, (charge, level, _) in CHARGES.items()
    ]
    second = {"count_order": "101001002000"}
    for subject, charges in {
        "several": ("602(L) PC", "459 PC"),
        "one without a limitation": ("187(A) PC", "459 PC"),
        "one that cannot be read": ("SEE COMMENT", "459 PC"),
    }.items():
        first, other = charges
        of = {**ARREST, "subject_id": subject}
        rows += [
            {**of, "offense_descr": first, "offense_toc": "M"},
            {**of, "offense_descr": other, "offense_toc": "F", **second},
        ]
    burglary = {"offense_descr": "459 PC-BURGLARY", "offense_toc": "F"}
    rows.append({**ARREST, "subject_id": "undated", "stp_event_date": "20200000", **burglary})
    rows.append({**ARREST, "subject_id": "leap day", "stp_event_date": "20200229", **burglary})
    rows.append({**ARREST, "subject_id": "no charge", **burglary, "offense_toc": "X"})
    dui = {**ARREST, "offense_descr": "23152(A) VC", "offense_toc": "M"}
    for subject, (beside, _) in BESIDE.items():
        of = {"subject_id": subject}
        rows += [{**dui, **of}, {**beside, **of, "count_order": "102001001000"}]
    return prepared(source_rows(spark, *rows))


@pytest.mark.parametrize("case", CHARGES)
def test_how_long_a_case_may_be_filed(case: str, stops: Prepared) -> None:
    row, years = stops.arrests[f"{case}-101001"], CHARGES[case][2]
    assert row.never_barred == (years is NEVER)
    assert row.chargeable_until == (years and DAY(2020 + years, 3, 1))


@pytest.mark.parametrize("subject", BESIDE)
def test_driving_under_the_influence_has_a_year_unless_a_conviction_may_make_it_a_felony(
    subject: str, stops: Prepared
) -> None:
    until = DAY(2023 if BESIDE[subject][1] else 2021, 3, 1)
    assert stops.arrests[f"{subject}-101001"].chargeable_until == until
    assert stops.count(subject, "102001001000").open_arrest_until == until


@pytest.mark.parametrize(
    ("subject", "until", "never"),
    [
        ("several", DAY(2023, 3, 1), False),
        ("one without a limitation", None, True),
        ("one that cannot be read", None, True),
        ("undated", None, False),
        ("leap day", DAY(2023, 2, 28), False),
        ("no charge", None, False),
    ],
)
def test_an_arrest_may_be_charged_for_the_longest_of_its_periods(
    subject: str, until: datetime.date | None, never: bool, stops: Prepared
) -> None:
    row = stops.arrests[f"{subject}-101001"]
    assert (row.chargeable_until, row.never_barred) == (until, never)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lists: [limitation_7y]", "lists: [limitation_7]", "did you mean limitation_7y?"),
        ("years: 10, level", "years: 5, level", "write the longest first"),
        ("{years: 1, cite", "{years: 1, level: F, cite", "the last, and only that"),
        ("{years: 3, lists: [limitation_misdemeanor_3y]", "{years: 3", "the last, and only that"),
        ("years: none", "years: 0", "periods.0.years"),
        ("cite: PC 803.7, ", "", "periods.2.cite"),
        ("wobblers: [wobbler]", "wobblers: [wobblers]", "did you mean wobbler?"),
        ("priors: [dui, ", "priors: [dui, du, ", "`du` is no statute list"),
        ("  offences: [felony_by_priors]\n", "", "by_priors.offences"),
    ],
)
def test_periods_that_do_not_hold_are_refused_with_their_line(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    rules = tmp_path / "rules"
    copytree(rules_folder(), rules)
    file = rules / "limitation.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(RulebookInvalid) as refused:
        load_record_rules(rules)
    assert said in refused.value.message
    assert "limitation.yaml:" in refused.value.message
