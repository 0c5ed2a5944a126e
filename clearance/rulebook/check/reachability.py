"""Which rules of a pack can decide, whether any unit is left over, and where two rules meet.

Questions to the solver, answers for a lawyer: what stands in the way, and a unit that shows it.
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
class Shown:
    """Something found in a pack, not yet placed in its file.

    Attributes:
        kind: which check found it.
        where: the entry of the file.
        message: what is wrong.
        remedy: what to do.
        witness: a unit that shows it.
    """

    kind: str
    where: Where
    message: str
    remedy: str
    witness: Witness | None = None


def reach_problems(bound: ResolvedPack, solver: PackSolver) -> Iterator[Shown]:
    """Rules that can never decide, and units that no rule decides though all should be.

    Args:
        bound: the pack.
        solver: for its formulas.
    """
    empty = solver.ask([])
    if empty is not None:
        said = " and ".join(f"`{text}`" for text in bound.pack.scope)
        yield Shown(
            "empty_scope", ("scope",), f"no unit can be in scope: {said}", "Correct the sentences"
        )
        return
    for i in range(len(bound.pack.flow)):
        never = solver.ask(solver.deciding(i))
        if never is not None:
            yield _unreachable(bound, solver, i, never)
    yield from _left_over(bound, solver)


def _unreachable(bound: ResolvedPack, solver: PackSolver, i: int, never: Never) -> Shown:
    name = bound.pack.flow[i].rule
    own = [Part("holds", i)]
    alone = solver.ask(own)
    if alone is not None:
        return Shown(
            "unreachable",
            ("flow", i),
            f"rule `{name}` can never decide: no unit in scope is as it asks{_facts(bound, alone)}",
            "Correct the facts or delete the rule",
        )
    missing = [Part("misses", j) for j in range(i)]
    covered = solver.ask([*own, *missing])
    if covered is not None:
        return Shown(
            "unreachable",
            ("flow", i),
            f"rule `{name}` can never decide: every unit for which it holds is decided by "
            f"{_rules(bound, covered)} before it",
            "Move it up, narrow what stands before it, or delete it",
            solver.witness(own),
        )
    return Shown(
        "unreachable",
        ("flow", i),
        f"rule `{name}` can never decide: where it holds and none before it does, "
        f"{_rules(bound, never, says='fails')} cannot be told and `unknown` decides",
        "Move it up, or let what stands before it ask `is known`",
        solver.witness([*own, *missing]),
    )


def _left_over(bound: ResolvedPack, solver: PackSolver) -> Iterator[Shown]:
    last = bound.pack.last
    if bound.pack.otherwise.rules_cover_all:
        left = [Part("all_known"), *(Part("fails", i) for i in range(last))]
        witness = solver.witness(left)
        if witness is not None:
            yield Shown(
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
        yield Shown(
            "unreachable",
            ("otherwise",),
            f"`otherwise` can never decide: {_rules(bound, never)} leave no unit over",
            "Say `rules_cover_all: true` there, or narrow the rules",
        )


def overlaps(bound: ResolvedPack, solver: PackSolver) -> Iterator[Shown]:
    """Pairs of rules that hold for one unit and decide it differently; the first in order decides.

    A rule that is a special case of the later one is not told: order says what it means.

    Args:
        bound: the pack.
        solver: for its formulas.
    """
    rules = bound.pack.flow
    for i, j in combinations(range(len(rules)), 2):
        if bound.decisions[i] == bound.decisions[j]:
            continue
        if solver.ask([Part("holds", i), Part("misses", j)]) is not None:
            continue
        witness = solver.witness([*solver.deciding(i), Part("holds", j)])
        if witness is not None:
            yield Shown(
                "overlap",
                ("flow", j),
                f"rules `{rules[i].rule}` and `{rules[j].rule}` both hold for this unit and "
                f"decide differently; `{rules[i].rule}` stands first and decides",
                "",
                witness,
            )


def undated(bound: ResolvedPack, solver: PackSolver) -> Iterator[Shown]:
    """Dated params that have no value for the dates of some units in scope.

    Args:
        bound: the pack.
        solver: for its formulas.
    """
    for name, param in bound.pack.params.items():
        if param.by is None:
            continue
        witness = solver.witness([Part("undated", name)])
        if witness is not None:
            yield Shown(
                "undated",
                ("params", name),
                f"`{name}` has no value where {param.by} is before {param.dated[0].start}: facts "
                "that ask it are unknown there",
                "Add the earlier value, if there was one",
                witness,
            )


def _rules(bound: ResolvedPack, never: Never, *, says: str = "") -> str:
    """The rules that stand in the way."""
    wanted = (says,) if says else ("misses", "fails")
    places = {p.of for p in never.parts if p.says in wanted and isinstance(p.of, int)}
    names = [f"`{bound.pack.flow[i].rule}`" for i in sorted(places)]
    if len(names) < 2:
        return f"rule {names[0]}" if names else "what stands before"
    return f"rules {', '.join(names[:-1])} and {names[-1]}"


def _facts(bound: ResolvedPack, never: Never) -> str:
    """The sentences that exclude each other."""
    said = [f"`{name}` ({bound.pack.facts[name]})" for name in never.facts]
    return f": {' with '.join(said)}" if said else ""
