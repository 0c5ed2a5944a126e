"""What one column or option of a unit can be, as symbols of the solver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import z3

from clearance.rulebook.check.solver.days import DaySymbol
from clearance.rulebook.language.options import OptionValue, PackOption


@dataclass
class Words:
    """Texts as numbers; a number beyond them is a word that the pack does not mention."""

    known: dict[str, int] = field(default_factory=dict)

    def number(self, word: str) -> int:
        """The number of a word."""
        return self.known.setdefault(word, len(self.known))

    def word(self, number: int) -> str:
        """The word of a number."""
        for word, known in self.known.items():
            if known == number:
                return word
        other = f"OTHER_{number - len(self.known) + 1}"
        return f"{other}_" if other in self.known else other


@dataclass(frozen=True)
class PathSymbol:
    """A subdivision path: how deep it goes, and the word at each depth."""

    length: z3.ArithRef
    words: tuple[z3.ArithRef, ...]


@dataclass(frozen=True)
class DatesSymbol:
    """Some days: each of a few that may be there, and whether it is."""

    days: tuple[DaySymbol, ...]
    there: tuple[z3.BoolRef, ...]


@dataclass
class TagSymbols:
    """A set of tags: whether each mentioned tag is in it."""

    name: str
    tags: dict[str, z3.BoolRef] = field(default_factory=dict)

    def has(self, tag: str) -> z3.BoolRef:
        """Whether the tag is in the set."""
        return self.tags.setdefault(tag, z3.Bool(f"{self.name} has {tag}"))


class OptionSymbol:
    """An option as a county sets it: on, a number, or words of its list; or off."""

    def __init__(self, name: str, option: PackOption) -> None:
        self.option = option
        self.on = z3.Bool(f"option {name}")
        self.number = z3.Int(f"option {name} number")
        self.words = {word: z3.Bool(f"option {name} names {word}") for word in option.of}

    def is_off(self) -> z3.BoolRef:
        """Whether the county has not taken it up."""
        if self.option.type == "list":
            return z3.Not(z3.Or(list(self.words.values())))
        return self.number == 0 if self.option.type == "number" else z3.Not(self.on)

    def numbers(self) -> range:
        """The numbers that it can be when it is not off."""
        first, last = self.option.range or (1, 0)
        return range(first, last + 1)

    def domain(self) -> list[z3.BoolRef]:
        """What every county's setting satisfies."""
        if self.option.range is None:
            return []
        first, last = self.option.range
        return [z3.Or(self.number == 0, z3.And(self.number >= first, self.number <= last))]

    def value_in(self, model: z3.ModelRef) -> OptionValue:
        """The setting of a model."""
        if self.option.type == "list":
            return tuple(word for word, named in self.words.items() if is_true(model, named))
        if self.option.type == "number":
            return number_of(model, self.number)
        return is_true(model, self.on)


# A number, a yes or no, or a word's number is an expression of the solver itself.
Symbol: TypeAlias = "z3.ExprRef | DaySymbol | DatesSymbol | PathSymbol | TagSymbols"


def is_true(model: z3.ModelRef, symbol: z3.BoolRef) -> bool:
    """Whether a model makes it true."""
    return bool(z3.is_true(model.eval(symbol, model_completion=True)))


def number_of(model: z3.ModelRef, symbol: z3.ExprRef) -> int:
    """The number that a model gives it."""
    value = model.eval(symbol, model_completion=True)
    assert isinstance(value, z3.IntNumRef)
    return int(value.as_long())
