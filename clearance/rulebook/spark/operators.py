"""The Spark form of every operator: one SQL expression per fact, null if the fact is unknown.

Facts with the same comparison of the same column have the same text, in whichever pack they are.
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
from clearance.rulebook.spark.text import day_text, literal, quoted_name

COMPARISONS = {
    Operator.IS: "=",
    Operator.AT_LEAST: ">=",
    Operator.ON_OR_AFTER: ">=",
    Operator.AT_MOST: "<=",
    Operator.ON_OR_BEFORE: "<=",
    Operator.BEFORE: "<",
    Operator.AFTER: ">",
}


def holds(resolved: ResolvedPack, fact: Fact, *, as_of: date | str) -> str:
    """Truth of a fact on a day: true, false, or null.

    Args:
        resolved: the pack, with the options of a county.
        fact: a fact of the pack; a fact that uses an option that is off does not hold.
        as_of: the day, or the column with the day.
    """
    if fact.timed and not resolved.is_off(fact):
        compared = f"{flip(resolved, fact)} {'<=' if fact.rises else '>'} {day_text(as_of)}"
        return f"({compared}{_certain(resolved, fact, as_of=as_of)})"
    return truth(resolved, fact)


def truth(resolved: ResolvedPack, fact: Fact) -> str:
    """Truth of a fact that is not timed, or that uses an option that is off."""
    if resolved.is_off(fact):
        return literal(False)
    subject = _value(resolved, fact.subject)
    if fact.operator is Operator.IS_KNOWN:
        return f"({subject} IS NOT NULL)"
    if fact.operator is Operator.WITHIN_YEARS_AFTER:
        return _within_years(resolved, fact)
    if fact.years is not None or fact.may_be_a_bound:
        compared = f"{_day(resolved, fact)} {'>=' if fact.rises else '<'} {flip(resolved, fact)}"
        return f"({compared}{_certain(resolved, fact)})"
    if fact.operator in COMPARISONS:
        return f"({subject} {COMPARISONS[fact.operator]} {_value(resolved, fact.values[0])})"
    words = _words(resolved, fact)
    match fact.operator:
        case Operator.IS_ONE_OF:
            return f"({subject} IN ({', '.join(map(literal, words))}))"
        case Operator.MAY_BE:
            return f"({subject} IS NULL OR {subject} IN ({', '.join(map(literal, words))}))"
        case Operator.INCLUDES:
            return _any_of(f"array_contains({subject}, {literal(word)})" for word in words)
        case Operator.STARTS_WITH:
            begins = _any_of(_starts_with(subject, word) for word in words)
            return f"IF({subject} IS NULL, NULL, {begins})"
        case _:
            raise AssertionError(f"{fact.operator} is decided elsewhere")


def known(resolved: ResolvedPack, fact: Fact, *, as_of: date | str) -> str:
    """Whether a fact is known; facts of the same columns have the same text.

    Args:
        resolved: the pack, with the options of a county.
        fact: a fact of the pack; a fact that uses an option that is off is known not to hold.
        as_of: the day, or the column with the day: a fact of a bound becomes known in time.
    """
    if resolved.is_off(fact) or fact.operator in ALWAYS_KNOWN:
        return literal(True)
    params = [resolved.pack.params[p.name] for p in fact.operands if isinstance(p, Param)]
    if any(param.by is not None for param in params):
        value = f"{flip(resolved, fact) if fact.timed else truth(resolved, fact)} IS NOT NULL"
    else:
        columns = sorted(fact.columns - set(resolved.absent))
        conditions = [f"{_column_or_bound(resolved, column)} IS NOT NULL" for column in columns]
        value = " AND ".join(conditions) or literal(True)
    return value + _certain(resolved, fact, as_of=as_of)


def bound_condition(operand: Operand, fact: Fact) -> str:
    """The condition that an operand is the latest possible day; empty if it never is."""
    marks = []
    if isinstance(operand, Column) and fact.span_of(operand) is not None:
        marks.append(f"{quoted_name(operand.name)} IS NULL")
    for column in (operand, *((fact.free_of,) if fact.free_of and operand == fact.subject else ())):
        if (mark := fact.bound_of(column)) is not None:
            marks.append(f"coalesce({quoted_name(mark)}, false)")
    return marks[0] if len(marks) == 1 else _any_of(marks) if marks else ""


def _day(resolved: ResolvedPack, fact: Fact, *, as_of: date | str | None = None) -> str:
    """The day on the right of a comparison."""
    return day_text(as_of) if fact.timed and as_of else _value(resolved, fact.values[0])


def _certain(resolved: ResolvedPack, fact: Fact, *, as_of: date | str | None = None) -> str:
    """Further conditions that every possible day gives the same truth; empty without bounds."""
    subject, value = (
        bound_condition(operand, fact) for operand in (fact.subject, *fact.values[:1])
    )
    if not subject and not value:
        return ""
    if fact.operator is Operator.WITHIN_YEARS_AFTER:
        return _certain_within_years(resolved, fact, days=subject, start=value)
    today, flipped = _day(resolved, fact, as_of=as_of), flip(resolved, fact)
    certain = ""
    if subject:
        doubt = f"{subject} AND {today} < {flipped}"
        # Time makes a fact known once: on the last possible day.
        if fact.span_of(fact.subject) is not None and not fact.timed:
            doubt = f"{doubt} AND {today} >= {flip(resolved, fact, earliest=True)}"
        certain = f"{certain} AND NOT ({doubt})"
    if value:
        doubt = f"{value} AND {today} >= {flipped}"
        if fact.span_of(fact.values[0]) is not None:
            doubt = f"{doubt} AND {_earliest(resolved, fact.values[0])} < {flipped}"
        certain = f"{certain} AND NOT ({doubt})"
    return certain


def flip(resolved: ResolvedPack, fact: Fact, *, earliest: bool = False) -> str:
    """The day from which a fact has the other truth; null if unknown.

    Args:
        resolved: the pack, with the options of a county.
        fact: a fact of the pack, with no option that is off.
        earliest: for a subject between two days, the flip of the first day instead of the last.
    """
    subject = (_earliest if earliest else _value)(resolved, fact.subject)
    days = FLIPS[fact.operator][1]
    moved = subject
    if fact.free_of is not None:
        restarts, moves = (
            quoted_name(fact.free_of.name),
            f"d > s AND d <= {_years_after(resolved, fact, 's')}",
        )
        restarted = f"aggregate({restarts}, {subject}, (s, d) -> IF({moves}, d, s))"
        # Most units have none: the short branch is fast.
        subject = f"IF(size({restarts}) = 0, {subject}, {restarted})"
    if fact.years is not None:
        moved = _years_after(resolved, fact, subject)
    return f"date_add({moved}, {days})" if days else moved


def _years_after(resolved: ResolvedPack, fact: Fact, day: str) -> str:
    """The anniversary of a day, after the fact's number of years."""
    is_age = fact.operator in (Operator.AGE_AT_LEAST, Operator.AGE_PAST)
    assert fact.years is not None
    moved = (
        f"add_months({day}, {_value(resolved, fact.years, _months_of_age if is_age else _months)})"
    )
    if resolved.pack.leap_day == "up":
        slipped = f"dayofmonth({day}) = 29 AND dayofmonth({moved}) = 28"
        moved = f"IF({slipped}, date_add({moved}, 1), {moved})"
    return moved


