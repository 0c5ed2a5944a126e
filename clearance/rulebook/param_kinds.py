"""Whether a param's values are of the kind that a fact compares them with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from clearance.rulebook.catalogue import Feature
from clearance.rulebook.facts import Fact
from clearance.rulebook.model import PackParam, ParamValue
from clearance.rulebook.sentences import Column, Param

MOST_YEARS = 150
"""Years that a fact may count; more would leave the calendar."""


def kind_problems(
    fact: Fact, *, features: dict[str, Feature], params: dict[str, PackParam]
) -> Iterator[str]:
    """What is wrong with the params that a fact asks, in words.

    Args:
        fact: a resolved fact.
        features: columns of the pack's unit.
        params: the pack's params.
    """
    feature = features.get(fact.subject.name) if isinstance(fact.subject, Column) else None
    for operand in fact.values:
        if feature is not None and isinstance(operand, Param):
            for value in _values(params[operand.name]):
                if not _fits(value, feature):
                    yield f"`{fact.text}`: `{operand.name}` has `{value}`, not a {feature.type}"
    if isinstance(fact.years, Param):
        for value in _values(params[fact.years.name]):
            if not _is_count(value) or int(str(value)) > MOST_YEARS:
                yield f"`{fact.text}`: `{fact.years.name}` has `{value}`, no number of years"
    elif fact.years is not None and int(str(getattr(fact.years, "value", 0))) > MOST_YEARS:
        yield f"`{fact.text}`: more than {MOST_YEARS} years"


def _values(param: PackParam) -> list[ParamValue]:
    given = [param.value] if param.value is not None else [dated.value for dated in param.dated]
    return [one for value in given for one in (value if isinstance(value, tuple) else (value,))]


def _is_count(value: ParamValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _fits(value: ParamValue, feature: Feature) -> bool:
    match feature.type:
        case "date" | "age":
            return isinstance(value, date) and not isinstance(value, datetime)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "yes_no":
            return isinstance(value, bool)
        case "code":
            return value in feature.codes
        case _:
            return isinstance(value, str)
