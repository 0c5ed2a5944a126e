"""The forms of a feed's values: functions from a cell to the stored value.

A form raises BadValue for a cell that does not fit. The message never quotes the cell: in a file
whose columns have slipped, the cell may be a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

Form = Callable[[str], str]

# The same limits as in the record: a day outside is a filler or a typing error.
FIRST_DAY, LAST_DAY = date(1850, 1, 1), date(2199, 12, 31)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class BadValue(ValueError):
    """The fault of a cell, and what to write instead."""


def parse_day(text: str) -> str:
    """A day of the calendar, `YYYY-MM-DD`."""
    if not _DAY.fullmatch(text):
        raise BadValue("not a date; write it as YYYY-MM-DD (a spreadsheet may have changed it)")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadValue("there is no such day; correct it") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadValue(f"outside {FIRST_DAY.year} to {LAST_DAY.year}; correct the year")
    return text


def any_of(words: Sequence[str]) -> Form:
    """A form that accepts exactly these words."""

    def form(text: str) -> str:
        if text not in words:
            raise BadValue(f"write one of {', '.join(words)}")
        return text

    return form


def matching(pattern: str, message: str) -> Form:
    """A form that accepts texts which match a pattern.

    Args:
        pattern: a regular expression of the whole text.
        message: the fault of other texts, and what to write instead.
    """
    compiled = re.compile(pattern, re.ASCII)

    def form(text: str) -> str:
        if not compiled.fullmatch(text):
            raise BadValue(message)
        return text

    return form


def county_form(known: Sequence[str]) -> Form:
    """A form that accepts the state's counties; stored in upper case, as in every table."""
    names = frozenset(known)

    def form(text: str) -> str:
        name = " ".join(text.upper().split())
        if name not in names:
            raise BadValue("not one of the state's counties; write its name, or leave it blank")
        return name

    return form


def free_text(text: str) -> str:
    """Free text, on one line or more."""
    if _CONTROL.search(text):
        raise BadValue("it has control characters; remove them")
    return text


parse_subject_id = matching(
    r"[A-Za-z0-9_-]{1,64}",
    "not a SUBJECT_ID; write it as in the research file (a spreadsheet may have changed it)",
)
parse_cnt_order = matching(
    r"\d{12}", "not a CNT_ORDER; write its 12 digits (a spreadsheet may have shortened it)"
)
parse_unit_id = matching(
    r"[A-Za-z0-9_-]{1,64}-(\d{12}|\d{6})",
    "not a unit_id; copy it from the determination: SUBJECT_ID, a hyphen, 12 digits of a "
    "conviction or 6 of an arrest",
)
parse_registration = matching(
    r"\d{1,5}(\.\d{1,3})?|[a-z][a-z_]*",
    "write the section alone that makes a person register, as `290` or `457.1`",
)
parse_pack = matching(
    r"[a-z][a-z0-9_]*", "not the id of a pack; write one that `clearance rules list` has"
)


def parse_content_hash(text: str) -> str:
    """SHA-256 of a determination's content, stored in lower case."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise BadValue("not a content_hash; copy the 64 hexadecimal digits of the determination")
    return text.lower()
