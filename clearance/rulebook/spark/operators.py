"""The Spark form of every operator: one SQL expression a fact, null where the record is silent.

Facts that ask the same of the same column have the same text, whichever pack they are of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import cast

from clearance.rulebook.language.facts import ALWAYS_KNOWN, FLIPS, Fact
from clearance.rulebook.language.model import ParamValue
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.sentences import (
    AGE_ANCHOR,
    Column,
    Constant,
    Operand,
    Operator,
    Option,
    Param,
)
from clearance.rulebook.spark.text import day_text, literal, name

COMPARISONS = {
    Operator.IS: "=",
    Operator.AT_LEAST: ">=",
    Operator.ON_OR_AFTER: ">=",
    Operator.AT_MOST: "<=",
    Operator.ON_OR_BEFORE: "<=",
    Operator.BEFORE: "<",
    Operator.AFTER: ">",
}


def holds(bound: ResolvedPack, fact: Fact, *, as_of: date | str) -> str:
    """Truth of a fact on a day: true, false, or null.

    Args:
        bound: the pack, with the options of a county.
        fact: of it; one that asks an option that is off does not hold.
        as_of: the day, or the column that has it.
    """
    if fact.timed and not bound.is_off(fact):
        compared = f"{flip(bound, fact)} {'<=' if fact.rises else '>'} {day_text(as_of)}"
        return f"({compared}{_certain(bound, fact, as_of=as_of)})"
    return truth(bound, fact)


def truth(bound: ResolvedPack, fact: Fact) -> str:
    """Truth of a fact that time does not move, or that asks an option that is off."""
    if bound.is_off(fact):
        return literal(False)
    subject = _value(bound, fact.subject)
    if fact.operator is Operator.IS_KNOWN:
        return f"({subject} IS NOT NULL)"
    if fact.operator is Operator.WITHIN_YEARS_AFTER:
        return _within(bound, fact)
    if fact.years is not None or fact.may_be_a_bound:
        compared = f"{_day(bound, fact)} {'>=' if fact.rises else '<'} {flip(bound, fact)}"
        return f"({compared}{_certain(bound, fact)})"
    if fact.operator in COMPARISONS:
        return f"({subject} {COMPARISONS[fact.operator]} {_value(bound, fact.values[0])})"
    words = _words(bound, fact)
    match fact.operator:
        case Operator.IS_ONE_OF:
            return f"({subject} IN ({', '.join(map(literal, words))}))"
        case Operator.MAY_BE:
            return f"({subject} IS NULL OR {subject} IN ({', '.join(map(literal, words))}))"
        case Operator.INCLUDES:
            return _any(f"array_contains({subject}, {literal(word)})" for word in words)
        case Operator.STARTS_WITH:
            return f"IF({subject} IS NULL, NULL, {_any(_starts(subject, word) for word in words)})"
        case _:
            raise AssertionError(f"{fact.operator} is decided elsewhere")


def known(bound: ResolvedPack, fact: Fact, *, as_of: date | str) -> str:
    """Whether the record says what a fact asks; facts of the same columns have the same text.

    Args:
        bound: the pack, with the options of a county.
        fact: of it; one that asks an option that is off is known not to hold.
        as_of: the day, or the column that has it: what a bound leaves open, time may settle.
    """
    if bound.is_off(fact) or fact.operator in ALWAYS_KNOWN:
        return literal(True)
    params = [bound.pack.params[p.name] for p in fact.operands if isinstance(p, Param)]
    if any(param.by is not None for param in params):
        said = f"{flip(bound, fact) if fact.timed else truth(bound, fact)} IS NOT NULL"
    else:
        asked = sorted(fact.columns - set(bound.absent))
        conditions = [f"{_of_column(bound, column)} IS NOT NULL" for column in asked]
        said = " AND ".join(conditions) or literal(True)
    return said + _certain(bound, fact, as_of=as_of)


def is_bound(operand: Operand, fact: Fact) -> str:
    """Whether a day that a fact asks about is the latest possible one; empty where it never is."""
    marks = []
    if isinstance(operand, Column) and fact.span_of(operand) is not None:
        marks.append(f"{name(operand.name)} IS NULL")
    for one in (operand, *((fact.free_of,) if fact.free_of and operand == fact.subject else ())):
        if (mark := fact.bound_of(one)) is not None:
            marks.append(f"coalesce({name(mark)}, false)")
    return marks[0] if len(marks) == 1 else _any(marks) if marks else ""


def _day(bound: ResolvedPack, fact: Fact, *, as_of: date | str | None = None) -> str:
    """The day that a fact compares with."""
    return day_text(as_of) if fact.timed and as_of else _value(bound, fact.values[0])


def _certain(bound: ResolvedPack, fact: Fact, *, as_of: date | str | None = None) -> str:
    """That every possible day compares alike, as more conditions; empty without bounds."""
    subject, value = (is_bound(operand, fact) for operand in (fact.subject, *fact.values[:1]))
    if not subject and not value:
        return ""
    if fact.operator is Operator.WITHIN_YEARS_AFTER:
        return _certain_within(bound, fact, days=subject, start=value)
    today, flipped = _day(bound, fact, as_of=as_of), flip(bound, fact)
    certain = ""
    if subject:
        doubt = f"{subject} AND {today} < {flipped}"
        # Time makes a fact known once: on the last possible day.
        if fact.span_of(fact.subject) is not None and not fact.timed:
            doubt = f"{doubt} AND {today} >= {flip(bound, fact, earliest=True)}"
        certain = f"{certain} AND NOT ({doubt})"
    if value:
        doubt = f"{value} AND {today} >= {flipped}"
        if fact.span_of(fact.values[0]) is not None:
            doubt = f"{doubt} AND {_earliest(bound, fact.values[0])} < {flipped}"
        certain = f"{certain} AND NOT ({doubt})"
    return certain


def flip(bound: ResolvedPack, fact: Fact, *, earliest: bool = False) -> str:
    """The day from which a fact's truth is the other; null where unknown.

    Args:
        bound: the pack, with the options of a county.
        fact: of it, with no option that is off.
        earliest: of a subject that lies between two days, that of the first and not of the last.
    """
    subject = (_earliest if earliest else _value)(bound, fact.subject)
    days = FLIPS[fact.operator][1]
    moved = subject
    if fact.free_of is not None:
        later, moves = name(fact.free_of.name), f"d > s AND d <= {_years_after(bound, fact, 's')}"
        begun = f"aggregate({later}, {subject}, (s, d) -> IF({moves}, d, s))"
        # Few have any.
        subject = f"IF(size({later}) = 0, {subject}, {begun})"
    if fact.years is not None:
        moved = _years_after(bound, fact, subject)
    return f"date_add({moved}, {days})" if days else moved


def _years_after(bound: ResolvedPack, fact: Fact, day: str) -> str:
    """The day so many years after a day as the fact asks."""
    is_age = fact.operator in (Operator.AGE_AT_LEAST, Operator.AGE_PAST)
    assert fact.years is not None
    moved = f"add_months({day}, {_value(bound, fact.years, _months_of_age if is_age else _months)})"
    if bound.pack.leap_day == "up":
        slipped = f"dayofmonth({day}) = 29 AND dayofmonth({moved}) = 28"
        moved = f"IF({slipped}, date_add({moved}, 1), {moved})"
    return moved


def _within(bound: ResolvedPack, fact: Fact) -> str:
    """Whether one of some days lies within so many years after a day."""
    days, start = _value(bound, fact.subject), _value(bound, fact.values[0])
    last = _years_after(bound, fact, start)
    # Null where the day is, or the number of years, which may be another in each period.
    inside = f"exists({days}, d -> d > {start} AND d <= {last})"
    said = f"IF({last} IS NULL OR {days} IS NULL, NULL, {inside})"
    return f"({said}{_certain(bound, fact)})"


def _certain_within(bound: ResolvedPack, fact: Fact, *, days: str, start: str) -> str:
    """That it is known whether one of some days lies there, as more conditions."""
    listed, day = _value(bound, fact.subject), _value(bound, fact.values[0])
    last = _years_after(bound, fact, day)
    certain = ""
    if start:
        # From an earlier day on, any up to the last may lie within.
        certain = f" AND NOT ({start} AND exists({listed}, d -> d <= {last}))"
    if days:
        inside = f"exists({listed}, d -> d > {day} AND d <= {last})"
        certain = f"{certain} AND NOT ({days} AND {inside})"
    return certain


def _months(years: ParamValue) -> int:
    assert isinstance(years, int)
    return 12 * years


def _months_of_age(years: ParamValue) -> int:
    return _months(years) - 12 * AGE_ANCHOR


def _any(conditions: Iterable[str]) -> str:
    return f"({' OR '.join(conditions)})"


def _starts(subject: str, path: str) -> str:
    """Whether the path's parts stand at the front, one by one (no array is built)."""
    parts = [f"get({subject}, {i}) <=> {literal(p)}" for i, p in enumerate(path.split("."))]
    return f"({' AND '.join(parts)})"


