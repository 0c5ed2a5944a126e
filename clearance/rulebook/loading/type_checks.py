"""Type checks of a fact's operands: every value of a param, and the names of statute lists.

Without this check, a number compared with a date param would fail only when the first unit is
decided.
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
MOST_YEARS = 150  # more would go beyond the calendar
NEEDED = {"date": "a date", "number": "a number", "yes_no": "true or false", "text": "a text"}


@dataclass(frozen=True)
class Values:
    """The params and options that a pack declares."""

    params: dict[str, PackParam]
    options: dict[str, PackOption]


def fact_misfits(
    fact: Fact, *, features: dict[str, Feature], values: Values, tags: set[str]
) -> Iterator[str]:
    """The problems of a fact whose operands cannot be compared.

    Args:
        fact: the resolved fact.
        features: columns of the unit.
        values: the pack's params and options.
        tags: names of the statute lists.
    """
    kind, codes = _kind(fact, features, values)
    for operand in fact.values:
        for value in _possible_values(operand, values):
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
        for value in _possible_values(fact.years, values):
            yield from _misfit(fact, fact.years, value, kind="number", codes=())
            if _has_kind(value, "number") and not 0 <= value <= MOST_YEARS:
                yield f"`{fact.text}`: {value} years; a fact counts 0 to {MOST_YEARS}"


def _kind(fact: Fact, features: dict[str, Feature], values: Values) -> tuple[str, tuple[str, ...]]:
    if isinstance(fact.subject, Column):
        feature = features[fact.subject.name]
        kind = "date" if feature.type in ("age", "dates") else feature.type
        return kind, feature.codes
    if isinstance(fact.subject, Option):
        return values.options[fact.subject.name].type, ()
    value = next(iter(_possible_values(fact.subject, values)))
    if isinstance(value, bool):
        return "yes_no", ()
    if isinstance(value, int):
        return "number", ()
    return ("date" if isinstance(value, date) else "text"), ()


def _possible_values(operand: Operand, values: Values) -> Iterator[Any]:
    """Every value that a constant, a param or an option can have."""
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
    if not _has_kind(value, kind):
        needed = NEEDED.get(kind, "a text")
        yield f"`{fact.text}`: param `{operand.name}` is `{value}`, where {needed} is needed"
    elif codes and value not in codes:
        yield (
            f"`{fact.text}`: param `{operand.name}` is `{value}`, "
            f"which is not one of {', '.join(codes)}"
        )


def _has_kind(value: Any, kind: str) -> bool:
    if kind == "date":
        return isinstance(value, date) and not isinstance(value, datetime)
    if kind == "yes_no":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)
