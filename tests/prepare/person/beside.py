"""What stands on record beside a conviction of 2010-06-15, and what is then said of it."""

from __future__ import annotations

import datetime

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
