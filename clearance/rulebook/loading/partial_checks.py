"""What can still be checked of a file that has not the form of a pack, so that all is told at once.

Each part that stands by itself (a sentence, a rule, a reason) is checked; what rests on a part
that cannot be read is left for the next run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from clearance.rulebook.language.model import PackParam, Rule
from clearance.rulebook.language.options import PackOption
from clearance.rulebook.language.yaml_lines import Where
from clearance.rulebook.loading.pack_checks import (
    Known,
    Problem,
    fact_problems,
    flow_problems,
    idle_facts,
    reason_problems,
    scope_problems,
)
from clearance.rulebook.loading.type_checks import Values

M = TypeVar("M", bound=BaseModel)


def problems_beside(data: Any, *, known: Known) -> list[Problem]:
    """Problems of the parts of a pack that can be read, beside those of its form.

    Args:
        data: the file's content, which is no pack.
        known: what a pack may name.
    """
    if not isinstance(data, dict):
        return []
    params, unread_params = _values_of(PackParam, data.get("params"))
    options, unread_options = _values_of(PackOption, data.get("options"))
    values, unread = Values(params, options), unread_params | unread_options
    named = _mapping(data.get("facts"))
    facts = {
        name: text
        for name, text in named.items()
        if isinstance(text, str) and not unread & set(text.replace(",", " ").split())
    }
    flow = _list(data.get("flow"))
    read = [(i, _read(Rule, raw)) for i, raw in enumerate(flow)]
    rules = [(i, rule) for i, rule in read if rule is not None]
    problems = [*flow_problems(rules, list(named)), *reason_problems(_said(data), known=known)]
    if rules and len(rules) == len(flow):
        problems += idle_facts(rules, list(named))
    unit = data.get("unit")
    if unit == "conviction" or unit == "arrest":
        scope = _list(data.get("scope"))
        problems += fact_problems(facts, values, unit=unit, known=known)
        if all(isinstance(text, str) for text in scope):
            problems += scope_problems(scope, values, unit=unit, known=known)
    return problems


def _values_of(kind: type[M], raw: Any) -> tuple[dict[str, M], set[str]]:
    """The params or options that can be read, and the names of the others."""
    read = {name: _read(kind, content) for name, content in _mapping(raw).items()}
    values = {name: value for name, value in read.items() if value is not None}
    return values, set(read) - set(values)


def _said(data: Mapping[str, Any]) -> list[tuple[Where, str | None]]:
    flow = _list(data.get("flow"))
    parts: list[tuple[Where, Any]] = [(("flow", i), rule) for i, rule in enumerate(flow)]
    parts += [((name,), data.get(name)) for name in ("otherwise", "unknown")]
    codes = [(where, _mapping(part).get("reason")) for where, part in parts]
    return [(where, code) for where, code in codes if isinstance(code, str)]


def _mapping(raw: Any) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _list(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _read(kind: type[M], raw: Any) -> M | None:
    try:
        return kind.model_validate(raw)
    except ValidationError:
        return None
