"""Which fields of the files we are given say who a person is, and why: the one list of them.

A value of these fields may stand in `source_rows`, `quarantine` and the packets, and what a
reviewer wrote in `reviews`: in no other table, statistic, log, plan, event log or message. The
tables' declarations derive from this list which tables are restricted and which columns stay out of
file statistics (a statistic holds the least and the greatest value, of a text its first 32
characters).

How it was drawn. In it: what names a person, what a register or an agency numbers a person or a
case by (who has the number can look the name up; 28 CFR 20, PC 11105), birth dates and places,
descriptions of the body, and text that an officer writes freely, since it may hold any of these.
Not in it: SUBJECT_ID, the key that every table carries in a person's place; CNT_ORDER, RECORD_ID
and the other numbers that only order a record; GENDER, RACE and CYC_AGE, which many share and no
table but the packets shows; dates, charges, dispositions, sentences, agencies and counties, which
the decisions are about. A case number (OFN) stands in packets and notices, where a court needs it.
The date a person turned 20 stands in `charges` (docs/decisions/0001): it tells the birthday to
whoever knows how it is made, but is not the value of the record.
"""

from __future__ import annotations

_NAME = "the person's name"
_BORN = "the birth date"
_BORN_AT = "where the person was born"
_STATE_NUMBER = "the state's number of the person"
_LICENSE = "the driver's license number"
_SOCIAL = "the social security number"
_BODY = "describes the person's body"
_FILE_NUMBER = "an agency's number of the case or the person"

IDENTIFYING: dict[str, str] = {
    "REQ_CII_NUMBER": _STATE_NUMBER,
    "REQ_NAME": _NAME,
    "REQ_DOB": _BORN,
    "REQ_CDL": _LICENSE,
    "REQ_SSN": _SOCIAL,
    "CII_NUMBER": _STATE_NUMBER,
    "PRI_NAME": _NAME,
    "PRI_DOB": _BORN,
    "PRI_SSN": _SOCIAL,
    "PRI_CDL": _LICENSE,
    "PRI_IDN": "the number of the state identification card",
    "PRI_INN": "the number of the immigration service",
    "FBI_NUMBER": "the FBI's number of the person",
    "EYE_COLOR_CODE": _BODY,
    "EYE_COLOR_DESCR": _BODY,
    "HAIR_COLOR_CODE": _BODY,
    "HAIR_COLOR_DESCR": _BODY,
    "HEIGHT": _BODY,
    "WEIGHT": _BODY,
    "POB_CODE": _BORN_AT,
    "POB_NAME": _BORN_AT,
    "POB_TYPE": _BORN_AT,
    "CITIZENSHIP_LIST": "which states the person is a citizen of",
    "OFN": "the court's or agency's number of the case",
    "FE_NUM_ARR_AGY": _FILE_NUMBER,
    "FE_NUM_BNCH_WARR": _FILE_NUMBER,
    "FE_NUM_CITE": _FILE_NUMBER,
    "FE_NUM_DOCKET": _FILE_NUMBER,
    "FE_NUM_INCIDENT": _FILE_NUMBER,
    "FE_NUM_BOOKING": _FILE_NUMBER,
    "FE_NUM_NUMBER": _FILE_NUMBER,
    "FE_NUM_REMAND": _FILE_NUMBER,
    "FE_NUM_OOS_INN": _FILE_NUMBER,
    "FE_NUM_CRT_CASE": _FILE_NUMBER,
    "FE_NUM_WARRANT": _FILE_NUMBER,
    "COMMENT_TEXT": "free text, which may name anybody",
}
"""Field of the research file, and what it tells about a person."""

REVIEWERS_WORDS: dict[str, str] = {
    "basis": "what an office rests a review on, which may name anybody",
    "note": "free text of a review, which may name anybody",
}
"""Column of the feed `reviews`, and why it is kept like the fields above."""

WHOLE_LINE = "record"
"""The column that keeps a line as received, all of the fields above in it."""

_COLUMNS = frozenset({WHOLE_LINE, *REVIEWERS_WORDS, *(name.lower() for name in IDENTIFYING)})


def is_personal(column: str) -> bool:
    """Whether a table's column holds what says who a person is.

    Args:
        column: its name; that of a research field in lower case, as everywhere.
    """
    return column in _COLUMNS
