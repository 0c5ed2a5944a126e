"""Checks by the solver: rules that can never decide, units without a rule, overlapping rules.

Each finding names the rules or facts in the way, with a unit as witness.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from clearance.rulebook.check.findings import Witness
from clearance.rulebook.check.solver.solver import Never, PackSolver, Part
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.yaml_lines import Where


@dataclass(frozen=True)
class PackFinding:
    """A finding in a pack, with the path of its entry instead of a line.

    Attributes:
        kind: the kind of check.
        where: the path of the entry in the file.
        message: what is wrong.
        remedy: what to do.
        witness: a unit that shows it; None if it needs none.
    """

    kind: str
    where: Where
    message: str
    remedy: str
    witness: Witness | None = None


def find_unreachable(resolved: ResolvedPack, solver: PackSolver) -> Iterator[PackFinding]:
    """Findings on rules that can never decide, and on undecided units if rules should cover all.

    Args:
        resolved: the pack.
        solver: the pack's solver.
    """
    empty = solver.ask([])
    if empty is not None:
        scope = " and ".join(f"`{text}`" for text in resolved.pack.scope)
        yield PackFinding(
            "empty_scope", ("scope",), f"no unit can be in scope: {scope}", "Correct the sentences"
        )
        return
    for i in range(len(resolved.pack.flow)):
        never = solver.ask(solver.deciding(i))
        if never is not None:
            yield _explain_unreachable(resolved, solver, i, never)
    yield from _find_undecided(resolved, solver)


def _explain_unreachable(
    resolved: ResolvedPack, solver: PackSolver, i: int, never: Never
) -> PackFinding:
    name = resolved.pack.flow[i].rule
    parts = [Part("holds", i)]
    contradiction = solver.ask(parts)
    if contradiction is not None:
        return PackFinding(
            "unreachable",
            ("flow", i),
            f"rule `{name}` can never decide: no unit in scope meets its condition"
            f"{_facts_in_words(resolved, contradiction)}",
            "Correct the facts or delete the rule",
        )
    earlier = [Part("misses", j) for j in range(i)]
    covered = solver.ask([*parts, *earlier])
    if covered is not None:
        return PackFinding(
            "unreachable",
            ("flow", i),
            f"rule `{name}` can never decide: every unit for which it holds is decided by "
            f"{_rules_in_words(resolved, covered)} before it",
            "Move it up, narrow the rules before it, or delete it",
            solver.witness(parts),
        )
    return PackFinding(
        "unreachable",
        ("flow", i),
        f"rule `{name}` can never decide: where it holds and none before it does, "
        f"{_rules_in_words(resolved, never, says='fails')} is unknown and `unknown` decides",
        "Move it up, or let the rules before it ask `is known`",
        solver.witness([*parts, *earlier]),
    )


def _find_undecided(resolved: ResolvedPack, solver: PackSolver) -> Iterator[PackFinding]:
    last = resolved.pack.last
    if resolved.pack.otherwise.rules_cover_all:
        parts = [Part("all_known"), *(Part("fails", i) for i in range(last))]
        witness = solver.witness(parts)
        if witness is not None:
            yield PackFinding(
                "uncovered",
                ("otherwise", "rules_cover_all"),
                "no rule decides this unit, though every fact is known and the pack says that its "
                "rules cover all",
                "Add a rule for it, or drop `rules_cover_all` and let `otherwise` be its decision",
                witness,
            )
        return
    never = solver.ask(solver.deciding(last))
    if never is not None:
        yield PackFinding(
            "unreachable",
            ("otherwise",),
            f"`otherwise` can never decide: {_rules_in_words(resolved, never)} leave no unit over",
            "Say `rules_cover_all: true` there, or narrow the rules",
        )


def find_overlaps(resolved: ResolvedPack, solver: PackSolver) -> Iterator[PackFinding]:
    """Findings on pairs of rules that hold for one unit and decide it differently.

    The first rule of a pair decides. A rule that is a special case of the later one makes no
    finding, for then the order is intended.

    Args:
        resolved: the pack.
        solver: the pack's solver.
    """
    rules = resolved.pack.flow
    for i, j in combinations(range(len(rules)), 2):
        if resolved.decisions[i] == resolved.decisions[j]:
            continue
        if solver.ask([Part("holds", i), Part("misses", j)]) is not None:
            continue
        witness = solver.witness([*solver.deciding(i), Part("holds", j)])
        if witness is not None:
            yield PackFinding(
                "overlap",
                ("flow", j),
                f"rules `{rules[i].rule}` and `{rules[j].rule}` both hold for this unit and "
                f"decide differently; `{rules[i].rule}` comes first and decides",
                "",
                witness,
            )


def find_undated(resolved: ResolvedPack, solver: PackSolver) -> Iterator[PackFinding]:
    """Findings on dated params without a value for the dates of some units in scope.

    Args:
        resolved: the pack.
        solver: the pack's solver.
    """
    for name, param in resolved.pack.params.items():
        if param.by is None:
            continue
        witness = solver.witness([Part("undated", name)])
        if witness is not None:
            yield PackFinding(
                "undated",
                ("params", name),
                f"`{name}` has no value where {param.by} is before {param.dated[0].start}: facts "
                "that use it are unknown there",
                "Add the earlier value, if there was one",
                witness,
            )


def _rules_in_words(resolved: ResolvedPack, never: Never, *, says: str = "") -> str:
    """The rules that prevent an answer, in words."""
    wanted = (says,) if says else ("misses", "fails")
    indexes = {p.of for p in never.parts if p.says in wanted and isinstance(p.of, int)}
    names = [f"`{resolved.pack.flow[i].rule}`" for i in sorted(indexes)]
    if len(names) < 2:
        return f"rule {names[0]}" if names else "the rules before it"
    return f"rules {', '.join(names[:-1])} and {names[-1]}"


def _facts_in_words(resolved: ResolvedPack, never: Never) -> str:
    """The facts that exclude each other, in words."""
    sentences = [f"`{name}` ({resolved.pack.facts[name]})" for name in never.facts]
    return f": {' with '.join(sentences)}" if sentences else ""
