"""Facts of a count's charge, cycle and person; nothing in them depends on an as-of date."""

from __future__ import annotations

import datetime

import pytest
from pyspark.sql import SparkSession

from tests.prepare.person.beside import BEFORE, FIRST, MURDER, P64, SECOND, THIRD, THIS, conviction
from tests.prepare.person.one_count import COUNTS
from tests.support.rows import Prepared, prepared, source_rows

DAY = datetime.date

GANG = conviction("20050101", "186.22(B)(4) PC-GANG", count_order="101001002000")
OFFENCE = conviction("20000101", "136.1 PC-WITNESS")
LATER_GANG = {**GANG, "stp_event_date": "20110101"}

# Gang combinations: the rows beside this conviction, whether a super-strike stands before it.
COMBINED: dict[str, tuple[list[dict[str, str]], bool]] = {
    "with the enhancement in the same step": ([OFFENCE, GANG], True),
    "dated by the offence": ([OFFENCE, LATER_GANG], True),
    "not by the enhancement": ([{**OFFENCE, "stp_event_date": "20110101"}, GANG], False),
    "in another step": ([OFFENCE, {**GANG, "count_order": "101002002000"}], False),
    "an enhancement not convicted": ([OFFENCE, {**GANG, "disp_descr": "DISMISSED"}], False),
    "an offence not convicted": ([{**OFFENCE, "disp_descr": "DISMISSED"}, GANG], False),
    "the offence alone": ([OFFENCE], False),
    "the enhancement alone": ([GANG], False),
    "another subdivision of the enhancement": (
        [OFFENCE, {**GANG, "offense_descr": "186.22(B)(1) PC-GANG"}],
        False,
    ),
    "an offence by its subdivision": (
        [{**OFFENCE, "offense_descr": "213(A)(1)(A) PC-ROBBERY"}, GANG],
        True,
    ),
    "another subdivision of the offence": (
        [{**OFFENCE, "offense_descr": "213(A)(2) PC-ROBBERY"}, GANG],
        False,
    ),
}

ELSEWHERE = {"stp_ori_cnty_name": "KERN"}
ARRESTED = {**ELSEWHERE, "stp_type_descr": "ARREST/DETAINED/CITED", "offense_descr": P64}
CHARGED = {"count_order": "102002001000", "offense_descr": P64, "disp_descr": "DISMISSED"}
PLEA = conviction("20100615", "32 PC-ACCESSORY", count_order="102002002000")

# What stands in the cycle beside a plea to PC 32, whether Prop 64 charges and pleas are all.
PLEAS: dict[str, tuple[list[dict[str, str]], bool]] = {
    "beside a Prop 64 charge that was dismissed": ([CHARGED], True),
    "beside a Prop 64 conviction": ([{**CHARGED, "disp_descr": "CONVICTED"}], True),
    "beside an arrest for Prop 64 in another county": ([{**ARRESTED, "count_order": SECOND}], True),
    "beside another plea": (
        [CHARGED, {**PLEA, "count_order": SECOND, "offense_descr": "11364(A) HS-X"}],
        True,
    ),
    "beside another charge": (
        [CHARGED, {**PLEA, "count_order": SECOND, "offense_descr": "459 PC-BURGLARY"}],
        False,
    ),
    "beside another charge that was dismissed": (
        [CHARGED, {**CHARGED, "count_order": SECOND, "offense_descr": "459 PC-BURGLARY"}],
        False,
    ),
    "beside another charge that the prosecutor rejected": (
        [
            CHARGED,
            {"count_order": SECOND, "offense_descr": "459 PC", "disp_descr": "PROS REJ-OTHER"},
        ],
        True,
    ),
    "beside a section that begins like a plea's": (
        [CHARGED, {**CHARGED, "count_order": SECOND, "offense_descr": "11366.5 HS-X"}],
        False,
    ),
    "beside a charge that cannot be read": ([CHARGED, {"count_order": SECOND}], False),
    "beside a row that is no charge": (
        [CHARGED, {"count_order": SECOND, "offense_descr": "459 PC", "offense_toc": "X"}],
        True,
    ),
    "beside a row that says it is no charge": (
        [CHARGED, conviction("20100615", "459 PC", count_order=SECOND, offense_toc="X")],
        True,
    ),
    "beside a stay in jail that names no charge": (
        [CHARGED, {"count_order": "102003001000", "stp_type_descr": "CUSTODY:JAIL"}],
        True,
    ),
    "beside a Prop 64 charge that the prosecutor rejected": (
        [{**CHARGED, "disp_descr": "PROS REJ-OTHER"}],
        False,
    ),
    "with the Prop 64 charge in another cycle": ([{**CHARGED, "count_order": FIRST}], False),
    "beside another charge in another cycle": ([CHARGED, conviction("20000101", MURDER)], True),
}

