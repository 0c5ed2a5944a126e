"""The controlled sentences that facts are written in, and their parser.

A fact is one sentence: one operator that compares one column (or param) with a constant, a param,
another column, or as-of. The list of operators is closed; a new operator is a code change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

Value = str | int | bool | date


class Operator(Enum):
    """Every operator of a sentence; the value is its English form."""

    IS_KNOWN = "is known"
    IS = "is"
    IS_ONE_OF = "is one of"
    MAY_BE = "may be"
    INCLUDES = "includes"
    STARTS_WITH = "starts with"
    AT_LEAST = "is at least"
    AT_MOST = "is at most"
    BEFORE = "is before"
    AFTER = "is after"
    ON_OR_BEFORE = "is on or before"
    ON_OR_AFTER = "is on or after"
    YEARS_BEFORE = "is at least … years before"
    OVER_YEARS_BEFORE = "is more than … years before"
    FREE_YEARS_BEFORE = "is at least … years before … free of"
    WITHIN_YEARS_AFTER = "has a day within … years after"
    AGE_AT_LEAST = "age at … is at least"
    AGE_PAST = "age at … is past"


@dataclass(frozen=True)
class Column:
    """A column of the unit."""

    name: str


@dataclass(frozen=True)
class Param:
    """A named value of the pack."""

    name: str


@dataclass(frozen=True)
class Option:
    """A value that the unit's county sets."""

    name: str


@dataclass(frozen=True)
class Constant:
    """A value written in the sentence."""

    value: Value


@dataclass(frozen=True)
class AsOf:
    """The sweep's as-of date."""


Operand = Column | Param | Option | Constant | AsOf


@dataclass(frozen=True)
class Sentence:
    """A parsed sentence, not yet checked against the catalogue.

    Attributes:
        operator: the comparison.
        subject: the operand on the left.
        values: the operands on the right; several only for lists.
        years: the number of years, for year and age operators; else None.
        free_of: for years in a row, the column of the days that restart them; else None.
    """

    operator: Operator
    subject: Operand
    values: tuple[Operand, ...] = ()
    years: Operand | None = None
    free_of: Operand | None = None

    def operands(self) -> tuple[Operand, ...]:
        """All operands: subject, values, years and the column of `free_of`."""
        optional = (operand for operand in (self.years, self.free_of) if operand is not None)
        return (self.subject, *self.values, *optional)


