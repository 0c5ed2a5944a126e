"""The fields of research files and feeds that identify a person, and why: the only such list.

The tables `source_rows` and `quarantine` and the packets may hold values of these fields, and the
table `reviews` a reviewer's words. No other table, statistic, log, plan, event log or message may.
The tables' declarations derive two things from this list: which tables are restricted, and which
columns are left out of file statistics (a statistic holds the least and the greatest value, of a
text its first 32 characters).

Listed are: names; numbers of a person or a case in a register or at an agency (with the number the
name can be looked up; 28 CFR 20, PC 11105); birth dates and places; descriptions of the body; and
free text of an officer, which may hold any of these. Not listed are: SUBJECT_ID, every table's key
of a person; CNT_ORDER, RECORD_ID and the other numbers that only order a record; GENDER, RACE and
CYC_AGE, which many people share and only the packets show; and the subject of the decisions: dates,
charges, dispositions, sentences, agencies and counties. Packets and notices hold a case number
(OFN), since a court needs it. The table `charges` holds the date a person turned 20
(docs/decisions/0001): the birthday follows from it, but it is no value of the record.
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
"""Field of the research file, and how it identifies a person."""

REVIEWERS_WORDS: dict[str, str] = {
    "basis": "what an office rests a review on, which may name anybody",
    "note": "free text of a review, which may name anybody",
}
"""Column of the feed `reviews`, and why it is protected like the fields above."""

WHOLE_LINE = "record"
"""The column that holds a line as received, with all of the fields above."""

_COLUMNS = frozenset({WHOLE_LINE, *REVIEWERS_WORDS, *(name.lower() for name in IDENTIFYING)})


def is_personal(column: str) -> bool:
    """Whether a table's column holds values that identify a person.

    Args:
        column: its name; that of a research field in lower case, as everywhere.
    """
    return column in _COLUMNS
