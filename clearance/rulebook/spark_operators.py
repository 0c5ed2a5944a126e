"""The Spark form of every operator: one Column a fact, null where the record does not say."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F

from clearance.rulebook.bound import BoundPack
from clearance.rulebook.facts import FLIPS, Fact
from clearance.rulebook.model import ParamValue
from clearance.rulebook.sentences import (
    AGE_ANCHOR,
    AsOf,
    Column,
    Constant,
    Operand,
    Operator,
    Option,
)
from clearance.rulebook.spark_options import asks_off, option_column


def date_literal(day: date) -> SparkColumn:
    """A constant date, kept clear of the time zones and calendars of Java's own date class."""
    return F.lit(day.isoformat()).cast("date")


def _literal(value: ParamValue) -> SparkColumn:
    return date_literal(value) if isinstance(value, date) else F.lit(value)


def truth_column(bound: BoundPack, fact: Fact) -> SparkColumn:
    """Truth of a fact that time does not move: true, false, or null."""
    holds = _truth(bound, fact)
    return F.when(~asks_off(bound, fact), holds).otherwise(F.lit(False)) if fact.options else holds


def _truth(bound: BoundPack, fact: Fact) -> SparkColumn:
    subject = _value(bound, fact.subject)
    if fact.operator is Operator.IS_KNOWN:
        return subject.isNotNull()
    values = [_value(bound, value) for value in fact.values]
    if fact.years is not None:
        return values[0] >= _moved(bound, fact, subject, _value(bound, fact.years))
    return _compare(bound, fact, subject, values)


def flip_column(bound: BoundPack, fact: Fact) -> SparkColumn:
    """The day from which a timed fact's truth is the other; null where unknown or never.

    An option that is off is null as a number of years, and so is the day.
    """
    subject = _value(bound, fact.subject)
    years = F.lit(0) if fact.years is None else _value(bound, fact.years)
    return _moved(bound, fact, subject, years)


def _moved(bound: BoundPack, fact: Fact, subject: SparkColumn, years: SparkColumn) -> SparkColumn:
    is_age = fact.operator in (Operator.AGE_AT_LEAST, Operator.AGE_PAST)
    days = FLIPS[fact.operator][1]
    moved = subject
    if fact.years is not None:
        offset = (years - AGE_ANCHOR if is_age else years) * 12
        moved = F.add_months(subject, offset.cast("int"))
        if bound.pack.leap_day == "up":
            slipped = (F.dayofmonth(subject) == 29) & (F.dayofmonth(moved) == 28)
            moved = F.when(slipped, F.date_add(moved, 1)).otherwise(moved)
    return F.date_add(moved, days) if days else moved


def _compare(
    bound: BoundPack, fact: Fact, subject: SparkColumn, values: list[SparkColumn]
) -> SparkColumn:
    first = values[0]
    match fact.operator:
        case Operator.IS:
            return subject == first
        case Operator.IS_ONE_OF if isinstance(fact.values[0], Option):
            return F.array_contains(first, subject)
        case Operator.INCLUDES if isinstance(fact.values[0], Option):
            return F.arrays_overlap(subject, first)
        case Operator.IS_ONE_OF:
            return subject.isin(*_words(bound, fact))
        case Operator.MAY_BE:
            return subject.isNull() | subject.isin(*_words(bound, fact))
        case Operator.INCLUDES:
            words = _words(bound, fact)
            return _any([F.array_contains(subject, word) for word in words])
        case Operator.STARTS_WITH:
            return _any([_starts_with(subject, word.split(".")) for word in _words(bound, fact)])
        case Operator.AT_LEAST | Operator.ON_OR_AFTER:
            return subject >= first
        case Operator.AT_MOST | Operator.ON_OR_BEFORE:
            return subject <= first
        case Operator.BEFORE:
            return subject < first
        case Operator.AFTER:
            return subject > first
        case _:
            raise AssertionError(f"{fact.operator} is decided elsewhere")


def _words(bound: BoundPack, fact: Fact) -> list[str]:
    """The words of a list: written out, or a param's."""
    words: list[str] = []
    for value in fact.values:
        if isinstance(value, Constant):
            words.append(str(value.value))
        else:
            given = bound.values[cast(Any, value).name]
            words.extend(str(word) for word in (given if isinstance(given, tuple) else (given,)))
    return words


def _starts_with(subject: SparkColumn, path: list[str]) -> SparkColumn:
    """Whether the path's parts stand at the front, one by one (no array is built)."""
    parts = [F.get(subject, i).eqNullSafe(part) for i, part in enumerate(path)]
    holds = parts[0]
    for part in parts[1:]:
        holds = holds & part
    return F.when(subject.isNotNull(), holds)


def _any(conditions: list[SparkColumn]) -> SparkColumn:
    holds = conditions[0]
    for condition in conditions[1:]:
        holds = holds | condition
    return holds


def _value(bound: BoundPack, operand: Operand) -> SparkColumn:
    if isinstance(operand, Constant):
        return _literal(operand.value)
    if isinstance(operand, Column):
        return F.col(operand.name)
    if isinstance(operand, Option):
        return option_column(bound, operand.name)
    if isinstance(operand, AsOf):
        raise AssertionError("as-of is a flip, not a value")
    param = bound.pack.params[operand.name]
    if param.by is None:
        value = bound.values[operand.name]
        return F.array(*map(F.lit, value)) if isinstance(value, tuple) else _literal(value)
    day = F.col(param.by)
    latest, *earlier = reversed(param.dated)
    chosen = F.when(day >= date_literal(latest.start), _literal(latest.value))
    for item in earlier:
        chosen = chosen.when(day >= date_literal(item.start), _literal(item.value))
    return chosen
