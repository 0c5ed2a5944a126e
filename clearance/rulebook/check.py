"""What can be wrong with a pack that its models cannot see by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from clearance.errors import nearest
from clearance.rulebook.catalogue import Catalogue
from clearance.rulebook.facts import NotAFact, resolve_fact, resolve_scope
from clearance.rulebook.model import (
    All,
    Condition,
    Not,
    Pack,
    condition_of,
    fact_names,
)
from clearance.rulebook.param_kinds import kind_problems
from clearance.rulebook.sentences import Constant, Operator
from clearance.rulebook.yaml_lines import Where

Problem = tuple[Where, str]


def problems_of(
    pack: Pack, *, catalogue: Catalogue, reasons: dict[str, str], tags: set[str]
) -> list[Problem]:
    """Everything wrong with a pack: where in its file, and what to do.

    Args:
        pack: a pack whose form is right.
        catalogue: the columns it may ask about.
        reasons: known reason codes.
        tags: names of the statute lists.
    """
    return [
        *_fact_problems(pack, catalogue, tags),
        *_flow_problems(pack),
        *_reason_problems(pack, reasons),
    ]


def _fact_problems(pack: Pack, catalogue: Catalogue, tags: set[str]) -> Iterator[Problem]:
    features = catalogue[pack.unit]
    for name, text in pack.facts.items():
        try:
            fact = resolve_fact(name, text, features=features, params=pack.params)
        except NotAFact as error:
            yield ("facts", name), str(error)
            continue
        for problem in kind_problems(fact, features=features, params=pack.params):
            yield ("facts", name), problem
        if fact.operator is Operator.INCLUDES and "tags" in fact.columns:
            for value in fact.values:
                if isinstance(value, Constant) and str(value.value) not in tags:
                    guess = nearest(str(value.value), sorted(tags))
                    hint = f"; did you mean `{guess}`?" if guess else ""
                    yield ("facts", name), f"no statute list is called `{value.value}`{hint}"
    try:
        resolve_scope(pack, features)
    except NotAFact as error:
        yield ("scope",), str(error)
    for name, param in pack.params.items():
        chooser = features.get(param.by) if param.by is not None else None
        if param.by is not None and (chooser is None or chooser.type != "date"):
            yield ("params", name), f"`{param.by}` is not a date column of this unit"


def _flow_problems(pack: Pack) -> Iterator[Problem]:
    asked: set[str] = set()
    seen: set[str] = set()
    for i, rule in enumerate(pack.flow):
        where: Where = ("flow", i)
        if rule.rule in seen or rule.rule in ("otherwise", "unknown"):
            yield where, f"rule `{rule.rule}` has a name that is taken; choose another"
        seen.add(rule.rule)
        condition = condition_of(rule)
        for name in fact_names(condition):
            asked.add(name)
            if name not in pack.facts:
                guess = nearest(name, list(pack.facts))
                hint = f"; did you mean `{guess}`?" if guess else ""
                yield where, f"rule `{rule.rule}` asks `{name}`, which is no fact{hint}"
        if contradicts(condition):
            yield where, f"rule `{rule.rule}` asks a fact to hold and not to hold at once"
    for name in pack.facts:
        if name not in asked:
            yield ("facts", name), f"no rule asks `{name}`; use it or delete it"


def contradicts(condition: Condition) -> bool:
    """Whether some conjunction wants one fact both ways, so that it could never hold."""
    if isinstance(condition, str):
        return False
    if isinstance(condition, Not):
        return contradicts(condition.not_)
    parts = condition.all if isinstance(condition, All) else condition.any
    literals = {literal for part in parts for literal in _literals(part)}
    both = any((name, not wanted) in literals for name, wanted in literals)
    return both or any(contradicts(part) for part in parts)


def _literals(condition: Condition) -> set[tuple[str, bool]]:
    wanted = True
    while isinstance(condition, Not):
        condition, wanted = condition.not_, not wanted
    if isinstance(condition, str):
        return {(condition, wanted)}
    if isinstance(condition, All) and wanted:
        return {literal for part in condition.all for literal in _literals(part)}
    return set()


def _reason_problems(pack: Pack, reasons: dict[str, str]) -> Iterator[Problem]:
    said: list[tuple[Where, str | None]] = [
        (("flow", i), rule.reason) for i, rule in enumerate(pack.flow)
    ]
    said += [(("otherwise",), pack.otherwise.reason), (("unknown",), pack.unknown.reason)]
    for where, code in said:
        if code is not None and code not in reasons:
            guess = nearest(code, list(reasons))
            hint = f"; did you mean `{guess}`?" if guess else ""
            yield where, f"reason `{code}` has no text in reasons.yaml{hint}"


def version_problems(packs: list[Pack]) -> list[str]:
    """Versions of one pack that share an id, a kind's dates, or a day in force."""
    problems = []
    for one, other in combinations(packs, 2):
        if one.pack != other.pack:
            continue
        if one.version == other.version:
            problems.append(f"pack {one.pack}: version {one.version} stands twice")
        elif _overlap(one, other):
            problems.append(
                f"pack {one.pack}: versions {one.version} and {other.version} are in force on the "
                "same day; end one before the other begins"
            )
    return problems


def _overlap(one: Pack, other: Pack) -> bool:
    if one.in_force == "never" or other.in_force == "never":
        return False
    latest_start = max(one.in_force.start or date.min, other.in_force.start or date.min)
    earliest_end = min(one.in_force.end or date.max, other.in_force.end or date.max)
    return latest_start <= earliest_end
