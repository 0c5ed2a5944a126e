"""A source row becomes a typed event: dates, levels, steps, sentence parts, and what is wrong."""

from __future__ import annotations

import datetime

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from clearance.prepare.record.events import history, typed_rows
from clearance.prepare.record.rules import load_record_rules
from clearance.schemas import HISTORY
from tests.support.rows import RULES, source_rows

DAY = datetime.date

# STP_EVENT_DATE as it stands, the date, its precision.
DATES = [
    ("20010228", DAY(2001, 2, 28), "day"),
    ("20010229", None, "bad"),
    ("20000229", DAY(2000, 2, 29), "day"),
    (" 20010101 ", DAY(2001, 1, 1), "day"),
    ("20010100", None, "month"),
    ("20011300", None, "bad"),
    ("20010000", None, "year"),
    ("20010031", None, "bad"),
    ("00000000", None, "none"),
    ("", None, "none"),
    ("  -  ", None, "none"),
    ("null", None, "none"),
    (None, None, "none"),
    ("2001010", None, "bad"),
    ("2001-01-01", None, "bad"),
    ("18500101", DAY(1850, 1, 1), "day"),
    ("18491231", None, "bad"),
    ("00010101", None, "bad"),
    ("99991231", None, "bad"),
    ("21991231", DAY(2199, 12, 31), "day"),
]

