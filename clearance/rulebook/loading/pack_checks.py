"""Checks of a pack that the models cannot make: names, types, reasons, unused facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clearance.errors import nearest
from clearance.rulebook.language.catalogue import Catalogue, Unit
from clearance.rulebook.language.facts import NotAFact, resolve_fact, resolve_scope_sentence
from clearance.rulebook.language.model import (
    All,
    Any_,
    Condition,
    Not,
    Pack,
    Rule,
    condition_of,
    fact_names,
)
from clearance.rulebook.language.yaml_lines import Where
from clearance.rulebook.loading.lawyer_notes_checks import element_problems
from clearance.rulebook.loading.type_checks import Values, fact_misfits

Problem = tuple[Where, str]


@dataclass(frozen=True)
class Known:
    """The names that a pack may use.

    Attributes:
        catalogue: columns by unit; None if their file cannot be read.
        reasons: reason texts by code; None if their file cannot be read.
        tags: names of the statute lists.
    """

    catalogue: Catalogue | None
    reasons: dict[str, str] | None
    tags: set[str]


def pack_problems(pack: Pack, *, known: Known) -> list[Problem]:
    """Every problem of a pack: the path in its file, and a message.

    Args:
        pack: a pack that fits the model.
        known: the names that it may use.
    """
    reason_codes: list[tuple[Where, str | None]] = [
        (("flow", i), rule.reason) for i, rule in enumerate(pack.flow)
    ]
    reason_codes += [(("otherwise",), pack.otherwise.reason), (("unknown",), pack.unknown.reason)]
    rules = list(enumerate(pack.flow))
    values = Values(pack.params, pack.options)
    return [
        *fact_problems(pack.facts, values, unit=pack.unit, known=known),
        *option_problems(pack.facts, values, unit=pack.unit, known=known),
        *scope_problems(pack.scope, values, unit=pack.unit, known=known),
        *flow_problems(rules, list(pack.facts)),
        *unused_facts(rules, list(pack.facts)),
        *reason_problems(reason_codes, known=known),
        *first_day_problems(pack),
        *element_problems(pack),
    ]


def first_day_problems(pack: Pack) -> Iterator[Problem]:
    """Problems of packs that give relief without a first day, which `eligible_on` needs."""
    if pack.gives_relief and pack.in_force != "never" and pack.first_day is None:
        yield (
            ("in_force",),
            "a pack that gives relief needs the first day of its law; write it under `from`",
        )


def fact_problems(
    facts: Mapping[str, str], values: Values, *, unit: Unit, known: Known
) -> Iterator[Problem]:
    """Problems of facts that cannot be resolved, and of params dated by an unknown column."""
    if known.catalogue is None:
        return
    features, params = known.catalogue[unit], values.params
    for name, text in facts.items():
        try:
            fact = resolve_fact(
                name, text, features=features, params=params, options=values.options
            )
        except NotAFact as error:
            yield ("facts", name), str(error)
            continue
        for what in fact_misfits(fact, features=features, values=values, tags=known.tags):
            yield ("facts", name), what
    for name, param in params.items():
        if param.by is not None:
            feature = features.get(param.by)
            if feature is None:
                yield ("params", name), f"`{param.by}` is not a column of this unit"
            elif feature.type not in ("date", "age"):
                yield ("params", name), f"`{param.by}` is a {feature.type}, not a date"


def option_problems(
    facts: Mapping[str, str], values: Values, *, unit: Unit, known: Known
) -> Iterator[Problem]:
    """Problems of options with the name of a column, and of options that no fact uses."""
    columns = set(known.catalogue[unit]) if known.catalogue is not None else set()
    words = {word for text in facts.values() for word in text.replace(",", " ").split()}
    for name in values.options:
        if name in columns:
            yield ("options", name), f"`{name}` is a column; give the option another name"
        elif name not in words:
            yield ("options", name), f"no fact uses the option `{name}`; use it or delete it"


def scope_problems(
    scope: Sequence[str], values: Values, *, unit: Unit, known: Known
) -> Iterator[Problem]:
    """Problems of scope sentences that cannot be resolved, are timed, or may be unknown."""
    if known.catalogue is None:
        return
    features = known.catalogue[unit]
    for i, text in enumerate(scope):
        try:
            fact = resolve_scope_sentence(
                text, features=features, params=values.params, options=values.options
            )
        except NotAFact as error:
            yield ("scope", i), str(error)
            continue
        for what in fact_misfits(fact, features=features, values=values, tags=known.tags):
            yield ("scope", i), what


def flow_problems(rules: Sequence[tuple[int, Rule]], facts: list[str]) -> Iterator[Problem]:
    """Problems of rules with a name in use, with an unknown fact, or that contradict themselves.

    Args:
        rules: the rules, each with its index in the flow.
        facts: names of the pack's facts.
    """
    seen: set[str] = set()
    for i, rule in rules:
        where: Where = ("flow", i)
        if rule.rule in seen or rule.rule in ("otherwise", "unknown"):
            yield where, f"rule `{rule.rule}` has a name that is taken; choose another"
        seen.add(rule.rule)
        condition = condition_of(rule)
        for name in dict.fromkeys(fact_names(condition)):
            if name not in facts:
                guess = nearest(name, facts)
                hint = f"; did you mean `{guess}`?" if guess else ""
                yield where, f"rule `{rule.rule}` uses `{name}`, which is not a fact{hint}"
        if contradicts(condition):
            yield where, f"rule `{rule.rule}` requires a fact to hold and not to hold at once"


def unused_facts(rules: Sequence[tuple[int, Rule]], facts: list[str]) -> Iterator[Problem]:
    """Problems of facts that no rule uses."""
    used = {name for _, rule in rules for name in fact_names(condition_of(rule))}
    used |= {name for _, rule in rules for part in rule.states for name in fact_names(part.holds)}
    for name in facts:
        if name not in used:
            yield ("facts", name), f"no rule uses `{name}`; use it or delete it"


def reason_problems(
    codes: Sequence[tuple[Where, str | None]], *, known: Known
) -> Iterator[Problem]:
    """Problems of reason codes without a text."""
    if known.reasons is None:
        return
    for where, code in codes:
        if code is not None and code not in known.reasons:
            guess = nearest(code, list(known.reasons))
            hint = f"; did you mean `{guess}`?" if guess else ""
            yield where, f"reason `{code}` has no text in reasons.yaml{hint}"


def contradicts(condition: Condition) -> bool:
    """Whether some conjunction requires a fact and its opposite, so that it can never hold."""
    if isinstance(condition, str):
        return False
    if isinstance(condition, Not):
        return contradicts(condition.not_)
    if isinstance(condition, Any_):
        return any(contradicts(part) for part in condition.any)
    literals = _literals(condition)
    both = any((name, not wanted) in literals for name, wanted in literals)
    return both or any(contradicts(part) for part in condition.all)


def _literals(condition: Condition) -> set[tuple[str, bool]]:
    wanted = True
    while isinstance(condition, Not):
        condition, wanted = condition.not_, not wanted
    if isinstance(condition, str):
        return {(condition, wanted)}
    if isinstance(condition, All) and wanted:
        return {literal for part in condition.all for literal in _literals(part)}
    return set()
