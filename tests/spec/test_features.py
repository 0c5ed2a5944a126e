"""Facts of a count's charge, cycle and person; nothing in them depends on an as-of date."""

from __future__ import annotations

import datetime

import pytest
from pyspark.sql import SparkSession
from rows import Prepared, prepared, source_rows

DAY = datetime.date
FIRST, SECOND, THIRD = "101001001000", "102001001000", "103001001000"


def conviction(day: str, charge: str, **given: str) -> dict[str, str]:
    fields = {"stp_event_date": day, "offense_descr": charge, "disp_descr": "CONVICTED"}
    return {**fields, "offense_toc": "F", "stp_ori_cnty_name": "YOLO", **given}


P64 = "11359 HS-POSSESS FOR SALE"
MURDER = "187(A) PC-MURDER"
LEWD = "288(A) PC-LEWD ACT"
UNREAD = "WVU-77 XKCD"
THIS = conviction("20100615", P64, count_order=SECOND)
# Two of the section, one of them void.
VOID = [
    conviction("20000101", P64, disp_order="1"),
    {
        **conviction("20000101", P64, disp_order="2"),
        "disp_descr": "DISMISSED PER 11361.8 HS",
    },
    conviction("20050101", P64, count_order=THIRD),
]
REGISTERED = {"stp_type_descr": "REGISTRATION", "offense_descr": "290 PC-REG"}