def _within_years(resolved: ResolvedPack, fact: Fact) -> str:
    """Whether one of the subject's days is within the fact's years after a day."""
    days, start = _value(resolved, fact.subject), _value(resolved, fact.values[0])
    last = _years_after(resolved, fact, start)
    # Null if the day is null, or the number of years, which may differ by period.
    inside = f"exists({days}, d -> d > {start} AND d <= {last})"
    value = f"IF({last} IS NULL OR {days} IS NULL, NULL, {inside})"
    return f"({value}{_certain(resolved, fact)})"


def _certain_within_years(resolved: ResolvedPack, fact: Fact, *, days: str, start: str) -> str:
    """Further conditions that it is known whether one of the days is in the window."""
    listed, day = _value(resolved, fact.subject), _value(resolved, fact.values[0])
    last = _years_after(resolved, fact, day)
    certain = ""
    if start:
        # The window may begin earlier, so that any day up to its end may be in it.
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


def _any_of(conditions: Iterable[str]) -> str:
    return f"({' OR '.join(conditions)})"


def _starts_with(subject: str, path: str) -> str:
    """Whether a path begins with another, compared part by part (no array is built)."""
    parts = [f"get({subject}, {i}) <=> {literal(p)}" for i, p in enumerate(path.split("."))]
    return f"({' AND '.join(parts)})"


def _words(resolved: ResolvedPack, fact: Fact) -> list[str]:
    """The words of a list: constants, or the value of a param or an option."""
    words: list[str] = []
    for operand in fact.values:
        value = _constant(resolved, operand)
        words.extend(str(word) for word in (value if isinstance(value, tuple) else (value,)))
    return words


def _constant(resolved: ResolvedPack, operand: Operand) -> ParamValue:
    """The value of an operand that is not a column: a constant, an undated param or an option."""
    if isinstance(operand, Constant):
        return operand.value
    if isinstance(operand, Option):
        return resolved.options[operand.name]
    assert isinstance(operand, Param), "as-of is a flip, not a value"
    return cast(ParamValue, resolved.values[operand.name])


def _column_or_bound(resolved: ResolvedPack, column: str) -> str:
    """A column's value; for a date between two others, the last possible day."""
    value = quoted_name(column)
    return (
        f"coalesce({value}, {quoted_name(resolved.spans[column][1])})"
        if column in resolved.spans
        else value
    )


def _earliest(resolved: ResolvedPack, operand: Operand) -> str:
    """The first possible day of a date between two others."""
    assert isinstance(operand, Column)
    return f"coalesce({quoted_name(operand.name)}, {quoted_name(resolved.spans[operand.name][0])})"


def _value(
    resolved: ResolvedPack,
    operand: Operand,
    of: Callable[[ParamValue], ParamValue] = lambda value: value,
) -> str:
    """A column's name, or a constant after `of`."""
    if isinstance(operand, Column):
        value = _column_or_bound(resolved, operand.name)
        if operand.name in resolved.absent:
            return f"coalesce({value}, {literal(resolved.absent[operand.name])})"
        return value
    dated = resolved.pack.params[operand.name] if isinstance(operand, Param) else None
    if dated is None or dated.by is None:
        return literal(of(_constant(resolved, operand)))
    periods = [
        f"WHEN {quoted_name(dated.by)} >= {literal(item.start)} THEN {literal(of(item.value))}"
        for item in reversed(dated.dated)
    ]
    return f"CASE {' '.join(periods)} END"
