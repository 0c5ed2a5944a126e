"""The oracle: decides one unit at a time in plain Python, with the same answers as Spark.

It evaluates conditions as trees in three-valued logic and finds dates by trying every flip, while
`spark.compile` works on bit masks. Property tests compare the two.
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
    """The answer of the flow on one day."""

    index: int
    is_unknown: bool
    facts_true: int
    facts_known: int


def decide(resolved: ResolvedPack, row: Row, as_of: date) -> Determination | None:
    """The determination of a unit; None if the unit is out of the pack's scope.

    Args:
        resolved: the pack.
        row: the unit's columns.
        as_of: the sweep's date.
    """
    if not all(truth(resolved, fact, row, as_of) is True for fact in resolved.scope):
        return None
    today = _answer(resolved, row, as_of)
    flips = sorted(
        {flip for i in resolved.timed if (flip := flip_date(resolved, resolved.facts[i], row))}
    )
    later = [day for day in flips if day > as_of]
    decision = _decision(resolved, today)
    eligible_on: date | None = None
    relief: str | None = decision.relief
    outcome: str = decision.outcome
    if outcome == "ELIGIBLE":
        start = _start_of_run(resolved, row, [day for day in flips if day <= as_of])
        eligible_on = _latest_known(start, row.get(resolved.event_day), resolved.pack.first_day)
    else:
        for day in later:
            decision_then = _decision(resolved, _answer(resolved, row, day))
            if decision_then.outcome == "ELIGIBLE":
                eligible_on = day
                if outcome == "NOT_ELIGIBLE":
                    outcome, relief = "NOT_YET", decision_then.relief
                break
    revisit_on = next((day for day in later if _answer(resolved, row, day) != today), None)
    reason, rule, cite = _reason_rule_cite(resolved, today)
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


def _start_of_run(resolved: ResolvedPack, row: Row, past: list[date]) -> date | None:
    start: date | None = None
    for day in reversed([FIRST_DAY, *past]):
        if _decision(resolved, _answer(resolved, row, day)).outcome != "ELIGIBLE":
            return start
        start = day
    return None


def _latest_known(*days: date | None) -> date | None:
    """The latest of the days that are not None; None if there is no such day."""
    return max((day for day in days if day is not None), default=None)


def _answer(resolved: ResolvedPack, row: Row, day: date) -> _Answer:
    truths = {fact.name: truth(resolved, fact, row, day) for fact in resolved.facts}
    unknown_decisions: list[Decision] = []
    index = resolved.pack.last
    for i, condition in enumerate(resolved.conditions):
        holds = evaluate(condition, truths)
        if holds is True:
            index = i
            break
        if holds is None:
            unknown_decisions.append(resolved.decisions[i])
    differs = any(decision != resolved.decisions[index] for decision in unknown_decisions)
    mask = resolved.consulted[index]
    bits = [truths[fact.name] for fact in resolved.facts]
    return _Answer(
        index=index,
        is_unknown=differs and not resolved.unknown_passes,
        facts_true=mask & sum(1 << i for i, bit in enumerate(bits) if bit is True),
        facts_known=mask & sum(1 << i for i, bit in enumerate(bits) if bit is not None),
    )


def evaluate(condition: Condition, truths: Mapping[str, bool | None]) -> bool | None:
    """Three-valued truth of a condition.

    Args:
        condition: a condition over names of facts.
        truths: the truth of each fact by name; None if unknown.
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


def _decision(resolved: ResolvedPack, answer: _Answer) -> Decision:
    unknown = resolved.pack.unknown.then
    if answer.is_unknown and unknown is not None:
        return unknown
    return resolved.decisions[answer.index]


def _reason_rule_cite(resolved: ResolvedPack, answer: _Answer) -> tuple[str, str, str]:
    pack = resolved.pack
    if answer.is_unknown:
        return str(pack.unknown.reason), "unknown", str(pack.unknown.cite)
    if answer.index == pack.last:
        return pack.otherwise.reason, "otherwise", pack.otherwise.cite
    rule = pack.flow[answer.index]
    return rule.reason, rule.rule, rule.cite


def truth(resolved: ResolvedPack, fact: Fact, row: Row, day: date) -> bool | None:
    """Whether a fact holds on a day; None if it is unknown."""
    if resolved.is_off(fact):
        return False
    if fact.timed:
        flip = flip_date(resolved, fact, row)
        if flip is None:
            return None
        # Time makes a fact known once: on the last possible day.
        first = None if _is_bound(fact, fact.subject, row) else flip
        return _date_truth(fact, day=_Span(day, day), flip=_Span(first, flip))
    subject = _value(resolved, fact.subject, row)
    if fact.operator is Operator.IS_KNOWN:
        return subject is not None
    if fact.operator is Operator.WITHIN_YEARS_AFTER:
        return _within_years(resolved, fact, subject, row)
    if fact.operator is Operator.MAY_BE and subject is None:
        return True
    values = [_value(resolved, value, row) for value in fact.values]
    if subject is None or None in values:
        return None
    if fact.years is not None:
        years = _value(resolved, fact.years, row)
        if years is None:
            return None
        return _span_truth(resolved, fact, row, years)
    if fact.may_be_a_bound:
        return _span_truth(resolved, fact, row, 0)
    return _compare(fact.operator, subject, values)


