"""The facts of a pack as formulas over a unit's symbols: whether each is known, whether it holds.

The third implementation of the operators beside `oracle` and `spark.compile`; tests compare it with
the oracle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any, TypeAlias

import z3

from clearance.rulebook.check.solver.days import DaySymbol
from clearance.rulebook.check.solver.symbols import (
    DatesSymbol,
    OptionSymbol,
    PathSymbol,
    Symbol,
    TagSymbols,
)
from clearance.rulebook.check.solver.unit_symbols import UnitSymbols
from clearance.rulebook.language.calendar import LeapDay, add_years
from clearance.rulebook.language.facts import FLIPS, Fact
from clearance.rulebook.language.model import ABSENT_FEEDS, FEEDS_MAY, PackParam
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

Term: TypeAlias = "Symbol | OptionSymbol | bool | int | str | date | tuple[str, ...]"
# A condition and the operand's term under it; the conditions of an operand exclude each other.
Guarded: TypeAlias = "tuple[z3.BoolRef, Term]"
YES, NO = z3.BoolVal(True), z3.BoolVal(False)


@dataclass(frozen=True)
class FactSymbol:
    """The formulas of a fact: whether it is known, and whether it is known to hold."""

    known: z3.BoolRef
    true: z3.BoolRef


def depth_of(resolved: ResolvedPack) -> int:
    """The number of parts of the longest subdivision path in the pack."""
    deepest = 1
    for fact in (*resolved.facts, *resolved.scope):
        if fact.operator is Operator.STARTS_WITH:
            for value in fact.values:
                for option in _constants(resolved, value):
                    deepest = max(deepest, len(str(option).split(".")))
    return deepest


def _constants(resolved: ResolvedPack, operand: Operand) -> Iterator[Any]:
    if isinstance(operand, Constant):
        yield operand.value
    if isinstance(operand, Param):
        param = resolved.pack.params[operand.name]
        for value in (param.value, *param.allowed, *(item.value for item in param.dated)):
            yield from value if isinstance(value, tuple) else (value,)


class FactReader:
    """Translates the facts of one pack to formulas over a unit's symbols."""

    def __init__(self, resolved: ResolvedPack, unit: UnitSymbols) -> None:
        self.resolved = resolved
        self.unit = unit

    def read(self, fact: Fact) -> FactSymbol:
        """The formulas of a fact; a fact that uses an option that is off does not hold."""
        symbol = self._without_options(fact)
        if not fact.options:
            return symbol
        off = z3.Or([self.unit.options[name].is_off() for name in fact.options])
        return FactSymbol(z3.Or(off, symbol.known), z3.And(z3.Not(off), symbol.true))

    def _without_options(self, fact: Fact) -> FactSymbol:
        subjects = self._terms(fact.subject)
        if fact.operator is Operator.IS_KNOWN:
            return FactSymbol(YES, z3.Or([guard for guard, _ in subjects]))
        values = [self._terms(value) for value in fact.values]
        years = self._years(fact.years)
        known, true = [], []
        for case in product(subjects, years, *values):
            guard = z3.And([guard for guard, _ in case])
            if fact.free_of is not None:
                guard = z3.And(guard, self.unit.known[fact.free_of.name])
            subject, count, *compared = (term for _, term in case)
            if isinstance(subject, DatesSymbol):
                guard = z3.And(guard, self._certain_within(fact, subject, count, compared[0]))
                holds = z3.Or(self._inside(subject, count, compared[0]))
            elif fact.operator in FLIPS and isinstance(subject, (DaySymbol, date)):
                passed = self._passed(fact, subject, count, compared[0])
                guard = z3.And(guard, self._certain(fact, passed, subject, count, compared[0]))
                holds = passed if FLIPS[fact.operator][0] else z3.Not(passed)
            else:
                holds = self._holds(fact, subject, compared)
            known.append(guard)
            true.append(z3.And(guard, holds))
        if fact.operator is Operator.MAY_BE:
            missing = z3.Not(z3.Or([guard for guard, _ in subjects]))
            known, true = [*known, missing], [*true, missing]
        return FactSymbol(z3.Or(known), z3.Or(true))

    def _years(self, operand: Operand | None) -> list[Guarded]:
        """The fact's years; each number of an option apart, since anniversaries are exact."""
        if operand is None:
            return [(YES, 0)]
        if isinstance(operand, Option):
            option = self.unit.options[operand.name]
            return [(option.number == years, years) for years in option.numbers()]
        return self._terms(operand)

    def _terms(self, operand: Operand) -> list[Guarded]:
        """The terms of an operand, each with its condition."""
        if isinstance(operand, Constant):
            return [(YES, operand.value)]
        if isinstance(operand, AsOf):
            return [(YES, self.unit.as_of)]
        if isinstance(operand, Column):
            return self._column(operand.name)
        if isinstance(operand, Option):
            option = self.unit.options[operand.name]
            kinds = {"yes_no": option.on, "number": option.number, "list": option}
            return [(YES, kinds[option.option.type])]
        param = self.resolved.pack.params[operand.name]
        if param.by is not None:
            return list(self._periods(param, param.by))
        index = self.unit.switches.get(operand.name)
        if index is not None:
            return [(index == i, value) for i, value in enumerate(param.allowed)]
        assert param.value is not None, "a param without periods has a value"
        return [(YES, param.value)]

    def _column(self, name: str) -> list[Guarded]:
        """A column's value if known, and its value for an absent feed."""
        known, value = self.unit.known[name], self.unit.columns[name]
        if name in self.resolved.spans:
            last = self.resolved.spans[name][1]
            partly = z3.And(z3.Not(known), self.unit.known[last])
            return [(known, value), (partly, self.unit.columns[last])]
        index, word = self.unit.switches.get(ABSENT_FEEDS), self.resolved.feeds.get(name)
        if index is None or word is None:
            return [(known, value)]
        nothing = self.resolved.pack.params[ABSENT_FEEDS].allowed.index(FEEDS_MAY[1])
        return [(known, value), (z3.And(z3.Not(known), index == nothing), word)]

    def _periods(self, param: PackParam, by: str) -> Iterator[Guarded]:
        known, day = self.unit.known[by], self.unit.columns[by]
        assert isinstance(day, DaySymbol)
        ends = [day.scale_of(item.start) for item in param.dated[1:]]
        for item, end in zip(param.dated, [*ends, None], strict=True):
            begun = day.scale >= day.scale_of(item.start)
            yield z3.And(known, begun, *([] if end is None else [day.scale < end])), item.value

    def _certain(
        self, fact: Fact, passed: z3.BoolRef, subject: Term, years: Term, value: Term
    ) -> z3.BoolRef:
        """The formula that every possible day gives the same truth.

        The last days of both sides are compared; the first days too, if they are known.
        """
        open_subject, open_value = (
            self._is_bound(operand, fact) for operand in (fact.subject, fact.values[0])
        )
        # Time makes a fact known once: on the last possible day.
        earliest = None if fact.timed else self._first(fact.subject, fact)
        day = self._first(fact.values[0], fact)
        never = NO if earliest is None else z3.Not(self._passed(fact, earliest, years, value))
        always = NO if day is None else self._passed(fact, subject, years, day)
        return z3.And(
            z3.Or(z3.Not(open_subject), passed, never),
            z3.Or(z3.Not(open_value), z3.Not(passed), always),
        )

    def _first(self, operand: Operand, fact: Fact) -> Term | None:
        """The first possible day of an operand; None if it has no span."""
        span = fact.span_of(operand)
        return None if span is None else self.unit.columns[span[0]]

    def _is_bound(self, operand: Operand, fact: Fact) -> z3.BoolRef:
        if isinstance(operand, Column) and fact.span_of(operand) is not None:
            return z3.Not(self.unit.known[operand.name])
        operands = [operand]
        if fact.free_of is not None and operand == fact.subject:
            operands.append(fact.free_of)
        marks = [mark for column in operands if (mark := fact.bound_of(column)) is not None]
        return z3.Or([_as_formula(self.unit.columns[mark]) for mark in marks])

    def _inside(self, days: DatesSymbol, years: Term, start: Term) -> list[z3.BoolRef]:
        """The formula for each day that it is within the years after the start."""
        assert isinstance(years, int)
        leap_day = self.resolved.pack.leap_day
        first, last = (_anniversary(start, count, leap_day) for count in (0, years))
        pairs = zip(days.days, days.there, strict=True)
        return [z3.And(there, day.scale > first, day.scale <= last) for day, there in pairs]

    def _certain_within(
        self, fact: Fact, days: DatesSymbol, years: Term, start: Term
    ) -> z3.BoolRef:
        """The formula that it is known whether a day is in the window, with bounds considered."""
        assert isinstance(years, int)
        last = _anniversary(start, years, self.resolved.pack.leap_day)
        pairs = zip(days.days, days.there, strict=True)
        any_before = z3.Or([z3.And(there, day.scale <= last) for day, there in pairs])
        inside = z3.Or(self._inside(days, years, start))
        open_days, open_start = (
            self._is_bound(operand, fact) for operand in (fact.subject, fact.values[0])
        )
        return z3.And(z3.Not(z3.And(open_start, any_before)), z3.Not(z3.And(open_days, inside)))

    def _holds(self, fact: Fact, subject: Term, values: list[Term]) -> z3.BoolRef:
        first = values[0]
        match fact.operator:
            case Operator.IS:
                return self._equal(subject, first)
            case Operator.IS_ONE_OF | Operator.MAY_BE | Operator.INCLUDES | Operator.STARTS_WITH:
                named = _listed_words(first, values)
                return z3.Or([z3.And(when, self._has(subject, word)) for when, word in named])
            case Operator.AT_LEAST:
                return self._plain(subject) >= self._plain(first)
            case Operator.AT_MOST:
                return self._plain(subject) <= self._plain(first)
            case _:
                raise AssertionError(f"{fact.operator} compares dates")

    def _passed(self, fact: Fact, subject: Term, years: Term, value: Term) -> z3.BoolRef:
        """The formula that the value of a date comparison is on or after the flip."""
        assert isinstance(years, int)
        is_age = fact.operator in (Operator.AGE_AT_LEAST, Operator.AGE_PAST)
        leap_day = self.resolved.pack.leap_day
        moved = _anniversary(subject, years - AGE_ANCHOR if is_age else years, leap_day)
        if fact.free_of is not None:
            moved = self._begun_anew(fact.free_of, subject, moved, years)
        _, days_after = FLIPS[fact.operator]
        day = _anniversary(value, 0, leap_day)
        # No day lies between an anniversary and the day after it.
        return _as_formula(day > moved if days_after else day >= moved)

    def _begun_anew(self, days: Column, start: Term, moved: Any, years: int) -> Any:
        """The anniversary of the last day that restarts the years, one restart after another."""
        symbol, leap_day = self.unit.columns[days.name], self.resolved.pack.leap_day
        assert isinstance(symbol, DatesSymbol)
        begun = _anniversary(start, 0, leap_day)
        # The days are in no order: each can restart the years after any other.
        for day, there in list(zip(symbol.days, symbol.there, strict=True)) * len(symbol.days):
            within = z3.And(there, day.scale > begun, day.scale <= moved)
            begun = z3.If(within, day.scale, begun)
            moved = z3.If(within, day.anniversary(years, leap_day), moved)
        return moved

    def _has(self, subject: Term, word: Term) -> z3.BoolRef:
        """The formula that a set has the word, a path begins with it, or a word equals it."""
        if isinstance(subject, TagSymbols):
            return subject.has(str(word))
        if isinstance(subject, PathSymbol):
            return self._starts(subject, str(word))
        return self._equal(subject, word)

    def _equal(self, left: Term, right: Term) -> z3.BoolRef:
        if isinstance(left, tuple) or isinstance(right, tuple):
            return z3.BoolVal(left == right)
        return _as_formula(self._plain(left) == self._plain(right))

    def _starts(self, path: PathSymbol, option: str) -> z3.BoolRef:
        words = option.split(".")
        same = [
            word == self.unit.words.number(wanted)
            for word, wanted in zip(path.words, words, strict=False)
        ]
        return z3.And(path.length >= len(words), *same)

    def _plain(self, term: Term) -> Any:
        if isinstance(term, DaySymbol):
            return term.scale
        if isinstance(term, date):
            return z3.IntVal(DaySymbol.scale_of(term))
        if isinstance(term, bool):
            return z3.BoolVal(term)
        if isinstance(term, int):
            return z3.IntVal(term)
        if isinstance(term, str):
            return z3.IntVal(self.unit.words.number(term))
        return term


def _listed_words(first: Term, values: list[Term]) -> list[Guarded]:
    """The words of a list, each with the condition that it is in the list."""
    if isinstance(first, OptionSymbol):
        return [(named, word) for word, named in first.words.items()]
    return [(YES, word) for word in (first if isinstance(first, tuple) else values)]


def _anniversary(day: Term, years: int, leap_day: LeapDay) -> Any:
    if isinstance(day, DaySymbol):
        return day.anniversary(years, leap_day)
    assert isinstance(day, date)
    return z3.IntVal(DaySymbol.scale_of(add_years(day, years, leap_day)))


def _as_formula(value: Any) -> z3.BoolRef:
    return value if isinstance(value, z3.BoolRef) else z3.BoolVal(bool(value))