# Fields given, then columns expected.
ROWS: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "the level of a charge is its TOC": ({"offense_toc": " f "}, {"charge_level": "F"}),
    "X is no charge": (
        {"offense_toc": "X"},
        {"charge_level": None, "quality": ["NOT_A_CHARGE"]},
    ),
    "N is a level that is not given": ({"offense_toc": "N"}, {"charge_level": None, "quality": []}),
    "another TOC is flagged": ({"offense_toc": "Q"}, {"quality": ["UNKNOWN_LEVEL"]}),
    "the level of a conviction is CONV_STAT_DESCR": (
        {"conv_stat_descr": "MISDEMEANOR "},
        {"conviction_level": "M", "quality": []},
    ),
    "another CONV_STAT_DESCR is flagged": (
        {"conv_stat_descr": "PETTY"},
        {"conviction_level": None, "quality": ["UNKNOWN_LEVEL"]},
    ),
    "levels that differ are flagged": (
        {"conv_stat_descr": "FELONY", "offense_toc": "M"},
        {"quality": ["LEVELS_DISAGREE"]},
    ),
    "a step kind is known by its text": (
        {"stp_type_descr": "ARREST/DETAINED/CITED"},
        {"step_kind": "arrest", "quality": []},
    ),
    "custody of any kind is custody": ({"stp_type_descr": "CUSTODY:CDC"}, {"step_kind": "custody"}),
    "an unknown step is flagged and its text is not kept": (
        {"stp_type_descr": "TELEPORTED"},
        {"step_kind": "unknown", "step_text": None, "quality": ["UNKNOWN_STEP"]},
    ),
    "a text is kept only where it has the form of its field": (
        {
            "stp_event_date": "DOE,JANE",
            "disp_date": "ABOUT 1999",
            "disp_order": "DOE",
            "sent_order": "12345678",
            "disp_descr": "DOE,JANE",
            "offense_descr": "DOE,JANE",
            "conv_offense_descr": "DOE,JANE 19700102",
            "stp_ori_cnty_name": "DOE,JANE",
        },
        {
            "event_date_text": None,
            "event_date_precision": "bad",
            "disposition_date_text": None,
            "disposition_order": None,
            "sentence_order": None,
            "disposition_text": None,
            "disposition_effect": "unknown",
            "charge_text": None,
            "convicted_charge_text": None,
            "county": "UNKNOWN",
        },
    ),
    "the texts of a usual row are kept": (
        {
            "stp_type_descr": "COURT ACTION",
            "stp_event_date": "20010000",
            "disp_date": "20011301",
            "disp_order": "001",
            "sent_order": "12",
            "disp_descr": "CONVICTED-JAIL",
            "offense_descr": "459 PC-BURGLARY",
        },
        {
            "step_text": "COURT ACTION",
            "event_date_text": "20010000",
            "disposition_date_text": "20011301",
            "disposition_order": "001",
            "sentence_order": "12",
            "disposition_text": "CONVICTED-JAIL",
            "charge_text": "459 PC-BURGLARY",
            "convicted_charge_text": "459 PC-BURGLARY",
        },
    ),
    "a county comes out in capitals": (
        {"stp_ori_cnty_name": " Los Angeles "},
        {"county": "LOS ANGELES", "quality": []},
    ),
    "a county that is none of the 58 is kept and flagged": (
        {"stp_ori_cnty_name": "NARNIA"},
        {"county": "NARNIA", "quality": ["UNKNOWN_COUNTY_NAME"]},
    ),
    "a blank county is UNKNOWN": (
        {"stp_ori_cnty_name": " - "},
        {"county": "UNKNOWN", "quality": ["UNKNOWN_COUNTY_NAME"]},
    ),
    **{
        f"{kind} is the {kind} of a step however it is written: {text!r}": (
            {"stp_type_descr": text},
            {"step_kind": kind, "step_text": text.strip(), "quality": []},
        )
        for kind, text in (
            ("court", "COURT"),
            ("court", "COURT  ACTION"),
            ("court", "Court Action."),
            ("court", "COURT-ACTION"),
            ("court", "COURT\tACTION"),
            ("arrest", "ARREST / DETAINED / CITED"),
            ("arrest", "ARR/DET/CITE "),
            ("custody", "CUSTODY: JAIL"),
            ("registration", "REGISTRATION:"),
        )
    },
    "a level is known however it is written": (
        {"conv_stat_descr": "Felony."},
        {"conviction_level": "F", "quality": []},
    ),
    **{
        f"a county is known however it is written: {name!r}, {agency!r}": (
            {"stp_ori_cnty_name": name, "stp_ori_code": agency},
            {"county": county, "quality": []},
        )
        for name, agency, county in (
            ("LOS  ANGELES", None, "LOS ANGELES"),
            ("LOS\u00a0ANGELES", None, "LOS ANGELES"),
            ("LOS ANGELES.", None, "LOS ANGELES"),
            ("LOS-ANGELES", None, "LOS ANGELES"),
            ("LOSANGELES", None, "LOS ANGELES"),
            ("LOS ANGELES CO", None, "LOS ANGELES"),
            ("los angeles co.", None, "LOS ANGELES"),
            ("LOS ANGELES COUNTY, CA", None, "LOS ANGELES"),
            ("COUNTY OF LOS ANGELES", None, "LOS ANGELES"),
            ("COUNTY, LOS ANGELES", None, "LOS ANGELES"),
            ("CO. OF KERN", None, "KERN"),
            ("SAN BERNARDINO COUNTY", None, "SAN BERNARDINO"),
            ("CITY & COUNTY OF SAN FRANCISCO", None, "SAN FRANCISCO"),
            ("SAN  FRANCISCO", None, "SAN FRANCISCO"),
            ("SAN FRANCIS CO", None, "SAN FRANCISCO"),
            ("SAN FRANCISCO CO", None, "SAN FRANCISCO"),
            ("CONTRA COSTA CO", None, "CONTRA COSTA"),
            ("DEL NORTE/CA", None, "DEL NORTE"),
            ("", "CA0190043", "LOS ANGELES"),
            (" - ", " ca0380000 ", "SAN FRANCISCO"),
            ("NULL", "CA058013A", "YUBA"),
            (None, "CA 001 0100", "ALAMEDA"),
            # The name goes before the agency.
            ("YOLO", "CA0190043", "YOLO"),
        )
    },
    **{
        f"a county that cannot be read is kept: {name!r}, {agency!r}": (
            {"stp_ori_cnty_name": name, "stp_ori_code": agency},
            {"county": county, "quality": ["UNKNOWN_COUNTY_NAME"]},
        )
        for name, agency, county in (
            ("L05 ANGELES", "CA0190043", "L05 ANGELES"),
            ("Los  Angelos ", None, "LOS ANGELOS"),
            ("OUT OF STATE", "NV0020100", "OUT OF STATE"),
            ("LOS ANGELES 2", None, "LOS ANGELES 2"),
            ("COUNTY", None, "COUNTY"),
            # What cannot be the name of a place may be that of a person.
            ("DOE, JANE", None, "UNKNOWN"),
            ("A 19700102", None, "UNKNOWN"),
            ("N" * 30, None, "N" * 30),
            ("N" * 31, None, "UNKNOWN"),
            ("", "NV0190043", "UNKNOWN"),
            ("", "CA0590043", "UNKNOWN"),
            ("", "CA000", "UNKNOWN"),
            ("-", "-", "UNKNOWN"),
        )
    },
    "a sentence part has kind, length and unit": (
        {"sent_loc_descr": "PROBATION", "sent_length": " 3 ", "sent_time_code": "y"},
        {"sentence_kind": "probation", "sentence_length": 3, "sentence_unit": "year"},
    ),
    "a place that is no term has none": (
        {"sent_loc_descr": "RESTITUTION"},
        {"sentence_kind": "untimed"},
    ),
    "a length that is no number is flagged": (
        {"sent_loc_descr": "JAIL", "sent_length": "3O", "sent_time_code": "D"},
        {"sentence_length": None, "quality": ["BAD_SENTENCE_LENGTH"]},
    ),
    "a length of nothing is flagged": (
        {"sent_loc_descr": "JAIL", "sent_length": "0", "sent_time_code": "D"},
        {"sentence_length": None, "quality": ["BAD_SENTENCE_LENGTH"]},
    ),
    "nobody is sentenced to more than 999 years": (
        {"sent_length": "1000", "sent_time_code": "Y"},
        {"sentence_length": None, "quality": ["BAD_SENTENCE_LENGTH"]},
    ),
    "but to 999": ({"sent_length": "999", "sent_time_code": "Y"}, {"sentence_length": 999}),
    "a unit other than D, M, Y is flagged": (
        {"sent_loc_descr": "JAIL", "sent_length": "3", "sent_time_code": "W"},
        {"sentence_unit": None, "quality": ["UNKNOWN_SENTENCE_UNIT"]},
    ),
    "an unknown disposition is flagged": (
        {"disp_descr": "SENT TO THE MOON"},
        {"disposition_effect": "unknown", "quality": ["UNKNOWN_DISPOSITION"]},
    ),
    "no disposition is none": ({"disp_descr": "NULL"}, {"disposition_effect": None, "quality": []}),
    "the convicted charge goes before that of the disposition": (
        {
            "offense_descr": "459 PC-BURGLARY",
            "disp_offense_descr": "487 PC-THEFT",
            "conv_offense_descr": "484 PC-THEFT",
            "offense_toc": "F",
            "disp_offense_toc": "F",
            "conv_offense_toc": "M",
        },
        {
            "charge_text": "459 PC-BURGLARY",
            "convicted_charge_text": "484 PC-THEFT",
            "convicted_charge_level": "M",
            "quality": ["CHARGES_DISAGREE", "LEVELS_DISAGREE"],
        },
    ),
    "the same charge in other words does not disagree": (
        {"offense_descr": "459 PC-BURGLARY", "conv_offense_descr": "459PC - BURGLARY:FIRST"},
        {"quality": []},
    ),
    "a partial disposition date keeps its text": (
        {"disp_date": "20010500"},
        {
            "disposition_date": None,
            "disposition_date_text": "20010500",
            "disposition_date_precision": "month",
            "quality": ["PARTIAL_DISPOSITION_DATE"],
        },
    ),
    "an impossible disposition date is flagged": (
        {"disp_date": "20011301"},
        {"quality": ["BAD_DISPOSITION_DATE"]},
    ),
    "a birth date is never shown, only that it is bad": (
        {"pri_dob": "19991399"},
        {"quality": ["BAD_BIRTH_DATE"]},
    ),
    "a partial cycle date is flagged": ({"cyc_date": "20010000"}, {"quality": ["BAD_CYCLE_DATE"]}),
}


