"""The solver reads facts as the oracle does, and never says `never` of what a unit reaches."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import z3

from clearance.rulebook.check.solver.days import DaySymbol
from clearance.rulebook.check.solver.facts import FactReader, FactSymbol
from clearance.rulebook.check.solver.solver import EnginesDisagree, PackSolver, Part
from clearance.rulebook.check.solver.symbols import DatesSymbol, PathSymbol, Symbol, TagSymbols
from clearance.rulebook.language.options import OptionValue, PackOption
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import decide, truth
from tests.support.rulebook.packs import bound_pack, random_pack, with_bounds
from tests.support.rulebook.random_rows import random_row

DAYS = (date(2024, 2, 29), date(2026, 11, 1), date(2023, 2, 28), date(2025, 3, 1))


def pinned(solver: PackSolver, row: dict[str, Any], day: date) -> list[z3.BoolRef]:
    """That the solver's unit is this one, under the pack's own switches."""
    pins = [solver.unit.as_of.is_day(day)]
    for name, place in solver.unit.switches.items():
        param = solver.resolved.pack.params[name]
        pins.append(place == list(param.allowed).index(param.value))
    for name, value in row.items():
        pins.append(solver.unit.known[name] == (value is not None))
        if value is not None:
            pins += pin(solver, solver.unit.columns[name], value)
    return pins


def pin(solver: PackSolver, symbol: Symbol, value: Any) -> list[z3.BoolRef]:
    number = solver.unit.words.number
    if isinstance(symbol, DaySymbol):
        return [symbol.is_day(value)]
    if isinstance(symbol, DatesSymbol):
        there = [there == (i < len(value)) for i, there in enumerate(symbol.there)]
        return [*there, *(one.is_day(day) for one, day in zip(symbol.days, value, strict=False))]
    if isinstance(symbol, TagSymbols):
        return [has == (tag in value) for tag, has in symbol.tags.items()]
    if isinstance(symbol, PathSymbol):
        kept = value[: len(symbol.words)]
        words = [word == number(part) for word, part in zip(symbol.words, kept, strict=False)]
        return [symbol.length == len(kept), *words]
    return [symbol == (number(value) if isinstance(value, str) else value)]


def solved_facts(solver: PackSolver, pins: list[z3.BoolRef]) -> dict[str, bool | None]:
    assert solver.solver.check(*solver.readings.values(), *pins) == z3.sat
    model = solver.solver.model()
    return {
        name: bool(z3.is_true(model.eval(solver.true[name])))
        if z3.is_true(model.eval(known))
        else None
        for name, known in solver.known.items()
    }


def some_day(dice: random.Random, bound: ResolvedPack) -> date:
    """A day on which the version may be asked: the solver leaves out those before it runs."""
    day, force = dice.choice(DAYS), bound.pack.in_force
    start = None if force == "never" else force.start
    return max(day, start or day)


def packs(rulebook: Rulebook, latest: list[ResolvedPack], seeds: range) -> list[ResolvedPack]:
    return [*latest, *(random_pack(seed, rulebook.catalogue) for seed in seeds)]


def bounded_packs(rulebook: Rulebook) -> list[ResolvedPack]:
    """Packs that ask of days that may be bounds."""
    catalogue = with_bounds(rulebook.catalogue)
    return [random_pack(seed, catalogue) for seed in range(400, 404)]


def test_the_solver_reads_every_fact_of_random_units_as_the_oracle_does(
    rulebook: Rulebook, latest: list[ResolvedPack]
) -> None:
    seen: set[tuple[str, bool | None]] = set()
    for bound in [*packs(rulebook, latest, range(100, 108)), *bounded_packs(rulebook)]:
        solver = PackSolver(bound, rulebook.catalogue)
        # Of a made-up pack more: it asks with every operator.
        for i in range(10 if bound in latest else 25):
            dice = random.Random(f"{bound.pack.pack} {i}")
            day = some_day(dice, bound)
            row = random_row(dice, bound, rulebook.catalogue, day)
            expected = {fact.name: truth(bound, fact, row, day) for fact in bound.facts}
            pins = [*pinned(solver, row, day), *pinned_options(solver, bound.options)]
            assert solved_facts(solver, pins) == expected, (row, day)
            seen |= {(fact.operator.name, expected[fact.name]) for fact in bound.facts}
    operators = {operator for operator, _ in seen}
    assert {(operator, True) for operator in operators} <= seen
    assert {(operator, False) for operator in operators} <= seen


def test_the_solver_reads_facts_under_random_options_of_a_county_as_the_oracle_does(
    rulebook: Rulebook,
) -> None:
    seen: set[tuple[str, bool | None]] = set()
    for bound in option_packs(rulebook):
        solver = PackSolver(bound, rulebook.catalogue)
        for i in range(80):
            dice = random.Random(i)
            day = some_day(dice, bound)
            row = random_row(dice, bound, rulebook.catalogue, day)
            row["section"] = dice.choice(("11357", "11358", "11359"))
            row["tags"] = dice.sample(("p64", "serious", "violent"), dice.randint(0, 3))
            options = {
                name: dice.choice([option.off, *settings(dice, option)])
                for name, option in bound.pack.options.items()
            }
            county = bound.with_options(options)
            expected = {fact.name: truth(county, fact, row, day) for fact in bound.facts}
            pins = [*pinned(solver, row, day), *pinned_options(solver, options)]
            assert solved_facts(solver, pins) == expected, (row, day, options)
            seen |= {(fact.name, expected[fact.name]) for fact in bound.facts if fact.options}
    names = {name for name, _ in seen}
    assert {(name, True) for name in names} | {(name, False) for name in names} <= seen


def option_packs(rulebook: Rulebook) -> list[ResolvedPack]:
    """A pack over every operator that an option can stand in."""
    options = {
        "on": {"type": "yes_no", "cite": "a test"},
        "years": {"type": "number", "range": [1, 12], "cite": "a test"},
        "age": {"type": "number", "range": [18, 60], "cite": "a test"},
        "many": {"type": "number", "range": [1, 4], "cite": "a test"},
        "sections": {"type": "list", "of": ["11357", "11358"], "cite": "a test"},
        "lists": {"type": "list", "of": ["serious", "violent"], "cite": "a test"},
    }
    facts = {
        "on_counts": "on is yes",
        "long_ago": "latest_conviction is at least years years before as-of",
        "before": "arrest_date is more than years years before conviction_date",
        "old": "age at as-of is at least age",
        "several": "convictions_on_record is at least many",
        "as_many": "earlier_same_section is many",
        "section_named": "section is one of sections",
        "listed": "tags includes lists",
    }
    flow = [
        {"rule": name, "when": name, "then": "REVIEW", "reason": "POSSESSION", "cite": "a test"}
        for name in facts
    ]
    return [bound_pack(rulebook.catalogue, options=options, facts=facts, flow=flow)]


def settings(dice: random.Random, option: PackOption) -> list[OptionValue]:
    if option.type == "list":
        return [tuple(dice.sample(option.of, dice.randint(1, len(option.of))))]
    return [True] if option.range is None else [dice.randint(*option.range)]


def pinned_options(solver: PackSolver, options: Mapping[str, OptionValue]) -> list[z3.BoolRef]:
    pins = []
    for name, value in options.items():
        symbol = solver.unit.options[name]
        if isinstance(value, bool):
            pins.append(symbol.on == value)
        elif isinstance(value, int):
            pins.append(symbol.number == value)
        else:
            pins += [named == (word in value) for word, named in symbol.words.items()]
    return pins


def test_no_rule_that_a_random_unit_reaches_is_called_unreachable(rulebook: Rulebook) -> None:
    # Of the project's packs none is called so: test_check.py.
    never = 0
    for bound in [*packs(rulebook, [], range(204, 211)), *bounded_packs(rulebook)]:
        solver = PackSolver(bound, rulebook.catalogue)
        names = [*(rule.rule for rule in bound.pack.flow), "otherwise"]
        unreachable = {
            name for i, name in enumerate(names) if solver.ask(solver.deciding(i)) is not None
        }
        never += len(unreachable)
        for i in range(100):
            dice = random.Random(f"{bound.pack.pack} {i}")
            day = some_day(dice, bound)
            row = random_row(dice, bound, rulebook.catalogue, day)
            decided = decide(bound, row, day)
            assert decided is None or decided.rule not in unreachable, (bound.pack.pack, row)
    assert never > 10


def test_for_every_rule_that_is_not_unreachable_a_unit_is_found_that_it_decides(
    rulebook: Rulebook, latest: list[ResolvedPack]
) -> None:
    found = 0
    own = [(bound, rulebook.catalogue) for bound in packs(rulebook, latest, range(300, 304))]
    marked = with_bounds(rulebook.catalogue)
    for bound, catalogue in [*own, *((bound, marked) for bound in bounded_packs(rulebook))]:
        solver = PackSolver(bound, catalogue)
        for i, name in enumerate([*(rule.rule for rule in bound.pack.flow), "otherwise"]):
            witness = solver.witness(solver.deciding(i))
            assert (witness is None) == (solver.ask(solver.deciding(i)) is not None)
            if witness is not None:
                assert witness.rule == name
                found += 1
    assert found > 30


def test_a_unit_that_the_oracle_reads_otherwise_is_not_shown(
    rulebook: Rulebook, bounds: list[ResolvedPack], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = FactReader.read

    def wrong(self: FactReader, fact: Any) -> FactSymbol:
        said = read(self, fact)
        return FactSymbol(said.known, z3.And(said.known, z3.Not(said.true)))

    monkeypatch.setattr(FactReader, "read", wrong)
    (bound,) = (bound for bound in bounds if bound.pack.pack == "prop64_statute")
    with pytest.raises(EnginesDisagree, match="prop64_statute"):
        PackSolver(bound, rulebook.catalogue).witness([Part("holds", 0)])
