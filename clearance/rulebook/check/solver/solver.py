"""The solver: a pack as formulas over any unit, which answer whether and for whom a rule decides.

A fact is a pair of formulas (known, true), a condition a pair (holds, fails), as in three-valued
logic. A rule decides if it holds and every earlier rule does not. Each part of a question has a
name, so that an answer `Never` names the parts that exclude each other. Every unit that the solver
finds is decided by the oracle before it is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import z3

from clearance.rulebook.check.findings import Witness
from clearance.rulebook.check.solver.facts import FactReader, depth_of
from clearance.rulebook.check.solver.symbols import is_true
from clearance.rulebook.check.solver.unit_symbols import UnitSymbols
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.model import All, Condition, Not, fact_names
from clearance.rulebook.language.options import is_off
from clearance.rulebook.language.resolved import ResolvedPack, resolve
from clearance.rulebook.oracle import decide, evaluate, truth


class EnginesDisagree(Exception):
    """The oracle and the solver disagree on a unit: a fault of the program, not of a pack."""


@dataclass(frozen=True)
class Part:
    """One part of a question about a unit.

    Attributes:
        says: the claim. Of a rule: `holds`, `misses` (does not hold or is unknown) or `fails`
            (is known not to hold). Of a statement: `denies` (does not hold or is unknown). Of all
            facts that rules use: `all_known`. Of a dated param: `undated` (its date is known, but
            it has no value).
        of: the rule's index, the statement as `rule.statement`, or the param's name.
    """

    says: Literal["holds", "misses", "fails", "denies", "all_known", "undated"]
    of: int | str = 0

    def __str__(self) -> str:
        """The part's name in the solver."""
        return f"{self.says} {self.of}"


@dataclass(frozen=True)
class Never:
    """The answer that there is no such unit.

    Attributes:
        parts: the parts of the question that exclude each other.
        facts: the facts that exclude it; empty if no fact matters.
    """

    parts: frozenset[Part]
    facts: tuple[str, ...]


