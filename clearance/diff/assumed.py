"""Values that a comparison assumes in place of those of the rules: `felony_years=7`."""

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


def assumed_values(given: Sequence[str]) -> dict[str, ParamValue]:
    """The values by name of the param.

    Args:
        given: each `NAME=VALUE`; a value as the rules write it.

    Raises:
        UsageError: one is not of that form.
    """
    found: dict[str, ParamValue] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise UsageError(f"`{text}` is no NAME=VALUE.", "Write `--set felony_years=7`.")
        found[name.strip()] = _value(text, value)
    return found


def with_assumed(plan: Plan, values: Mapping[str, ParamValue]) -> Plan:
    """The plan under other values of params, in every pack that has them.

    Args:
        plan: the packs of a sweep.
        values: by name.

    Raises:
        UsageError: no pack of the plan has the param, or its values are of another kind.
    """
    if not values:
        return plan
    bounds = [bound for item in plan.assigned for bound in item.bounds.values()]
    for name, value in values.items():
        _check(name, value, bounds)

    def changed(bound: ResolvedPack) -> ResolvedPack:
        own = {name: value for name, value in values.items() if name in bound.values}
        return bound.with_switches(own)

    return replace(
        plan,
        assigned=tuple(
            replace(
                item,
                bound=changed(item.bound),
                by_county={county: changed(own) for county, own in item.by_county.items()},
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
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if isinstance(value, bool | int | str | date):
        return value
    raise UsageError(
        f"The value in `{text}` is of no kind that a param has.",
        "Give a number, yes or no, a date, a word, or a list of words.",
    )


def _check(name: str, value: ParamValue, bounds: Sequence[ResolvedPack]) -> None:
    having = [bound for bound in bounds if name in bound.values]
    if not having:
        known = sorted({other for bound in bounds for other in bound.values})
        guess = nearest(name, known)
        hint = f" Did you mean `{guess}`?" if guess else ""
        raise UsageError(
            f"No pack of the sweep has a param `{name}`.{hint}",
            f"Params: {', '.join(known)}.",
        )
    for bound in having:
        kind, allowed = _kind(bound.values[name]), bound.pack.params[name].allowed
        if type(value) is not kind:
            raise UsageError(
                f"`{name}` of pack {bound.pack.pack} is {_KINDS.get(kind, kind.__name__)}.",
                f"Write `--set {name}={_EXAMPLES.get(kind, 'VALUE')}`.",
            )
        if allowed and value not in allowed:
            raise UsageError(
                f"Pack {bound.pack.pack} does not know `{value}` for `{name}`.",
                f"Values: {', '.join(map(str, allowed))}.",
            )


_KINDS: dict[type, str] = {int: "a number", bool: "yes or no", date: "a date", str: "a word"}
_EXAMPLES: dict[type, str] = {int: "7", bool: "true", date: "2016-11-09", str: "WORD"}


def _kind(value: Any) -> type:
    """The kind of a param's values; of one that changed in time, that of its first."""
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        return type(value[0].value)
    return type(value)