# What stands on record beside the conviction of 2010-06-15, the column, its value there.
BEFORE: dict[str, tuple[list[dict[str, str]], str, object]] = {
    "no super-strike": ([], "super_strike_before", False),
    "a super-strike the day before": (
        [conviction("20100614", MURDER)],
        "super_strike_before",
        True,
    ),
    "a super-strike on the day": ([conviction("20100615", MURDER)], "super_strike_before", False),
    "a super-strike in another county": (
        [conviction("20000101", MURDER, stp_ori_cnty_name="KERN")],
        "super_strike_before",
        True,
    ),
    "a super-strike that was dismissed": (
        [{**conviction("20000101", MURDER), "disp_descr": "DISMISSED"}],
        "super_strike_before",
        False,
    ),
    "a super-strike that was set aside counts": (
        [
            conviction("20000101", MURDER, disp_order="1"),
            {
                **conviction("20000101", MURDER, disp_order="2"),
                "disp_descr": "CONV SET ASIDE & DISM PER 1203.4 PC",
            },
        ],
        "super_strike_before",
        True,
    ),
    "a possible super-strike": (
        [conviction("20000101", "220 PC-ASSAULT")],
        "super_strike_before",
        True,
    ),
    "an undated super-strike": (
        [conviction("20000000", MURDER)],
        "super_strike_before",
        None,
    ),
    "an undated super-strike and a dated one": (
        [conviction("20000000", MURDER), conviction("20000101", MURDER, count_order=THIRD)],
        "super_strike_before",
        True,
    ),
    "an undated super-strike and a later one": (
        [conviction("20000000", MURDER), conviction("20110101", MURDER, count_order=THIRD)],
        "super_strike_before",
        None,
    ),
    "a charge that cannot be read the day before": (
        [conviction("20100614", UNREAD)],
        "super_strike_before",
        None,
    ),
    "a charge that cannot be read on the day": (
        [conviction("20100615", UNREAD)],
        "super_strike_before",
        False,
    ),
    "a charge that cannot be read, and a super-strike": (
        [conviction("20000101", UNREAD), conviction("20000101", MURDER, count_order=THIRD)],
        "super_strike_before",
        True,
    ),
    "a charge that cannot be read, dismissed": (
        [{**conviction("20000101", UNREAD), "disp_descr": "DISMISSED"}],
        "super_strike_before",
        False,
    ),
    "a charge that is blank": ([conviction("20000101", "")], "super_strike_before", None),
    "an undated charge that cannot be read": (
        [conviction("20000000", UNREAD)],
        "super_strike_before",
        None,
    ),
    "one that cannot be read may be registrable": (
        [conviction("20100614", UNREAD)],
        "registrable_before",
        None,
    ),
    "one that cannot be read may be a super-strike on record": (
        [conviction("20200101", UNREAD)],
        "super_strike_on_record",
        None,
    ),
    "one that cannot be read may be of the section": (
        [conviction("20200101", UNREAD)],
        "same_section_dated",
        None,
    ),
    "one that cannot be read may be of Prop 64": (
        [conviction("20200101", UNREAD)],
        "p64_convictions",
        None,
    ),
    "and of the same one": ([conviction("20200101", UNREAD)], "p64_11359", None),
    "one that cannot be read is no Prop 64 conviction": (
        [conviction("20200101", UNREAD)],
        "only_p64",
        False,
    ),
    "one that cannot be read is said to be earlier": (
        [conviction("20100614", UNREAD)],
        "unread_charge_before",
        True,
    ),
    "one on the day is not": ([conviction("20100615", UNREAD)], "unread_charge_before", False),
    "one without a date may be": (
        [conviction("20000000", UNREAD)],
        "unread_charge_before",
        True,
    ),
    "one that is read is none": (
        [conviction("20000101", MURDER)],
        "unread_charge_before",
        False,
    ),
    "a super-strike of which it cannot be read what became of it may be one": (
        [{**conviction("20000101", MURDER), "disp_descr": UNREAD}],
        "unread_charge_before",
        True,
    ),
    "another charge of which it cannot be read is none": (
        [{**conviction("20000101", "484(A) PC-THEFT"), "disp_descr": UNREAD}],
        "unread_charge_before",
        False,
    ),
    "a registration of a charge that cannot be read may be one for 290": (
        [{**REGISTERED, "stp_event_date": "20200101", "offense_descr": UNREAD}],
        "registered_290",
        None,
    ),
    "no super-strike on record": ([], "super_strike_on_record", False),
    "a later super-strike is on record": (
        [conviction("20200101", MURDER)],
        "super_strike_on_record",
        True,
    ),
    "an undated and possible super-strike is on record": (
        [conviction("20000000", "220 PC-ASSAULT")],
        "super_strike_on_record",
        True,
    ),
    "a dismissed super-strike is not on record": (
        [{**conviction("20000101", MURDER), "disp_descr": "DISMISSED"}],
        "super_strike_on_record",
        False,
    ),
    "no registrable conviction on record": ([], "registrable_on_record", False),
    "a registrable conviction afterwards is on record": (
        [conviction("20200101", LEWD)],
        "registrable_on_record",
        True,
    ),
    "but not before": ([conviction("20200101", LEWD)], "registrable_before", False),
    "one that cannot be read may be registrable on record": (
        [conviction("20200101", UNREAD)],
        "registrable_on_record",
        None,
    ),
    "no registrable conviction": ([], "registrable_before", False),
    "a registrable conviction the day before": (
        [conviction("20100614", LEWD)],
        "registrable_before",
        True,
    ),
    "a registrable conviction on the day": (
        [conviction("20100615", LEWD)],
        "registrable_before",
        False,
    ),
    "a conviction that may be registrable does not count": (
        [conviction("20000101", "220 PC-ASSAULT")],
        "registrable_before",
        False,
    ),
    "an undated registrable conviction": (
        [conviction("00000000", LEWD)],
        "registrable_before",
        None,
    ),
    "no registration": ([], "registration_before", False),
    "a registration the day before": (
        [{**REGISTERED, "stp_event_date": "20100614"}],
        "registration_before",
        True,
    ),
    "a registration on the day": (
        [{**REGISTERED, "stp_event_date": "20100615"}],
        "registration_before",
        False,
    ),
    "an undated registration": ([REGISTERED], "registration_before", None),
    "a registration of another kind": (
        [{**REGISTERED, "stp_event_date": "20000101", "offense_descr": "457.1 PC-ARSON REG"}],
        "registration_before",
        False,
    ),
    "a registration is on record whatever its date": (
        [{**REGISTERED, "stp_event_date": "20200101"}],
        "registered_290",
        True,
    ),
    "290 on a court step is no registration": (
        [conviction("20000101", "290 PC-FAIL TO REGISTER")],
        "registered_290",
        False,
    ),
    "no earlier conviction of the section": ([], "earlier_same_section", 0),
    "one the day before, one on the day": (
        [conviction("20100614", P64), conviction("20100615", P64, count_order=THIRD)],
        "earlier_same_section",
        1,
    ),
    "any subdivision, attempt and county": (
        [
            conviction("20000101", "11359(C) HS-X", stp_ori_cnty_name="KERN"),
            conviction("20000101", "664/11359 HS-X", count_order=THIRD),
        ],
        "earlier_same_section",
        2,
    ),
    "one that is void is still counted": (VOID, "earlier_same_section", 2),
    "but not among those that are not void": (VOID, "earlier_valid_same_section", 1),
    "none is void": (
        [conviction("20100614", P64)],
        "earlier_valid_same_section",
        1,
    ),
    "at most there are no more": (VOID, "earlier_same_section_at_most", 1),
    "one of which it cannot be read what became of it may be one more": (
        [*VOID, {**conviction("", P64, count_order="104001001000"), "disp_descr": UNREAD}],
        "earlier_same_section_at_most",
        2,
    ),
    "but is not counted among those that are": (
        [*VOID, {**conviction("", P64, count_order="104001001000"), "disp_descr": UNREAD}],
        "earlier_valid_same_section",
        1,
    ),
    "nor is an undated one": (
        [conviction("20000000", P64)],
        "earlier_same_section_at_most",
        0,
    ),
    "another code book": ([conviction("20000101", "11359 PC-X")], "earlier_same_section", 0),
    "no code book": ([conviction("20000101", "11359-POSSESS")], "earlier_same_section", 1),
    "another section": ([conviction("20000101", "11358 HS-X")], "earlier_same_section", 0),
    "undated ones are not counted": (
        [conviction("20000000", P64)],
        "earlier_same_section",
        0,
    ),
    "but then not every one is dated": (
        [conviction("20000000", P64)],
        "same_section_dated",
        None,
    ),
    "an undated one of another section": (
        [conviction("20000000", MURDER)],
        "same_section_dated",
        True,
    ),
    "each count once": (
        [conviction("20000101", P64), conviction("20000101", P64)],
        "convictions_on_record",
        2,
    ),
    "the latest conviction": (
        [conviction("20110101", P64), conviction("20000000", P64, count_order=THIRD)],
        "latest_conviction",
        DAY(2011, 1, 1),
    ),
    "every conviction dated": ([conviction("20000101", P64)], "every_conviction_dated", True),
    "not every conviction dated": (
        [conviction("20000000", P64)],
        "every_conviction_dated",
        None,
    ),
    "only Prop 64": ([conviction("20000101", "11357(B) HS-X")], "only_p64", True),
    "not only Prop 64": ([conviction("20000101", "11357.5 HS-X")], "only_p64", False),
    "what was dismissed is not on record": (
        [{**conviction("20000101", MURDER), "disp_descr": "DISMISSED"}],
        "only_p64",
        True,
    ),
    "Prop 64 convictions": (
        [conviction("20000101", "11357 HS-X"), conviction("20000101", MURDER, count_order=THIRD)],
        "p64_convictions",
        2,
    ),
    "by section": ([conviction("20000101", "11357 HS-X")], "p64_11357", 1),
    "and the other": ([conviction("20000101", "11357 HS-X")], "p64_11359", 1),
    "deceased": ([{"stp_type_descr": "DECEASED"}], "deceased", True),
    "not deceased": ([], "deceased", False),
    "the last known end": (
        [
            conviction("20110101", P64, sent_loc_descr="JAIL", sent_length="1", sent_time_code="Y"),
            conviction("20120101", P64, count_order=THIRD),
        ],
        "last_sentence_end",
        DAY(2012, 1, 1),
    ),
    "an unknown end": ([], "every_sentence_known", None),
    "super-strikes shown once, in record order": (
        [
            conviction("20110101", MURDER),
            conviction("20000101", "288.7(A) PC-X", count_order=THIRD),
            conviction("20000101", MURDER, count_order="104001001000"),
        ],
        "super_strike_charges",
        ["187(A) PC", "288.7(A) PC"],
    ),
    "registrable convictions shown": (
        [conviction("20110101", LEWD), conviction("20000101", "220 PC-X", count_order=THIRD)],
        "registrable_charges",
        ["288(A) PC"],
    ),
}

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

