"""Deciding in plain Python, one unit at a time: the same answers as Spark, written apart.

It walks the conditions as trees with three-valued logic and finds dates by trying every flip,
where `compile` works on bit masks; the property tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from clearance.rulebook.language.calendar import add_days, add_years
from clearance.rulebook.language.facts import FLIPS, Fact
from clearance.rulebook.language.model import All, Condition, Decision, Not
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.sentences import (
    AGE_ANCHOR,
    AsOf,
    Column,
    Constant,
    Operand,
    Operator,
    Option,
    Param,
)

Row = Mapping[str, Any]
FIRST_DAY = date(1, 1, 1)


@dataclass(frozen=True)
class Determination:
    """The decision for one unit and pack; fields as in the `determinations` table."""

    outcome: str
    relief: str | None
    reason: str
    rule: str
    cite: str
    facts_true: int
    facts_known: int
    eligible_on: date | None
    revisit_on: date | None


@dataclass(frozen=True)
class _Answer:
    """What the flow says on one day."""

    index: int
    is_unknown: bool
    facts_true: int
    facts_known: int


def decide(bound: ResolvedPack, row: Row, as_of: date) -> Determination | None:
    """The determination of a unit, or None where the unit is not the pack's business.

    Args:
        bound: the pack.
        row: the unit's columns.
        as_of: the sweep's date.
    """
    if not all(truth(bound, fact, row, as_of) is True for fact in bound.scope):
        return None
    today = _answer(bound, row, as_of)
    flips = sorted({flip for i in bound.timed if (flip := flip_date(bound, bound.facts[i], row))})
    later = [day for day in flips if day > as_of]
    decision = _decision(bound, today)
    eligible_on: date | None = None
    relief: str | None = decision.relief
    outcome: str = decision.outcome
    if outcome == "ELIGIBLE":
        begun = _start_of_run(bound, row, [day for day in flips if day <= as_of])
        eligible_on = _never_before(begun, row.get(bound.event_day), bound.pack.first_day)
    else:
        for day in later:
            then = _decision(bound, _answer(bound, row, day))
            if then.outcome == "ELIGIBLE":
                eligible_on = day
                if outcome == "NOT_ELIGIBLE":
                    outcome, relief = "NOT_YET", then.relief
                break
    revisit_on = next((day for day in later if _answer(bound, row, day) != today), None)
    reason, rule, cite = _words(bound, today)
    return Determination(
        outcome=outcome,
        relief=relief,
        reason=reason,
        rule=rule,
        cite=cite,
        facts_true=today.facts_true,
        facts_known=today.facts_known,
        eligible_on=eligible_on,
        revisit_on=revisit_on,
    )


def _start_of_run(bound: ResolvedPack, row: Row, past: list[date]) -> date | None:
    start: date | None = None
    for day in reversed([FIRST_DAY, *past]):
        if _decision(bound, _answer(bound, row, day)).outcome != "ELIGIBLE":
            return start
        start = day
    return None


def _never_before(*days: date | None) -> date | None:
    """The latest of the days that are known."""
    return max((day for day in days if day is not None), default=None)


def _answer(bound: ResolvedPack, row: Row, day: date) -> _Answer:
    truths = {fact.name: truth(bound, fact, row, day) for fact in bound.facts}
    passed: list[Decision] = []
    index = bound.pack.last
    for i, condition in enumerate(bound.conditions):
        holds = evaluate(condition, truths)
        if holds is True:
            index = i
            break
        if holds is None:
            passed.append(bound.decisions[i])
    differs = any(decision != bound.decisions[index] for decision in passed)
    mask = bound.consulted[index]
    bits = [truths[fact.name] for fact in bound.facts]
    return _Answer(
        index=index,
        is_unknown=differs and not bound.unknown_passes,
        facts_true=mask & sum(1 << i for i, bit in enumerate(bits) if bit is True),
        facts_known=mask & sum(1 << i for i, bit in enumerate(bits) if bit is not None),
    )


def evaluate(condition: Condition, truths: Mapping[str, bool | None]) -> bool | None:
    """Three-valued truth of a condition.

    Args:
        condition: over facts' names.
        truths: each fact's truth; None where unknown.
    """
    if isinstance(condition, str):
        return truths[condition]
    if isinstance(condition, Not):
        inner = evaluate(condition.not_, truths)
        return None if inner is None else not inner
    parts = condition.all if isinstance(condition, All) else condition.any
    decisive = not isinstance(condition, All)
    results = [evaluate(part, truths) for part in parts]
    if decisive in results:
        return decisive
    return None if None in results else not decisive


def _decision(bound: ResolvedPack, answer: _Answer) -> Decision:
    unknown = bound.pack.unknown.then
    if answer.is_unknown and unknown is not None:
        return unknown
    return bound.decisions[answer.index]


def _words(bound: ResolvedPack, answer: _Answer) -> tuple[str, str, str]:
    pack = bound.pack
    if answer.is_unknown:
        return str(pack.unknown.reason), "unknown", str(pack.unknown.cite)
    if answer.index == pack.last:
        return pack.otherwise.reason, "otherwise", pack.otherwise.cite
    rule = pack.flow[answer.index]
    return rule.reason, rule.rule, rule.cite


def truth(bound: ResolvedPack, fact: Fact, row: Row, day: date) -> bool | None:
    """Whether a fact holds on a day; None where the record does not say."""
    if bound.is_off(fact):
        return False
    if fact.timed:
        flip = flip_date(bound, fact, row)
        if flip is None:
            return None
        # Time makes a fact known once: on the last possible day.
        first = None if _is_bound(fact, fact.subject, row) else flip
        return _compared(fact, day=_Span(day, day), flip=_Span(first, flip))
    subject = _value(bound, fact.subject, row)
    if fact.operator is Operator.IS_KNOWN:
        return subject is not None
    if fact.operator is Operator.WITHIN_YEARS_AFTER:
        return _within(bound, fact, subject, row)
    if fact.operator is Operator.MAY_BE and subject is None:
        return True
    values = [_value(bound, value, row) for value in fact.values]
    if subject is None or None in values:
        return None
    if fact.years is not None:
        years = _value(bound, fact.years, row)
        if years is None:
            return None
        return _of_spans(bound, fact, row, years)
    if fact.may_be_a_bound:
        return _of_spans(bound, fact, row, 0)
    return _compare(fact.operator, subject, values)


@dataclass(frozen=True)
class _Span:
    """The days that a date may be; without a first one where nothing is known but the last."""

    first: date | None
    last: date


def _of_spans(bound: ResolvedPack, fact: Fact, row: Row, years: int) -> bool | None:
    """Truth of a comparison that no as-of date moves."""
    subject = _span(bound, fact, fact.subject, row)
    flips = _Span(
        None if subject.first is None else _moved(bound, fact, subject.first, years),
        _moved(bound, fact, subject.last, years),
    )
    return _compared(fact, day=_span(bound, fact, fact.values[0], row), flip=flips)


def _compared(fact: Fact, *, day: _Span, flip: _Span) -> bool | None:
    """Truth of a comparison of dates; None where another possible day would change it.

    Args:
        fact: the comparison.
        day: what is compared with the flip.
        flip: from which day on its truth is the other.
    """
    passed = day.last >= flip.last
    # An earlier subject flips earlier; an earlier day to compare with may not reach the flip.
    if passed:
        sure = day.first is not None and day.first >= flip.last
    else:
        sure = flip.first is not None and day.last < flip.first
    return passed == fact.rises if sure else None


def _span(bound: ResolvedPack, fact: Fact, operand: Operand, row: Row) -> _Span:
    """The days that an operand may be."""
    last = _value(bound, operand, row)
    span = fact.span_of(operand)
    if span is not None and isinstance(operand, Column) and row[operand.name] is None:
        return _Span(row[span[0]], last)
    return _Span(None if _is_bound(fact, operand, row) else last, last)


def _is_bound(fact: Fact, operand: Operand, row: Row) -> bool:
    """Whether an operand is the last possible day."""
    span = fact.span_of(operand)
    if span is not None and isinstance(operand, Column) and row[operand.name] is None:
        return True
    asked = [operand]
    if fact.free_of is not None and operand == fact.subject:
        asked.append(fact.free_of)
    marks = [mark for one in asked if (mark := fact.bound_of(one)) is not None]
    return any(row[mark] for mark in marks)


def _within(bound: ResolvedPack, fact: Fact, days: list[date] | None, row: Row) -> bool | None:
    """Whether one of the days lies within so many years after a day; None where not known."""
    start = _value(bound, fact.values[0], row)
    years = None if fact.years is None else _value(bound, fact.years, row)
    if days is None or start is None or years is None:
        return None
    last = add_years(start, years, bound.pack.leap_day)
    if _is_bound(fact, fact.values[0], row) and any(day <= last for day in days):
        return None
    inside = any(start < day <= last for day in days)
    return None if inside and _is_bound(fact, fact.subject, row) else inside


def flip_date(bound: ResolvedPack, fact: Fact, row: Row) -> date | None:
    """The day from which a timed fact's truth is the other; None where unknown or never."""
    if bound.is_off(fact):
        return None
    subject = _value(bound, fact.subject, row)
    if subject is None:
        return None
    years = 0 if fact.years is None else _value(bound, fact.years, row)
    if years is None:
        return None
    if fact.free_of is not None:
        days = row[fact.free_of.name]
        if days is None:
            return None
        for day in sorted(days):
            if subject < day <= add_years(subject, years, bound.pack.leap_day):
                subject = day
    return _moved(bound, fact, subject, years)


