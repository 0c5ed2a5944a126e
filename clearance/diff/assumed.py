"""Assumed values: params that a comparison sets in place of the rules' own (`felony_years=7`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from clearance.determine.plan import Plan
from clearance.errors import UsageError, nearest
from clearance.rulebook.language.model import ParamValue
from clearance.rulebook.language.resolved import ResolvedPack


def parse_assumed_values(given: Sequence[str]) -> dict[str, ParamValue]:
    """The assumed values by name of the param.

    Args:
        given: `NAME=VALUE` texts; the value as in a pack's file.

    Raises:
        UsageError: a text has another form, or its value is of no kind that a param can have.
    """
    values: dict[str, ParamValue] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise UsageError(
                f"`{text}` does not have the form NAME=VALUE.", "Write `--set felony_years=7`."
            )
        values[name.strip()] = _value(text, value)
    return values


def with_assumed(plan: Plan, values: Mapping[str, ParamValue]) -> Plan:
    """The plan with assumed values, in every pack that has the param.

    Args:
        plan: the packs of a sweep.
        values: by name of the param.

    Raises:
        UsageError: no pack of the plan has the param, or the value is of another kind.
    """
    if not values:
        return plan
    packs = [resolved for item in plan.assigned for resolved in item.variants.values()]
    for name, value in values.items():
        _check_value(name, value, packs)

    def changed(resolved: ResolvedPack) -> ResolvedPack:
        values_of_pack = {name: value for name, value in values.items() if name in resolved.values}
        return resolved.with_switches(values_of_pack)

    return replace(
        plan,
        assigned=tuple(
            replace(
                item,
                resolved=changed(item.resolved),
                by_county={
                    county: changed(county_pack) for county, county_pack in item.by_county.items()
                },
                rivals=tuple(changed(rival) for rival in item.rivals),
            )
            for item in plan.assigned
        ),
    )


def _value(text: str, written: str) -> ParamValue:
    try:
        value: Any = yaml.safe_load(written)
    except yaml.YAMLError as error:
        raise UsageError(
            f"The value in `{text}` cannot be read.", "Write it as a pack does."
        ) from error
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    if isinstance(value, bool | int | str | date):
        return value
    raise UsageError(
        f"The value in `{text}` is of no kind that a param has.",
        "Give a number, yes or no, a date, a word, or a list of words.",
    )


def _check_value(name: str, value: ParamValue, packs: Sequence[ResolvedPack]) -> None:
    packs_with_param = [resolved for resolved in packs if name in resolved.values]
    if not packs_with_param:
        known = sorted({other for resolved in packs for other in resolved.values})
        guess = nearest(name, known)
        hint = f" Did you mean `{guess}`?" if guess else ""
        raise UsageError(
            f"No pack of the sweep has a param `{name}`.{hint}",
            f"Params: {', '.join(known)}.",
        )
    for resolved in packs_with_param:
        kind, allowed = _kind(resolved.values[name]), resolved.pack.params[name].allowed
        if type(value) is not kind:
            raise UsageError(
                f"`{name}` of pack {resolved.pack.pack} is {_KINDS.get(kind, kind.__name__)}.",
                f"Write `--set {name}={_EXAMPLES.get(kind, 'VALUE')}`.",
            )
        if allowed and value not in allowed:
            raise UsageError(
                f"Pack {resolved.pack.pack} does not know `{value}` for `{name}`.",
                f"Values: {', '.join(map(str, allowed))}.",
            )


_KINDS: dict[type, str] = {int: "a number", bool: "yes or no", date: "a date", str: "a word"}
_EXAMPLES: dict[type, str] = {int: "7", bool: "true", date: "2016-11-09", str: "WORD"}


def _kind(value: Any) -> type:
    """The type of a param's values; of a dated param, the type of its first value."""
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        return type(value[0].value)
    return type(value)