# Fields of one convicted count, columns expected.
COUNTS: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "the parsed charge": (
        conviction("20010101", "11360(A)(3)(C) HS-SELL"),
        {
            "code_book": "HS",
            "section": "11360",
            "subdivisions": ["A", "3", "C"],
            "parts": ["11360(A)(3)(C) HS"],
            "attempt": False,
            "parsed": True,
            "charge_source": "offense",
            "tags": ["county_jail_felony", "p64"],
            "quality": [],
        },
    ),
    "an attempt": (conviction("20010101", "664/11358 HS-X"), {"attempt": True, "section": "11358"}),
    "no charge at all": (
        {"disp_descr": "CONVICTED", "conv_stat_descr": "FELONY", "stp_event_date": "20010101"},
        {"parsed": False, "section": None, "tags": [], "quality": ["UNPARSED_CHARGE"]},
    ),
    "a text that is no charge": (
        conviction("20010101", "GOOD BEHAVIOUR"),
        {"parsed": False, "classified": False, "charge_text": None, "level": "F"},
    ),
    "a text that may be a charge": (
        conviction("20010101", "9 LIVES"),
        {"parsed": False, "charge_text": "9 LIVES", "charge_source": "offense"},
    ),
    "a number that no section has": (
        conviction("20010101", "DOE,JANE 19700102"),
        {"parsed": False, "charge_text": None, "charge_source": "offense"},
    ),
    "the charge in the comment": (
        conviction("20010101", "SEE COMMENT FOR CHARGE", comment_text="CHRG 11358 HS"),
        {"section": "11358", "charge_source": "comment", "charge_text": None},
    ),
    "a blank charge and a comment": (
        conviction("20010101", "", comment_text=":CHRG 11358 HS-X"),
        {"section": "11358", "charge_source": "comment", "charge_text": None},
    ),
    "a comment beside a charge is not read": (
        conviction("20010101", "459 PC-X", comment_text="11358 HS"),
        {"section": "459", "charge_source": "offense"},
    ),
    "a conspiracy whose target the comment names": (
        conviction(
            "20010101", "182(A)(1) PC-CONSPIRACY:COMMIT CRIME", comment_text="TO COMMIT 11358 HS"
        ),
        {
            "section": "182",
            "parts": ["182(A)(1) PC", "11358 HS"],
            "tags": ["county_jail_felony:possible", "p64:possible"],
            "charge_text": "182(A)(1) PC-CONSPIRACY:COMMIT CRIME",
            "charge_source": "offense",
            "quality": [],
        },
    ),
    "a conspiracy that names its target itself": (
        conviction("20010101", "182(A)(1)/487(A) PC", comment_text="11358 HS"),
        {
            "parts": ["182(A)(1) PC", "487(A) PC"],
            "tags": ["county_jail_felony:possible", "limitation_4y:possible", "wobbler:possible"],
        },
    ),
    "several charges in the comment, the Prop 64 one behind": (
        conviction("20010101", "", comment_text="CHRG 459 PC; CHRG 11358 HS"),
        {
            "section": "459",
            "parts": ["459 PC", "11358 HS"],
            "tags": [
                "county_jail_felony:possible",
                "p64:possible",
                "prop47:possible",
                "serious:possible",
                "violent:possible",
                "wobbler:possible",
            ],
            "quality": ["SEVERAL_CHARGES"],
        },
    ),
    "several charges in the comment, the Prop 64 one first": (
        conviction("20010101", "SEE COMMENT", comment_text="CT 1 11358 HS, CT 2 459 PC"),
        {
            "section": "11358",
            "parts": ["11358 HS", "459 PC"],
            "tags": [
                "county_jail_felony",
                "p64",
                "prop47:possible",
                "serious:possible",
                "violent:possible",
                "wobbler:possible",
            ],
            "quality": ["SEVERAL_CHARGES"],
        },
    ),
    "an attempt in the comment is one charge": (
        conviction("20010101", "", comment_text="664/11358 HS"),
        {"parts": ["664 PC", "11358 HS"], "tags": ["county_jail_felony", "p64"], "quality": []},
    ),
    "burglary beside its first degree": (
        conviction("20010101", "459/460(A) PC-BURGLARY"),
        {
            "section": "459",
            "tags": [
                "county_jail_felony:possible",
                "prop47:possible",
                "serious",
                "violent:possible",
                "wobbler:possible",
            ],
            "quality": [],
        },
    ),
    "burglary beside its second degree": (
        conviction("20010101", "459/460(B) PC-BURGLARY"),
        {
            "section": "459",
            "tags": ["county_jail_felony:possible", "prop47:possible", "wobbler:possible"],
            "quality": [],
        },
    ),
    "what another committed": (
        conviction("20010101", "32/187(A) PC"),
        {"tags": ["p64_plea", "wobbler"]},
    ),
    "what stands beside a charge is possible": (
        conviction("20010101", "12022.5(A)/211 PC"),
        {"section": "12022.5", "parts": ["12022.5(A) PC", "211 PC"]},
    ),
    "the convicted charge": (
        conviction("20010101", "459 PC-X", conv_offense_descr="11358 HS-X", conv_offense_toc="M"),
        {"section": "11358", "level": "M", "charge_source": "conviction"},
    ),
    "the disposition's charge": (
        conviction("20010101", "459 PC-X", disp_offense_descr="484 PC-X"),
        {"section": "484", "level": "F", "charge_source": "disposition"},
    ),
    "a count that is no conviction keeps its charge": (
        {**conviction("20010101", "459 PC-X", conv_offense_descr="484 PC"), "disp_descr": ""},
        {"section": "459", "conviction_date": None, "super_strike_before": None},
    ),
    "the court's level goes before the charge's": (
        conviction("20010101", "459 PC-X", conv_stat_descr="MISDEMEANOR"),
        {"level": "M"},
    ),
    "no level": (
        conviction("20010101", "459 PC-X", offense_toc=""),
        {"level": None, "quality": ["CONVICTION_WITHOUT_LEVEL"]},
    ),
    "X is no charge, no level and no conviction": (
        conviction("20010101", "459 PC-X", offense_toc="X"),
        {"level": None, "convicted": False, "quality": ["NOT_A_CHARGE", "UNLINKED_DISPOSITION"]},
    ),
    "an undated conviction": (
        conviction("20010000", "459 PC-X"),
        {
            "conviction_date": None,
            "earlier_same_section": None,
            "super_strike_before": False,
            "quality": ["PARTIAL_EVENT_DATE", "UNDATED_CONVICTION"],
        },
    ),
    "an undated super-strike is not before itself": (
        conviction("20010000", MURDER),
        {"super_strike_before": False},
    ),
    "one of whose rows leaves the charge out": (
        {**conviction("20010101", "459 PC-X"), "disp_order": "2"},
        {"section": "459", "level": "F", "quality": []},
    ),
    "convicted on a DECEASED step": (
        conviction("20010101", "459 PC-X", stp_type_descr="DECEASED"),
        {"convicted": True, "deceased": True, "step_kind": "deceased"},
    ),
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