@pytest.fixture(scope="module")
def events(spark: SparkSession) -> dict[str, Row]:
    dates = [{"subject_id": f"d{at}", "stp_event_date": one[0]} for at, one in enumerate(DATES)]
    rows = [{"subject_id": case, **given} for case, (given, _) in ROWS.items()]
    secret = {
        "subject_id": "secret",
        "ofn": "SECRET-OFN",
        "comment_text": "SECRET 459 PC",
        "pri_dob": "19870605",
        "record": "SECRET",
        "offense_descr": "SEE COMMENT FOR CHARGE",
    }
    typed = typed_rows(source_rows(spark, *dates, *rows, secret), rules=load_record_rules(RULES))
    return {row.subject_id: row for row in history(typed).collect()}


def test_a_date_is_whole_or_null_with_its_text_and_precision(events: dict[str, Row]) -> None:
    read = [
        (events[f"d{at}"].event_date, events[f"d{at}"].event_date_precision)
        for at in range(len(DATES))
    ]
    assert read == [(date, precision) for _, date, precision in DATES]
    assert events["d4"].event_date_text == "20010100"


def test_a_bad_and_a_partial_event_date_are_flagged(events: dict[str, Row]) -> None:
    flagged = {text: events[f"d{at}"].quality for at, (text, *_) in enumerate(DATES)}
    assert flagged["20010229"] == ["BAD_EVENT_DATE"]
    assert flagged["20010100"] == ["PARTIAL_EVENT_DATE"]
    assert flagged["00000000"] == flagged["20010228"] == []


@pytest.mark.parametrize("case", ROWS)
def test_a_row_is_read(case: str, events: dict[str, Row]) -> None:
    row = events[case].asDict()
    assert {name: row[name] for name in ROWS[case][1]} == ROWS[case][1]


def test_history_holds_no_direct_identifier(events: dict[str, Row]) -> None:
    row = events["secret"]
    assert list(row.asDict()) == HISTORY.columns
    said = " ".join(str(value) for value in row)
    assert "SECRET" not in said and "1987" not in said


def test_every_event_row_is_kept(spark: SparkSession, events: dict[str, Row]) -> None:
    twice = source_rows(spark, {}, {}, {"count_order": "101001002000"})
    typed = typed_rows(twice, rules=load_record_rules(RULES))
    assert history(typed).agg(F.count("*")).first()[0] == 3