def _words(bound: ResolvedPack, fact: Fact) -> list[str]:
    """The words of a list: written out, a param's or an option's."""
    words: list[str] = []
    for operand in fact.values:
        value = _constant(bound, operand)
        words.extend(str(word) for word in (value if isinstance(value, tuple) else (value,)))
    return words


def _constant(bound: ResolvedPack, operand: Operand) -> ParamValue:
    """The value of what is no column: written out, a param's without dates, or an option's."""
    if isinstance(operand, Constant):
        return operand.value
    if isinstance(operand, Option):
        return bound.options[operand.name]
    assert isinstance(operand, Param), "as-of is a flip, not a value"
    return cast(ParamValue, bound.values[operand.name])


def _of_column(bound: ResolvedPack, column: str) -> str:
    """What a column says; of a date that lies between two others, the last possible day."""
    said = name(column)
    return f"coalesce({said}, {name(bound.spans[column][1])})" if column in bound.spans else said


def _earliest(bound: ResolvedPack, operand: Operand) -> str:
    """The first possible day of a date that lies between two others."""
    assert isinstance(operand, Column)
    return f"coalesce({name(operand.name)}, {name(bound.spans[operand.name][0])})"


def _value(
    bound: ResolvedPack,
    operand: Operand,
    of: Callable[[ParamValue], ParamValue] = lambda value: value,
) -> str:
    """A column's name, or a constant after `of`."""
    if isinstance(operand, Column):
        said = _of_column(bound, operand.name)
        if operand.name in bound.absent:
            return f"coalesce({said}, {literal(bound.absent[operand.name])})"
        return said
    dated = bound.pack.params[operand.name] if isinstance(operand, Param) else None
    if dated is None or dated.by is None:
        return literal(of(_constant(bound, operand)))
    periods = [
        f"WHEN {name(dated.by)} >= {literal(item.start)} THEN {literal(of(item.value))}"
        for item in reversed(dated.dated)
    ]
    return f"CASE {' '.join(periods)} END"
