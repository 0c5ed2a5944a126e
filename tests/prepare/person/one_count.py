"""Rows of one convicted count, and what is said of its charge, its level and its date."""

from __future__ import annotations

from tests.prepare.person.beside import MURDER, conviction

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
    "an attempt of no offence that is named": (
        conviction("20010101", "664 PC-ATTEMPTED CRIME"),
        {
            "parsed": False,
            "section": None,
            "charge_text": "664 PC-ATTEMPTED CRIME",
            "super_strike_on_record": None,
            "quality": ["UNPARSED_CHARGE"],
        },
    ),
    "help with no offence that is named": (
        conviction("20010101", "31 PC-AID ABET 211 PC"),
        {"parsed": False, "section": None, "super_strike_on_record": None},
    ),
    "an offence that a book does not have": (
        conviction("20010101", "261.2 PC-RAPE"),
        {"parsed": False, "section": None, "super_strike_on_record": None},
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