@dataclass(frozen=True)
class _Span:
    """The possible days of a date; `first` is None if only the last is known."""

    first: date | None
    last: date


def _span_truth(resolved: ResolvedPack, fact: Fact, row: Row, years: int) -> bool | None:
    """Truth of a date comparison that is not timed."""
    subject = _span(resolved, fact, fact.subject, row)
    flips = _Span(
        None if subject.first is None else _moved_day(resolved, fact, subject.first, years),
        _moved_day(resolved, fact, subject.last, years),
    )
    return _date_truth(fact, day=_span(resolved, fact, fact.values[0], row), flip=flips)


def _date_truth(fact: Fact, *, day: _Span, flip: _Span) -> bool | None:
    """Truth of a date comparison; None if another possible day would change it.

    Args:
        fact: the comparison.
        day: the possible days on the right of the comparison.
        flip: the possible flip days.
    """
    passed = day.last >= flip.last
    # An earlier subject has an earlier flip; an earlier day on the right may not reach the flip.
    if passed:
        sure = day.first is not None and day.first >= flip.last
    else:
        sure = flip.first is not None and day.last < flip.first
    return passed == fact.rises if sure else None


def _span(resolved: ResolvedPack, fact: Fact, operand: Operand, row: Row) -> _Span:
    """The possible days of an operand."""
    last = _value(resolved, operand, row)
    span = fact.span_of(operand)
    if span is not None and isinstance(operand, Column) and row[operand.name] is None:
        return _Span(row[span[0]], last)
    return _Span(None if _is_bound(fact, operand, row) else last, last)


def _is_bound(fact: Fact, operand: Operand, row: Row) -> bool:
    """Whether an operand is a last possible day instead of the true day."""
    span = fact.span_of(operand)
    if span is not None and isinstance(operand, Column) and row[operand.name] is None:
        return True
    operands = [operand]
    if fact.free_of is not None and operand == fact.subject:
        operands.append(fact.free_of)
    marks = [mark for column in operands if (mark := fact.bound_of(column)) is not None]
    return any(row[mark] for mark in marks)


def _within_years(
    resolved: ResolvedPack, fact: Fact, days: list[date] | None, row: Row
) -> bool | None:
    """Whether one of the days is within the fact's years after a day; None if unknown."""
    start = _value(resolved, fact.values[0], row)
    years = None if fact.years is None else _value(resolved, fact.years, row)
    if days is None or start is None or years is None:
        return None
    last = add_years(start, years, resolved.pack.leap_day)
    if _is_bound(fact, fact.values[0], row) and any(day <= last for day in days):
        return None
    inside = any(start < day <= last for day in days)
    return None if inside and _is_bound(fact, fact.subject, row) else inside


def flip_date(resolved: ResolvedPack, fact: Fact, row: Row) -> date | None:
    """The day from which a timed fact has the other truth; None if unknown or never."""
    if resolved.is_off(fact):
        return None
    subject = _value(resolved, fact.subject, row)
    if subject is None:
        return None
    years = 0 if fact.years is None else _value(resolved, fact.years, row)
    if years is None:
        return None
    if fact.free_of is not None:
        days = row[fact.free_of.name]
        if days is None:
            return None
        for day in sorted(days):
            if subject < day <= add_years(subject, years, resolved.pack.leap_day):
                subject = day
    return _moved_day(resolved, fact, subject, years)


def _moved_day(resolved: ResolvedPack, fact: Fact, subject: date, years: int) -> date:
    is_age = fact.operator in (Operator.AGE_AT_LEAST, Operator.AGE_PAST)
    offset = years - AGE_ANCHOR if is_age else years
    return add_days(add_years(subject, offset, resolved.pack.leap_day), FLIPS[fact.operator][1])


def _compare(operator: Operator, subject: Any, values: list[Any]) -> bool:
    first = values[0]
    choices = first if isinstance(first, tuple) else values
    match operator:
        case Operator.IS:
            return bool(subject == first)
        case Operator.IS_ONE_OF | Operator.MAY_BE:
            return subject in choices
        case Operator.INCLUDES:
            return any(option in subject for option in choices)
        case Operator.STARTS_WITH:
            paths = [str(option).split(".") for option in choices]
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


def _value(resolved: ResolvedPack, operand: Operand, row: Row) -> Any:
    if isinstance(operand, Constant):
        return operand.value
    if isinstance(operand, Column):
        value = row[operand.name]
        if value is None and operand.name in resolved.spans:
            # Rows of an earlier release lack the columns of spans.
            return row.get(resolved.spans[operand.name][1])
        return resolved.absent.get(operand.name) if value is None else value
    if isinstance(operand, Option):
        return resolved.options[operand.name]
    if isinstance(operand, AsOf):
        raise AssertionError("as-of is a flip, not a value")
    return _param_value(resolved, operand, row)


def _param_value(resolved: ResolvedPack, operand: Param, row: Row) -> Any:
    dated = resolved.pack.params[operand.name]
    if dated.by is None:
        return resolved.values[operand.name]
    day = row[dated.by]
    periods = [item for item in dated.dated if day is not None and item.start <= day]
    return periods[-1].value if periods else None