_NAME = r"[a-z][a-z0-9_]*"
_ITEM = r"[A-Za-z0-9_.:-]+"
_FORMS: tuple[tuple[re.Pattern[str], Operator], ...] = tuple(
    (re.compile(pattern), operator)
    for pattern, operator in (
        (rf"age at (?P<value>{_ITEM}) is at least (?P<years>{_ITEM})", Operator.AGE_AT_LEAST),
        (rf"age at (?P<value>{_ITEM}) is past (?P<years>{_ITEM})", Operator.AGE_PAST),
        (
            rf"(?P<subject>{_NAME}) is at least (?P<years>{_ITEM}) years before (?P<value>as-of) "
            rf"free of (?P<days>{_NAME})",
            Operator.FREE_YEARS_BEFORE,
        ),
        (
            rf"(?P<subject>{_NAME}) has a day within (?P<years>{_ITEM}) "
            rf"years after (?P<value>{_ITEM})",
            Operator.WITHIN_YEARS_AFTER,
        ),
        (
            rf"(?P<subject>{_NAME}) is at least (?P<years>{_ITEM}) years before (?P<value>{_ITEM})",
            Operator.YEARS_BEFORE,
        ),
        (
            rf"(?P<subject>{_NAME}) is more than (?P<years>{_ITEM}) "
            rf"years before (?P<value>{_ITEM})",
            Operator.OVER_YEARS_BEFORE,
        ),
        (rf"(?P<subject>{_NAME}) is on or before (?P<value>{_ITEM})", Operator.ON_OR_BEFORE),
        (rf"(?P<subject>{_NAME}) is on or after (?P<value>{_ITEM})", Operator.ON_OR_AFTER),
        (rf"(?P<subject>{_NAME}) is before (?P<value>{_ITEM})", Operator.BEFORE),
        (rf"(?P<subject>{_NAME}) is after (?P<value>{_ITEM})", Operator.AFTER),
        (rf"(?P<subject>{_NAME}) is at least (?P<value>{_ITEM})", Operator.AT_LEAST),
        (rf"(?P<subject>{_NAME}) is at most (?P<value>{_ITEM})", Operator.AT_MOST),
        (
            rf"(?P<subject>{_NAME}) includes one of (?P<list>{_ITEM}(?:, {_ITEM})*)",
            Operator.INCLUDES,
        ),
        (rf"(?P<subject>{_NAME}) includes (?P<list>{_ITEM})", Operator.INCLUDES),
        (
            rf"(?P<subject>{_NAME}) starts with one of (?P<list>{_ITEM}(?:, {_ITEM})*)",
            Operator.STARTS_WITH,
        ),
        (rf"(?P<subject>{_NAME}) starts with (?P<list>{_ITEM})", Operator.STARTS_WITH),
        (rf"(?P<subject>{_NAME}) is one of (?P<list>{_ITEM}(?:, {_ITEM})*)", Operator.IS_ONE_OF),
        (rf"(?P<subject>{_NAME}) may be one of (?P<list>{_ITEM}(?:, {_ITEM})*)", Operator.MAY_BE),
        (rf"(?P<subject>{_NAME}) may be (?P<list>{_ITEM})", Operator.MAY_BE),
        (rf"(?P<subject>{_NAME}) is known", Operator.IS_KNOWN),
        (rf"(?P<subject>{_NAME}) is (?P<value>{_ITEM})", Operator.IS),
    )
)

AGE_COLUMN = "turned_20_on"
AGE_ANCHOR = 20

FORMS_HELP = (
    "COLUMN is known; COLUMN is VALUE; COLUMN is one of A, B; COLUMN may be VALUE; COLUMN includes "
    "TAG; COLUMN starts with PATH; COLUMN is at least N; COLUMN is at most N; COLUMN is before | "
    "after | on or before | on or after DATE; COLUMN is at least | more than N years before DATE; "
    "DATE is at least N years before as-of free of DAYS; DAYS has a day within N years after DATE; "
    "age at DATE is at least | past N"
)


class NotASentence(ValueError):
    """The text has none of the forms, which the message lists, or a day that does not exist."""


def parse_sentence(
    text: str, *, columns: set[str], params: set[str], options: set[str] | None = None
) -> Sentence:
    """The parsed sentence of a fact's text.

    Args:
        text: the fact's text.
        columns: names of the unit's columns.
        params: names of the pack's params.
        options: names of the pack's options.

    Raises:
        NotASentence: the text has none of the forms, or has a day that does not exist.
    """
    for pattern, operator in _FORMS:
        match = pattern.fullmatch(text.strip())
        if match is None:
            continue
        groups = match.groupdict()

        def operand(token: str) -> Operand:
            return _operand(token, columns=columns, params=params, options=options or set())

        items = (groups.get("list") or groups.get("value") or "").split(", ")
        years, days = groups.get("years"), groups.get("days")
        subject = groups.get("subject") or AGE_COLUMN
        return Sentence(
            operator=operator,
            subject=operand(subject),
            values=tuple(operand(item) for item in items if item),
            years=operand(years) if years else None,
            free_of=operand(days) if days else None,
        )
    raise NotASentence(f"`{text}` is none of the sentences a fact can be: {FORMS_HELP}")


def _operand(token: str, *, columns: set[str], params: set[str], options: set[str]) -> Operand:
    if token == "as-of":
        return AsOf()
    if token in params:
        return Param(token)
    if token in options:
        return Option(token)
    if token in columns:
        return Column(token)
    return Constant(_constant(token))


def _constant(token: str) -> Value:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", token):
        return token
    try:
        return date.fromisoformat(token)
    except ValueError as error:
        raise NotASentence(f"`{token}` is not a calendar day") from error