# The rows of a person, the 20th birthday.
BIRTHS: dict[str, tuple[list[dict[str, str]], datetime.date | None]] = {
    "twenty years later": ([{"pri_dob": "19800615"}], DAY(2000, 6, 15)),
    "born on 29 February": ([{"pri_dob": "19800229"}], DAY(2000, 2, 29)),
    "not known": ([{"pri_dob": "19800000"}], None),
    "born after an event": ([{"pri_dob": "20300615", "stp_event_date": "20010101"}], None),
    "born before every event": (
        [{"pri_dob": "19800615", "stp_event_date": "20010101"}],
        DAY(2000, 6, 15),
    ),
    "the one of most counts": (
        [
            {"pri_dob": "19800101"},
            {"pri_dob": "19810101", "count_order": SECOND},
            {"pri_dob": "19810101", "count_order": THIRD},
        ],
        DAY(2001, 1, 1),
    ),
    "a repeated row adds nothing": (
        [
            {"pri_dob": "19800101", "count_order": SECOND},
            {"pri_dob": "19800101", "count_order": SECOND},
            {"pri_dob": "19800101", "count_order": SECOND},
            {"pri_dob": "19810101"},
            {"pri_dob": "19810101", "count_order": THIRD},
        ],
        DAY(2001, 1, 1),
    ),
    "the earliest of a tie": ([{"pri_dob": "19810101"}, {"pri_dob": "19800101"}], DAY(2000, 1, 1)),
}

# What differs in an arrest of 1 January 2009 beside one a year later, and the first arrest's day.
SECOND_ARRESTS: dict[str, tuple[dict[str, str], datetime.date | None]] = {
    "an arrest before": ({}, DAY(2009, 1, 1)),
    "a day that is not read": ({"stp_event_date": "31/12/99999"}, None),
    "no day": ({"stp_event_date": ""}, DAY(2010, 1, 1)),
    "a step before that is not read": ({"stp_type_descr": "ZZYZX"}, None),
    "a step after that is not read": (
        {"stp_type_descr": "ZZYZX", "stp_event_date": "20110101"},
        DAY(2010, 1, 1),
    ),
    "a court step before": ({"stp_type_descr": "COURT ACTION"}, DAY(2010, 1, 1)),
}


@pytest.fixture(scope="module")
def record(spark: SparkSession) -> Prepared:
    rows: list[dict[str, str]] = []
    for before, (others, _, _) in BEFORE.items():
        rows += [{"subject_id": before, **row} for row in [*others, THIS]]
    for combined, (others, _) in COMBINED.items():
        rows += [{"subject_id": combined, **row} for row in [*others, THIS]]
    for plea, (others, _) in PLEAS.items():
        rows += [{"subject_id": plea, **row} for row in [*others, PLEA]]
    for birth, (given, _) in BIRTHS.items():
        rows += [{"subject_id": birth, **row} for row in given]
    rows += [{"subject_id": case, **given} for case, (given, _) in COUNTS.items()]
    for case, text in (("target on one row", "182 PC-X"), ("charge on one row", "SEE COMMENT")):
        row = {"subject_id": case, **conviction("20010101", text)}
        rows += [row, {**row, "comment_text": "TO: 11358 HS" if "182" in text else "VIOL 11358 HS"}]
    blank = {"disp_descr": "CONVICTED", "disp_order": "1", "stp_event_date": "20010101"}
    rows.append({"subject_id": "one of whose rows leaves the charge out", **blank})
    cycle = [
        {"count_order": "101001001000", "stp_type_descr": "ARREST/DETAINED/CITED"},
        {"count_order": "101002001000", "offense_descr": "11364 HS-X"},
        {"count_order": "102001001000", "offense_descr": "11364 HS-X"},
    ]
    cycle[0] |= {"offense_descr": P64, "stp_event_date": "20100101"}
    earlier = {"count_order": "101003001000", "stp_type_descr": "ARREST/DETAINED/CITED"}
    rows += [{"subject_id": "cycle", **row} for row in cycle]
    rows += [{"subject_id": "cycle", **earlier, "stp_event_date": "20090101"}]
    arrest, own = {**earlier, "stp_event_date": "20090101"}, cycle[:2]
    rows += [
        {"subject_id": case, **row}
        for case, (differs, _) in SECOND_ARRESTS.items()
        for row in [*own, {**arrest, **differs}]
    ]
    county = [
        {"stp_ori_cnty_name": "", "stp_type_descr": "DECEASED"},
        {"stp_ori_cnty_name": "YOLO", "stp_type_descr": "PROBATION"},
        {"stp_ori_cnty_name": "KERN"},
    ]
    rows += [{"subject_id": "court's county", **row} for row in county]
    rows += [{"subject_id": "any county", **row} for row in county[:2]]
    convicted = {"stp_ori_cnty_name": "NAPA", "disp_descr": "CONVICTED"}
    rows += [{"subject_id": "convicting county", **row} for row in [*county, convicted]]
    return prepared(source_rows(spark, *rows))


