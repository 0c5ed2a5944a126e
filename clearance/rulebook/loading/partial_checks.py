"""Partial checks for files that do not fit the model, so that one run reports every problem.

Each part (a sentence, a rule, a reason) that fits its own model is checked, unless it depends on a
part that does not.
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
    reason_problems,
    scope_problems,
    unused_facts,
)
from clearance.rulebook.loading.type_checks import Values

M = TypeVar("M", bound=BaseModel)


def partial_problems(data: Any, *, known: Known) -> list[Problem]:
    """Problems of the parts of a pack that can be parsed, beside the errors of its form.

    Args:
        data: the file's content, which does not fit the model.
        known: the names that a pack may use.
    """
    if not isinstance(data, dict):
        return []
    params, invalid_params = _parse_values(PackParam, data.get("params"))
    options, invalid_options = _parse_values(PackOption, data.get("options"))
    values, invalid = Values(params, options), invalid_params | invalid_options
    texts = _as_mapping(data.get("facts"))
    facts = {
        name: text
        for name, text in texts.items()
        if isinstance(text, str) and not invalid & set(text.replace(",", " ").split())
    }
    flow = _as_list(data.get("flow"))
    parsed = [(i, _parse(Rule, raw)) for i, raw in enumerate(flow)]
    rules = [(i, rule) for i, rule in parsed if rule is not None]
    problems = [
        *flow_problems(rules, list(texts)),
        *reason_problems(_reason_codes(data), known=known),
    ]
    if rules and len(rules) == len(flow):
        problems += unused_facts(rules, list(texts))
    unit = data.get("unit")
    if unit == "conviction" or unit == "arrest":
        scope = _as_list(data.get("scope"))
        problems += fact_problems(facts, values, unit=unit, known=known)
        if all(isinstance(text, str) for text in scope):
            problems += scope_problems(scope, values, unit=unit, known=known)
    return problems


def _parse_values(kind: type[M], raw: Any) -> tuple[dict[str, M], set[str]]:
    """The params or options that can be parsed, and the names of the others."""
    parsed = {name: _parse(kind, content) for name, content in _as_mapping(raw).items()}
    values = {name: value for name, value in parsed.items() if value is not None}
    return values, set(parsed) - set(values)


def _reason_codes(data: Mapping[str, Any]) -> list[tuple[Where, str | None]]:
    flow = _as_list(data.get("flow"))
    parts: list[tuple[Where, Any]] = [(("flow", i), rule) for i, rule in enumerate(flow)]
    parts += [((name,), data.get(name)) for name in ("otherwise", "unknown")]
    codes = [(where, _as_mapping(part).get("reason")) for where, part in parts]
    return [(where, code) for where, code in codes if isinstance(code, str)]


def _as_mapping(raw: Any) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _as_list(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _parse(kind: type[M], raw: Any) -> M | None:
    try:
        return kind.model_validate(raw)
    except ValidationError:
        return None
