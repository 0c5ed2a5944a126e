"""What each fact of a pack says of the symbols of a unit: whether it is known, whether it holds.

The third rendering of the operators beside `oracle` and `compile`; tests hold it to the oracle.
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
# When the term is what the operand says; the guards of an operand never overlap.
Guarded: TypeAlias = "tuple[z3.BoolRef, Term]"
YES, NO = z3.BoolVal(True), z3.BoolVal(False)


@dataclass(frozen=True)
class FactSymbol:
    """A fact of any unit: whether it is known, whether it is known to hold."""

    known: z3.BoolRef
    true: z3.BoolRef


def depth_of(bound: ResolvedPack) -> int:
    """How many parts the longest subdivision path has that the pack mentions."""
    deepest = 1
    for fact in (*bound.facts, *bound.scope):
        if fact.operator is Operator.STARTS_WITH:
            for value in fact.values:
                for option in _constants(bound, value):
                    deepest = max(deepest, len(str(option).split(".")))
    return deepest


def _constants(bound: ResolvedPack, operand: Operand) -> Iterator[Any]:
    if isinstance(operand, Constant):
        yield operand.value
    if isinstance(operand, Param):
        param = bound.pack.params[operand.name]
        for value in (param.value, *param.allowed, *(item.value for item in param.dated)):
            yield from value if isinstance(value, tuple) else (value,)


class FactReader:
    """Reads the facts of one pack as formulas over a unit's symbols."""

    def __init__(self, bound: ResolvedPack, unit: UnitSymbols) -> None:
        self.bound = bound
        self.unit = unit

    def read(self, fact: Fact) -> FactSymbol:
        """The formulas of a fact; one that asks an option that is off does not hold."""
        said = self._said(fact)
        if not fact.options:
            return said
        off = z3.Or([self.unit.options[name].is_off() for name in fact.options])
        return FactSymbol(z3.Or(off, said.known), z3.And(z3.Not(off), said.true))

    def _said(self, fact: Fact) -> FactSymbol:
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
        """How many years; an option's every number by itself, for anniversaries are exact."""
        if operand is None:
            return [(YES, 0)]
        if isinstance(operand, Option):
            option = self.unit.options[operand.name]
            return [(option.number == years, years) for years in option.numbers()]
        return self._terms(operand)

    def _terms(self, operand: Operand) -> list[Guarded]:
        """What an operand can be, each with when."""
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
        param = self.bound.pack.params[operand.name]
        if param.by is not None:
            return list(self._periods(param, param.by))
        place = self.unit.switches.get(operand.name)
        if place is not None:
            return [(place == i, value) for i, value in enumerate(param.allowed)]
        assert param.value is not None, "a param without periods has a value"
        return [(YES, param.value)]

    def _column(self, name: str) -> list[Guarded]:
        """A column's value where it has one, and what it says where its feed is absent."""
        known, value = self.unit.known[name], self.unit.columns[name]
        if name in self.bound.spans:
            last = self.bound.spans[name][1]
            partly = z3.And(z3.Not(known), self.unit.known[last])
            return [(known, value), (partly, self.unit.columns[last])]
        place, word = self.unit.switches.get(ABSENT_FEEDS), self.bound.feeds.get(name)
        if place is None or word is None:
            return [(known, value)]
        nothing = self.bound.pack.params[ABSENT_FEEDS].allowed.index(FEEDS_MAY[1])
        return [(known, value), (z3.And(z3.Not(known), place == nothing), word)]

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
        """Whether every possible day compares alike, by the last ones and, where known, the first.

        Of a bound what has passed may stand, and of a day to compare with what has not.
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
        """The first possible day of an operand; None where nothing says it."""
        span = fact.span_of(operand)
        return None if span is None else self.unit.columns[span[0]]

    def _is_bound(self, operand: Operand, fact: Fact) -> z3.BoolRef:
        if isinstance(operand, Column) and fact.span_of(operand) is not None:
            return z3.Not(self.unit.known[operand.name])
        asked = [operand]
        if fact.free_of is not None and operand == fact.subject:
            asked.append(fact.free_of)
        marks = [mark for one in asked if (mark := fact.bound_of(one)) is not None]
        return z3.Or([_formula(self.unit.columns[mark]) for mark in marks])

    def _inside(self, days: DatesSymbol, years: Term, start: Term) -> list[z3.BoolRef]:
        """Of each day whether it lies within so many years after the start."""
        assert isinstance(years, int)
        leap_day = self.bound.pack.leap_day
        first, last = (_anniversary(start, count, leap_day) for count in (0, years))
        pairs = zip(days.days, days.there, strict=True)
        return [z3.And(there, day.scale > first, day.scale <= last) for day, there in pairs]

    def _certain_within(
        self, fact: Fact, days: DatesSymbol, years: Term, start: Term
    ) -> z3.BoolRef:
        """Whether it is known that a day lies there: after a bound, only where none may."""
        assert isinstance(years, int)
        last = _anniversary(start, years, self.bound.pack.leap_day)
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
                named = _named(first, values)
                return z3.Or([z3.And(when, self._has(subject, word)) for when, word in named])
            case Operator.AT_LEAST:
                return self._plain(subject) >= self._plain(first)
            case Operator.AT_MOST:
                return self._plain(subject) <= self._plain(first)
            case _:
                raise AssertionError(f"{fact.operator} asks for dates")

    def _passed(self, fact: Fact, subject: Term, years: Term, value: Term) -> z3.BoolRef:
        """A comparison of dates: whether the value is on or after the flip."""
        assert isinstance(years, int)
        is_age = fact.operator in (Operator.AGE_AT_LEAST, Operator.AGE_PAST)
        leap_day = self.bound.pack.leap_day
        moved = _anniversary(subject, years - AGE_ANCHOR if is_age else years, leap_day)
        if fact.free_of is not None:
            moved = self._begun_anew(fact.free_of, subject, moved, years)
        _, days_after = FLIPS[fact.operator]
        place = _anniversary(value, 0, leap_day)
        # No day lies between an anniversary and the day after it.
        return _formula(place > moved if days_after else place >= moved)

    def _begun_anew(self, days: Column, start: Term, moved: Any, years: int) -> Any:
        """The anniversary of the last of the days that begin the years anew, one after another."""
        symbol, leap_day = self.unit.columns[days.name], self.bound.pack.leap_day
        assert isinstance(symbol, DatesSymbol)
        begun = _anniversary(start, 0, leap_day)
        # In any order each can follow on any other.
        for day, there in list(zip(symbol.days, symbol.there, strict=True)) * len(symbol.days):
            within = z3.And(there, day.scale > begun, day.scale <= moved)
            begun = z3.If(within, day.scale, begun)
            moved = z3.If(within, day.anniversary(years, leap_day), moved)
        return moved

    def _has(self, subject: Term, word: Term) -> z3.BoolRef:
        """Whether a set has the word, a path begins so, or a word is this one."""
        if isinstance(subject, TagSymbols):
            return subject.has(str(word))
        if isinstance(subject, PathSymbol):
            return self._starts(subject, str(word))
        return self._equal(subject, word)

    def _equal(self, one: Term, other: Term) -> z3.BoolRef:
        if isinstance(one, tuple) or isinstance(other, tuple):
            return z3.BoolVal(one == other)
        return _formula(self._plain(one) == self._plain(other))

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


def _named(first: Term, values: list[Term]) -> list[Guarded]:
    """The words of a list, each with when it is one."""
    if isinstance(first, OptionSymbol):
        return [(named, word) for word, named in first.words.items()]
    return [(YES, word) for word in (first if isinstance(first, tuple) else values)]


def _anniversary(day: Term, years: int, leap_day: LeapDay) -> Any:
    if isinstance(day, DaySymbol):
        return day.anniversary(years, leap_day)
    assert isinstance(day, date)
    return z3.IntVal(DaySymbol.scale_of(add_years(day, years, leap_day)))


def _formula(value: Any) -> z3.BoolRef:
    return value if isinstance(value, z3.BoolRef) else z3.BoolVal(bool(value))