def _moved(bound: ResolvedPack, fact: Fact, subject: date, years: int) -> date:
    is_age = fact.operator in (Operator.AGE_AT_LEAST, Operator.AGE_PAST)
    offset = years - AGE_ANCHOR if is_age else years
    return add_days(add_years(subject, offset, bound.pack.leap_day), FLIPS[fact.operator][1])


def _compare(operator: Operator, subject: Any, values: list[Any]) -> bool:
    first = values[0]
    options = first if isinstance(first, tuple) else values
    match operator:
        case Operator.IS:
            return bool(subject == first)
        case Operator.IS_ONE_OF | Operator.MAY_BE:
            return subject in options
        case Operator.INCLUDES:
            return any(option in subject for option in options)
        case Operator.STARTS_WITH:
            paths = [str(option).split(".") for option in options]
            return any(list(subject)[: len(path)] == path for path in paths)
        case Operator.AT_LEAST | Operator.ON_OR_AFTER:
            return bool(subject >= first)
        case Operator.AT_MOST | Operator.ON_OR_BEFORE:
            return bool(subject <= first)
        case Operator.BEFORE:
            return bool(subject < first)
        case Operator.AFTER:
            return bool(subject > first)
        case _:
            raise AssertionError(f"{operator} is decided elsewhere")


def _value(bound: ResolvedPack, operand: Operand, row: Row) -> Any:
    if isinstance(operand, Constant):
        return operand.value
    if isinstance(operand, Column):
        value = row[operand.name]
        if value is None and operand.name in bound.spans:
            # An earlier release has no such columns.
            return row.get(bound.spans[operand.name][1])
        return bound.absent.get(operand.name) if value is None else value
    if isinstance(operand, Option):
        return bound.options[operand.name]
    if isinstance(operand, AsOf):
        raise AssertionError("as-of is a flip, not a value")
    return _param(bound, operand, row)


def _param(bound: ResolvedPack, operand: Param, row: Row) -> Any:
    dated = bound.pack.params[operand.name]
    if dated.by is None:
        return bound.values[operand.name]
    day = row[dated.by]
    begun = [item for item in dated.dated if day is not None and item.start <= day]
    return begun[-1].value if begun else None
