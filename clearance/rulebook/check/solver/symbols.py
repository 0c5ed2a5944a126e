"""Symbols of the solver for the values of one column or option of a unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import z3

from clearance.rulebook.check.solver.days import DaySymbol
from clearance.rulebook.language.options import OptionValue, PackOption


@dataclass
class Words:
    """Numbers of the pack's words; a higher number is a word that the pack does not mention."""

    known: dict[str, int] = field(default_factory=dict)

    def number(self, word: str) -> int:
        """The number of a word."""
        return self.known.setdefault(word, len(self.known))

    def word(self, number: int) -> str:
        """The word of a number."""
        for word, index in self.known.items():
            if index == number:
                return word
        other = f"OTHER_{number - len(self.known) + 1}"
        return f"{other}_" if other in self.known else other


@dataclass(frozen=True)
class PathSymbol:
    """A subdivision path: its length, and the word at each depth."""

    length: z3.ArithRef
    words: tuple[z3.ArithRef, ...]


@dataclass(frozen=True)
class DatesSymbol:
    """A list of days: a few possible days, and for each whether it is in the list."""

    days: tuple[DaySymbol, ...]
    there: tuple[z3.BoolRef, ...]


@dataclass
class TagSymbols:
    """A set of tags: for each mentioned tag, whether it is in the set."""

    name: str
    tags: dict[str, z3.BoolRef] = field(default_factory=dict)

    def has(self, tag: str) -> z3.BoolRef:
        """Whether the tag is in the set."""
        return self.tags.setdefault(tag, z3.Bool(f"{self.name} has {tag}"))


class OptionSymbol:
    """The value of an option in a county: on, a number, words of its list, or off."""

    def __init__(self, name: str, option: PackOption) -> None:
        self.option = option
        self.on = z3.Bool(f"option {name}")
        self.number = z3.Int(f"option {name} number")
        self.words = {word: z3.Bool(f"option {name} names {word}") for word in option.of}

    def is_off(self) -> z3.BoolRef:
        """The formula that the option is off."""
        if self.option.type == "list":
            return z3.Not(z3.Or(list(self.words.values())))
        return self.number == 0 if self.option.type == "number" else z3.Not(self.on)

    def numbers(self) -> range:
        """The numbers that a number option can have when it is not off."""
        first, last = self.option.range or (1, 0)
        return range(first, last + 1)

    def domain(self) -> list[z3.BoolRef]:
        """The constraints on the value in any county."""
        if self.option.range is None:
            return []
        first, last = self.option.range
        return [z3.Or(self.number == 0, z3.And(self.number >= first, self.number <= last))]

    def value_in(self, model: z3.ModelRef) -> OptionValue:
        """The value of the option in a model."""
        if self.option.type == "list":
            return tuple(word for word, named in self.words.items() if is_true(model, named))
        if self.option.type == "number":
            return number_of(model, self.number)
        return is_true(model, self.on)


# Numbers, yes_no values and words' numbers are plain expressions of the solver.
Symbol: TypeAlias = "z3.ExprRef | DaySymbol | DatesSymbol | PathSymbol | TagSymbols"


def is_true(model: z3.ModelRef, symbol: z3.BoolRef) -> bool:
    """Whether a formula is true in a model."""
    return bool(z3.is_true(model.eval(symbol, model_completion=True)))


def number_of(model: z3.ModelRef, symbol: z3.ExprRef) -> int:
    """The number of a symbol in a model."""
    value = model.eval(symbol, model_completion=True)
    assert isinstance(value, z3.IntNumRef)
    return int(value.as_long())
