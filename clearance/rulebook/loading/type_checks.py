"""Whether what a sentence compares fits together: a param's every value, and the lists named.

A date param asked of a number would fail only where the first unit is decided; here it is told
with the sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clearance.errors import nearest
from clearance.rulebook.language.catalogue import Feature
from clearance.rulebook.language.facts import Fact
from clearance.rulebook.language.model import PackParam
from clearance.rulebook.language.options import PackOption
from clearance.rulebook.language.sentences import Column, Constant, Operand, Operator, Option, Param

LISTS = (Operator.IS_ONE_OF, Operator.MAY_BE, Operator.INCLUDES, Operator.STARTS_WITH)
MOST_YEARS = 150  # more would leave the calendar
NEEDED = {"date": "a date", "number": "a number", "yes_no": "true or false", "text": "a text"}


@dataclass(frozen=True)
class Values:
    """The values that a pack declares: its own, and those that counties set."""

    params: dict[str, PackParam]
    options: dict[str, PackOption]


def fact_misfits(
    fact: Fact, *, features: dict[str, Feature], values: Values, tags: set[str]
) -> Iterator[str]:
    """What a sentence compares that cannot be compared.

    Args:
        fact: the sentence, resolved.
        features: columns of the unit.
        values: the pack's params and options.
        tags: names of the statute lists.
    """
    kind, codes = _kind(fact, features, values)
    for operand in fact.values:
        for value in _said_by(operand, values):
            if isinstance(value, tuple) and fact.operator in LISTS and len(fact.values) == 1:
                items: tuple[Any, ...] = value
            else:
                items = (value,)
            for item in items:
                yield from _misfit(fact, operand, item, kind=kind, codes=codes)
                if kind == "tags" and not codes and isinstance(item, str) and item not in tags:
                    guess = nearest(item, sorted(tags))
                    hint = f"; did you mean `{guess}`?" if guess else ""
                    yield f"no statute list is called `{item}`{hint}"
    if fact.years is not None:
        for value in _said_by(fact.years, values):
            yield from _misfit(fact, fact.years, value, kind="number", codes=())
            if _is_a(value, "number") and not 0 <= value <= MOST_YEARS:
                yield f"`{fact.text}`: {value} years; a fact counts 0 to {MOST_YEARS}"


def _kind(fact: Fact, features: dict[str, Feature], values: Values) -> tuple[str, tuple[str, ...]]:
    if isinstance(fact.subject, Column):
        feature = features[fact.subject.name]
        kind = "date" if feature.type in ("age", "dates") else feature.type
        return kind, feature.codes
    if isinstance(fact.subject, Option):
        return values.options[fact.subject.name].type, ()
    value = next(iter(_said_by(fact.subject, values)))
    if isinstance(value, bool):
        return "yes_no", ()
    if isinstance(value, int):
        return "number", ()
    return ("date" if isinstance(value, date) else "text"), ()


def _said_by(operand: Operand, values: Values) -> Iterator[Any]:
    """Every value that an operand written in the pack can have."""
    if isinstance(operand, Constant):
        yield operand.value
    if isinstance(operand, Param):
        param = values.params[operand.name]
        yield from (item.value for item in param.dated)
        if param.value is not None:
            yield from dict.fromkeys((param.value, *param.allowed))
    if isinstance(operand, Option):
        yield from values.options[operand.name].of


def _misfit(
    fact: Fact, operand: Operand, value: Any, *, kind: str, codes: tuple[str, ...]
) -> Iterator[str]:
    if not isinstance(operand, Param):
        return
    if not _is_a(value, kind):
        needed = NEEDED.get(kind, "a text")
        yield f"`{fact.text}`: param `{operand.name}` is `{value}`, where {needed} is needed"
    elif codes and value not in codes:
        yield (
            f"`{fact.text}`: param `{operand.name}` is `{value}`, "
            f"which is not one of {', '.join(codes)}"
        )


def _is_a(value: Any, kind: str) -> bool:
    if kind == "date":
        return isinstance(value, date) and not isinstance(value, datetime)
    if kind == "yes_no":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)