class PackSolver:
    """A solver for questions about all possible units in a pack's scope."""

    def __init__(self, resolved: ResolvedPack, catalogue: Catalogue) -> None:
        self.resolved = resolved
        self.catalogue = catalogue
        self.unit = UnitSymbols(resolved, catalogue[resolved.pack.unit], depth=depth_of(resolved))
        self.solver = z3.SolverFor("QF_LIA")
        self.solver.set("core.minimize", True)
        self.scope = z3.Bool("in scope")
        self._read_facts()
        for i, condition in enumerate(resolved.conditions):
            holds, fails = self._condition(condition)
            self._name(Part("holds", i), holds)
            self._name(Part("misses", i), z3.Not(holds))
            self._name(Part("fails", i), fails)
        for i, rule in enumerate(resolved.pack.flow):
            for k, stated in enumerate(rule.states):
                true, _ = self._condition(stated.holds)
                self._name(Part("denies", f"{i}.{k}"), z3.Not(true))
        for name, param in resolved.pack.params.items():
            if param.by is not None:
                before = self.unit.before(param.by, param.dated[0].start)
                self._name(Part("undated", name), before)
        self.solver.add(*self.unit.domain())
        self.wishes = [z3.Bool(f"wish {i}") for i, _ in enumerate(self.unit.usual())]
        for name, wish in zip(self.wishes, self.unit.usual(), strict=True):
            self.solver.add(z3.Implies(name, wish))

    def _read_facts(self) -> None:
        reader = FactReader(self.resolved, self.unit)
        self.known = {fact.name: z3.Bool(f"known {fact.name}") for fact in self.resolved.facts}
        self.true = {fact.name: z3.Bool(f"true {fact.name}") for fact in self.resolved.facts}
        self.readings = {fact.name: z3.Bool(f"fact {fact.name}") for fact in self.resolved.facts}
        for fact in self.resolved.facts:
            symbol = reader.read(fact)
            known, true = self.known[fact.name], self.true[fact.name]
            reading = z3.And(known == symbol.known, true == symbol.true)
            self.solver.add(z3.Implies(self.readings[fact.name], reading))
            self.solver.add(z3.Implies(true, known))
        in_scope = z3.And([reader.read(fact).true for fact in self.resolved.scope])
        self.solver.add(z3.Implies(self.scope, in_scope))
        consulted = {
            name for condition in self.resolved.conditions for name in fact_names(condition)
        }
        self._name(Part("all_known"), z3.And([self.known[name] for name in sorted(consulted)]))

    def _name(self, part: Part, formula: z3.BoolRef) -> None:
        self.solver.add(z3.Implies(z3.Bool(str(part)), formula))

    def _condition(self, condition: Condition) -> tuple[z3.BoolRef, z3.BoolRef]:
        if isinstance(condition, str):
            true = self.true[condition]
            return true, z3.And(self.known[condition], z3.Not(true))
        if isinstance(condition, Not):
            holds, fails = self._condition(condition.not_)
            return fails, holds
        parts = condition.all if isinstance(condition, All) else condition.any
        pairs = [self._condition(part) for part in parts]
        holding, failing = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        if isinstance(condition, All):
            return z3.And(holding), z3.Or(failing)
        return z3.Or(holding), z3.And(failing)

    def deciding(self, index: int) -> list[Part]:
        """The parts of the claim that a rule (or `otherwise`, the last index) decides the unit."""
        decisions, passes = self.resolved.decisions, self.resolved.unknown_passes
        earlier = [
            Part("misses" if passes or decisions[i] == decisions[index] else "fails", i)
            for i in range(index)
        ]
        return earlier if index == self.resolved.pack.last else [Part("holds", index), *earlier]

    def ask(self, parts: Sequence[Part]) -> Never | None:
        """The reason that no unit in scope has all the parts; None if some unit has."""
        if self._solves(self._named(parts)):
            return None
        core = {str(name) for name in self.solver.unsat_core()}
        facts = [name for name, reading in self.readings.items() if str(reading) in core]
        return Never(frozenset(part for part in parts if str(part) in core), tuple(facts))

    def witness(self, parts: Sequence[Part]) -> Witness | None:
        """A unit in scope with all the parts, as ordinary as possible; None if there is none.

        Raises:
            EnginesDisagree: the oracle does not find the parts in the unit.
        """
        wishes = list(self.wishes)
        while not self._solves([*self._named(parts), *wishes]):
            core = {str(name) for name in self.solver.unsat_core()}
            unmet = [wish for wish in wishes if str(wish) in core]
            if not unmet:
                return None
            wishes.remove(unmet[-1])
        return self._verified(self.solver.model(), parts)

    def _named(self, parts: Sequence[Part]) -> list[z3.BoolRef]:
        named = [z3.Bool(str(part)) for part in parts]
        return [self.scope, *self.readings.values(), *named]

    def _solves(self, names: list[z3.BoolRef]) -> bool:
        answer = self.solver.check(*names)
        if answer == z3.unknown:
            raise EnginesDisagree(f"the solver gave up ({self.solver.reason_unknown()})")
        return bool(answer == z3.sat)

    def _verified(self, model: z3.ModelRef, parts: Sequence[Part]) -> Witness:
        """The unit of a model, decided by the oracle, which must find the parts too."""
        switches, county = self.unit.settings(model), self.unit.county(model)
        resolved = resolve(
            self.resolved.pack,
            self.catalogue,
            switches=switches,
            inputs_fingerprint=self.resolved.inputs_fingerprint,
            options=county,
        )
        row, day = self.unit.row(model), self.unit.day(model)
        decided = decide(resolved, row, day)
        truths = {fact.name: truth(resolved, fact, row, day) for fact in resolved.facts}
        solved = {name: self._solved(model, name) for name in truths}
        if (
            decided is None
            or truths != solved
            or not all(part_holds(resolved, p, truths) for p in parts)
        ):
            raise EnginesDisagree(f"pack {resolved.pack.pack}: {row} as of {day}")
        options = {name: value for name, value in county.items() if not is_off(value)}
        return Witness(row, day, decided.outcome, decided.rule, switches, options)

    def _solved(self, model: z3.ModelRef, fact: str) -> bool | None:
        return is_true(model, self.true[fact]) if is_true(model, self.known[fact]) else None


def part_holds(resolved: ResolvedPack, part: Part, truths: dict[str, bool | None]) -> bool:
    """Whether a part is true of a unit by the oracle; True for parts that facts cannot show.

    Args:
        resolved: the pack.
        part: a part of a question about the unit.
        truths: the oracle's truth of each fact, by name.
    """
    if part.says == "undated":
        return True
    if part.says == "denies":
        i, k = map(int, str(part.of).split("."))
        return evaluate(resolved.pack.flow[i].states[k].holds, truths) is not True
    if part.says == "all_known" or not isinstance(part.of, int):
        consulted = {name for condition in resolved.conditions for name in fact_names(condition)}
        return all(truths[name] is not None for name in consulted)
    value = evaluate(resolved.conditions[part.of], truths)
    return {"holds": value is True, "misses": value is not True, "fails": value is False}[part.says]