@pytest.mark.parametrize("case", BEFORE)
def test_what_stands_beside_a_conviction(case: str, record: Prepared) -> None:
    _, column, expected = BEFORE[case]
    assert record.count(case, SECOND)[column] == expected


@pytest.mark.parametrize("case", COMBINED)
def test_an_offence_with_a_gang_enhancement_is_a_super_strike(case: str, record: Prepared) -> None:
    assert record.count(case, SECOND).super_strike_before is COMBINED[case][1]


def test_a_gang_combination_is_shown_as_one_charge(record: Prepared) -> None:
    row = record.count("with the enhancement in the same step", SECOND)
    assert row.super_strike_charges == ["136.1 PC + 186.22(B)(4) PC"]


@pytest.mark.parametrize("case", PLEAS)
def test_a_plea_stands_in_a_cycle_of_prop_64_alone(case: str, record: Prepared) -> None:
    row = record.count(case, PLEA["count_order"])
    assert "p64_plea" in row.tags
    assert row.only_p64_and_pleas_in_cycle is PLEAS[case][1]
    # Whatever became of the Prop 64 charge.
    assert row.p64_in_cycle is (case != "with the Prop 64 charge in another cycle")


@pytest.mark.parametrize("case", BIRTHS)
def test_the_20th_birthday_stands_for_the_birth_date(case: str, record: Prepared) -> None:
    row = record.count(case)
    assert row.turned_20_on == BIRTHS[case][1]
    several = len({given["pri_dob"] for given in BIRTHS[case][0]}) > 1
    assert ("SEVERAL_BIRTH_DATES" in row.quality) == several


@pytest.mark.parametrize("case", COUNTS)
def test_a_count(case: str, record: Prepared) -> None:
    row, expected = record.count(case), COUNTS[case][1]
    assert {name: row[name] for name in expected} == expected


def test_a_comment_on_one_row_of_several_completes_the_charge(record: Prepared) -> None:
    target, charge = record.count("target on one row"), record.count("charge on one row")
    assert (target.parts, target.quality) == (["182 PC", "11358 HS"], [])
    assert (charge.section, charge.quality) == ("11358", ["ROWS_DISAGREE"])


def test_a_cycle_is_the_first_three_digits(record: Prepared) -> None:
    same, other = (record.count("cycle", order) for order in ("101002001000", "102001001000"))
    assert (same.p64_in_cycle, other.p64_in_cycle) == (True, False)
    assert (same.arrest_date, other.arrest_date) == (DAY(2009, 1, 1), None)


@pytest.mark.parametrize("case", SECOND_ARRESTS)
def test_what_may_be_an_earlier_arrest_leaves_the_day_of_the_first_unknown(
    case: str, record: Prepared
) -> None:
    assert record.count(case, "101002001000").arrest_date == SECOND_ARRESTS[case][1]


def test_the_county_is_of_the_conviction_then_of_the_court_then_of_any_row(
    record: Prepared,
) -> None:
    cases = ("convicting county", "court's county", "any county")
    assert [record.count(case).county for case in cases] == ["NAPA", "KERN", "YOLO"]
