"""The forms of a feed's values: each takes a cell and gives what is kept, or says what to do.

No form quotes the cell in what it says: in a file whose columns have slipped, it may be a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

Form = Callable[[str], str]

# As in the record: what lies outside is a filler or a slip of the hand.
FIRST_DAY, LAST_DAY = date(1850, 1, 1), date(2199, 12, 31)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class BadValue(ValueError):
    """What is wrong with a cell, and what to write instead."""


def day(text: str) -> str:
    """A day of the calendar, `YYYY-MM-DD`."""
    if not _DAY.fullmatch(text):
        raise BadValue("not a date; write it as YYYY-MM-DD (a spreadsheet may have changed it)")
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise BadValue("there is no such day; correct it") from error
    if not FIRST_DAY <= found <= LAST_DAY:
        raise BadValue(f"outside {FIRST_DAY.year} to {LAST_DAY.year}; correct the year")
    return text


def one_of(words: Sequence[str]) -> Form:
    """One of these words, exactly."""

    def form(text: str) -> str:
        if text not in words:
            raise BadValue(f"write one of {', '.join(words)}")
        return text

    return form


def like(pattern: str, told: str) -> Form:
    """A text of a form.

    Args:
        pattern: the whole text, as a regular expression.
        told: what to write, for who wrote something else.
    """
    compiled = re.compile(pattern, re.ASCII)

    def form(text: str) -> str:
        if not compiled.fullmatch(text):
            raise BadValue(told)
        return text

    return form


def county(known: Sequence[str]) -> Form:
    """A county of the state; kept in upper case, as every table has it."""
    names = frozenset(known)

    def form(text: str) -> str:
        name = " ".join(text.upper().split())
        if name not in names:
            raise BadValue("not one of the state's counties; write its name, or leave it blank")
        return name

    return form


def words(text: str) -> str:
    """Text as somebody wrote it, on one line or more."""
    if _CONTROL.search(text):
        raise BadValue("control characters stand in it; take them out")
    return text


subject_id = like(
    r"[A-Za-z0-9_-]{1,64}",
    "not a SUBJECT_ID; write it as in the research file (a spreadsheet may have changed it)",
)
cnt_order = like(
    r"\d{12}", "not a CNT_ORDER; write its 12 digits (a spreadsheet may have shortened it)"
)
unit_id = like(
    r"[A-Za-z0-9_-]{1,64}-(\d{12}|\d{6})",
    "not a unit_id; copy it from the determination: SUBJECT_ID, a hyphen, 12 digits of a "
    "conviction or 6 of an arrest",
)
registration = like(
    r"\d{1,5}(\.\d{1,3})?|[a-z][a-z_]*",
    "write the section alone that makes a person register, as `290` or `457.1`",
)
pack = like(r"[a-z][a-z0-9_]*", "not the id of a pack; write one that `clearance rules list` has")


def content_hash(text: str) -> str:
    """SHA-256 of a determination's content, kept in small letters."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise BadValue("not a content_hash; copy the 64 hexadecimal digits of the determination")
    return text.lower()
