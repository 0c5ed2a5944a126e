"""The columns of a unit as symbols of the solver, and the row of a solver's model.

Each column has one symbol: a level has one value, a subdivision path one beginning, a date one
place in the calendar. A column that may be null has a second symbol: whether it is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import z3

from clearance.rulebook.check.solver.days import DaySymbol
from clearance.rulebook.check.solver.symbols import (
    DatesSymbol,
    OptionSymbol,
    PathSymbol,
    Symbol,
    TagSymbols,
    Words,
    is_true,
    number_of,
)
from clearance.rulebook.language.catalogue import Feature
from clearance.rulebook.language.model import ParamValue
from clearance.rulebook.language.options import OptionValue
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.sentences import Constant

# Ordinary values of a witness, so that it reads like a case; they do not limit the search.
USUAL_YEARS = (1970, 2025)
USUAL_NUMBER = 5
# Two days are enough for a window: one is in it, or one moves it so that the other is.
DAYS = 2


class UnitSymbols:
    """The symbols of any unit, with the as-of date, the switches and the options.

    Attributes:
        known: per column, the formula that it is not null.
        columns: per column, the symbol of its value.
        as_of: the symbol of the as-of date.
        switches: per switch, the index of its value among the allowed values.
        options: per option, the symbol of its value in the unit's county.
    """

    def __init__(self, resolved: ResolvedPack, features: dict[str, Feature], *, depth: int) -> None:
        """Create the symbols.

        Args:
            resolved: the pack.
            features: the columns of its kind of unit.
            depth: number of parts of the longest subdivision path in the pack.
        """
        self.resolved = resolved
        self.words = Words()
        self.depth = depth
        self.features = {name: features[name] for name in sorted(resolved.columns)}
        self.as_of = DaySymbol("as-of")
        self.columns = {name: self._symbol(name, item) for name, item in self.features.items()}
        self.known = {
            name: z3.BoolVal(True) if item.null == "never" else z3.Bool(f"{name} is known")
            for name, item in self.features.items()
        }
        self.options = {
            name: OptionSymbol(name, item) for name, item in resolved.pack.options.items()
        }
        self.switches = {
            name: z3.Int(f"switch {name}")
            for name, param in resolved.pack.params.items()
            if param.switch and param.allowed
        }

    def _symbol(self, name: str, feature: Feature) -> Symbol:
        match feature.type:
            case "date" | "age":
                return DaySymbol(name)
            case "dates":
                names = [f"{name} {i + 1}" for i in range(DAYS)]
                there = tuple(z3.Bool(f"{day} is there") for day in names)
                return DatesSymbol(tuple(map(DaySymbol, names)), there)
            case "yes_no":
                return z3.Bool(name)
            case "tags":
                return TagSymbols(name)
            case "path":
                words = tuple(z3.Int(f"{name} {i + 1}") for i in range(self.depth))
                return PathSymbol(z3.Int(f"{name} length"), words)
            case _:
                return z3.Int(name)

    def domain(self) -> list[z3.BoolRef]:
        """The constraints that every unit satisfies."""
        rules = [*self.as_of.domain()]
        force = self.resolved.pack.in_force
        if force != "never" and force.start is not None:
            rules.append(self.as_of.scale >= self.as_of.scale_of(force.start))
        for name, symbol in self.columns.items():
            rules += self._domain(symbol, self.features[name])
        for name, (first, last) in self.resolved.spans.items():
            rules += self._lies_between(name, first, last)
        for option in self.options.values():
            rules += option.domain()
        for name, index in self.switches.items():
            rules += [index >= 0, index < len(self.resolved.pack.params[name].allowed)]
        return rules

    def _lies_between(self, name: str, first: str, last: str) -> list[z3.BoolRef]:
        """The constraints of a date between two others: the two are in order."""
        earliest, latest = self.columns[first], self.columns[last]
        assert isinstance(earliest, DaySymbol) and isinstance(latest, DaySymbol)
        return [
            self.known[first] == self.known[last],
            z3.Not(z3.And(self.known[name], self.known[last])),
            earliest.scale <= latest.scale,
        ]

    def _domain(self, symbol: Symbol, feature: Feature) -> list[z3.BoolRef]:
        if isinstance(symbol, DaySymbol):
            return symbol.domain()
        if isinstance(symbol, DatesSymbol):
            return [rule for day in symbol.days for rule in day.domain()]
        if isinstance(symbol, PathSymbol):
            deep = [symbol.length >= 0, symbol.length <= self.depth]
            return [*deep, *(word >= 0 for word in symbol.words)]
        if isinstance(symbol, z3.ArithRef):
            if feature.codes:
                return [z3.Or([symbol == self.words.number(code) for code in feature.codes])]
            return [symbol >= 0]
        return []

    def before(self, column: str, day: date) -> z3.BoolRef:
        """The formula that a date column is known and earlier than a day."""
        symbol = self.columns[column]
        assert isinstance(symbol, DaySymbol)
        return z3.And(self.known[column], symbol.scale < symbol.scale_of(day))

    def usual(self) -> list[z3.BoolRef]:
        """Wishes for a witness, the most important first."""
        force = self.resolved.pack.in_force
        wishes = [index == self._own(name) for name, index in self.switches.items()]
        if force != "never" and force.end is not None:
            wishes.append(self.as_of.scale <= self.as_of.scale_of(force.end))
        wishes += [self.known[name] for name in self.columns if not z3.is_true(self.known[name])]
        wishes += self.as_of.usual()
        wishes.append(self.as_of.is_day(self.resolved.pack.authority.read_on))
        for name, symbol in self.columns.items():
            wishes += self._usual(name, symbol, self.features[name])
        return [*wishes, *(option.is_off() for option in self.options.values())]

    def _own(self, switch: str) -> int:
        param = self.resolved.pack.params[switch]
        assert param.value is not None, "a switch that lists its values has one of its own"
        return param.allowed.index(param.value)

    def _usual(self, name: str, symbol: Symbol, feature: Feature) -> Iterable[z3.BoolRef]:
        if isinstance(symbol, DaySymbol):
            first, last = USUAL_YEARS
            past = symbol.scale <= self.as_of.scale
            return [symbol.year >= first, symbol.year <= last, past, *symbol.usual()]
        if isinstance(symbol, DatesSymbol):
            return [z3.Not(there) for there in symbol.there]
        if isinstance(symbol, PathSymbol):
            return [symbol.length == 0]
        if isinstance(symbol, TagSymbols):
            return [z3.Not(tag) for tag in symbol.tags.values()]
        if isinstance(symbol, z3.BoolRef):
            return [z3.Not(symbol)]
        if feature.type == "number":
            return [symbol <= USUAL_NUMBER, symbol == 0]
        numbers = [self.words.number(word) for word in self._words_of(name)]
        return [z3.Or(symbol >= len(self.words.known), *(symbol == number for number in numbers))]

    def _words_of(self, column: str) -> list[str]:
        """The words that the pack compares with a column."""
        facts = (*self.resolved.facts, *self.resolved.scope)
        values = [value for fact in facts if column in fact.columns for value in fact.values]
        words = [value.value for value in values if isinstance(value, Constant)]
        return [*self.features[column].codes, *(word for word in words if isinstance(word, str))]

    def settings(self, model: z3.ModelRef) -> dict[str, ParamValue]:
        """The switches of a model that differ from the pack's own values."""
        chosen = {}
        for name, index in self.switches.items():
            param = self.resolved.pack.params[name]
            value = param.allowed[number_of(model, index)]
            if value != param.value:
                chosen[name] = value
        return chosen

    def county(self, model: z3.ModelRef) -> dict[str, OptionValue]:
        """The option values of a model."""
        return {name: option.value_in(model) for name, option in self.options.items()}

    def row(self, model: z3.ModelRef) -> dict[str, Any]:
        """The row of a model: every column that the pack reads."""
        return {
            name: self._cell(model, symbol, self.features[name])
            if z3.is_true(model.eval(self.known[name], model_completion=True))
            else None
            for name, symbol in self.columns.items()
        }

    def day(self, model: z3.ModelRef) -> date:
        """The as-of date of a model."""
        return self.as_of.date_in(model)

    def _cell(self, model: z3.ModelRef, symbol: Symbol, feature: Feature) -> Any:
        if isinstance(symbol, DaySymbol):
            return symbol.date_in(model)
        if isinstance(symbol, DatesSymbol):
            pairs = zip(symbol.days, symbol.there, strict=True)
            return sorted({day.date_in(model) for day, there in pairs if is_true(model, there)})
        if isinstance(symbol, TagSymbols):
            return [tag for tag, has in symbol.tags.items() if is_true(model, has)]
        if isinstance(symbol, PathSymbol):
            words = symbol.words[: number_of(model, symbol.length)]
            return [self.words.word(number_of(model, word)) for word in words]
        if isinstance(symbol, z3.BoolRef):
            return is_true(model, symbol)
        number = number_of(model, symbol)
        return number if feature.type == "number" else self.words.word(number)
