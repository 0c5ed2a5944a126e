"""Whether a section's elements are all mapped to rules, and what rules state of them holds."""

from __future__ import annotations

from collections.abc import Iterator

from clearance.rulebook.check.reachability import Shown
from clearance.rulebook.check.solver.solver import PackSolver, Part
from clearance.rulebook.language.lawyer_notes import as_text
from clearance.rulebook.language.model import Rule
from clearance.rulebook.language.resolved import ResolvedPack

SECTIONS = ("law", "effect", "pointer")
"""Kinds of packs that state a section, element by element."""


def unmapped(bound: ResolvedPack) -> Iterator[Shown]:
    """Where the elements leave something out: a rule that is no element, a cite that is none.

    Args:
        bound: the pack; one without elements has nothing to leave out.
    """
    pack = bound.pack
    if not pack.elements:
        return
    cites = {element.cite for element in pack.elements}
    named = {name for element in pack.elements for name in element.rules}
    for i, rule in enumerate(pack.flow):
        if rule.rule not in named:
            yield Shown(
                "element",
                ("flow", i),
                f"no element names the rule `{rule.rule}`",
                "Name it under the element of the section that it is",
            )
        if rule.then.relief is not None and not cites & set(_pinpoints(rule)):
            yield Shown(
                "element",
                ("flow", i, "cite"),
                f"rule `{rule.rule}` grants under `{rule.cite}`, which no element cites",
                "Add the element, with that cite",
            )


def unsaid(bound: ResolvedPack) -> Iterator[Shown]:
    """What a lawyer would look for and not find: elements, statements, readings of a switch.

    Args:
        bound: the pack.
    """
    pack = bound.pack
    if pack.kind in SECTIONS and not pack.elements:
        yield Shown(
            "element",
            ("flow",),
            "the section's elements are not mapped to rules",
            "Add `elements`, in the order of the section",
        )
    for i, rule in enumerate(pack.flow):
        if pack.elements and rule.then.relief is not None and not rule.states:
            yield Shown(
                "element",
                ("flow", i),
                f"rule `{rule.rule}` grants and does not state its branch, element by element",
                "Add `states`, in the order of the section",
            )
    for name, param in pack.params.items():
        lacking = [text for text in map(as_text, param.allowed) if text not in param.readings]
        if param.switch and lacking:
            yield Shown(
                "readings",
                ("params", name),
                f"the switch `{name}` does not say what {', '.join(lacking)} means and who gains",
                "Add `readings`",
            )


def untrue_statements(bound: ResolvedPack, solver: PackSolver) -> Iterator[Shown]:
    """Statements of a rule that need not hold where it decides: they would change something.

    Args:
        bound: the pack.
        solver: for its formulas.
    """
    for i, rule in enumerate(bound.pack.flow):
        for k, stated in enumerate(rule.states):
            parts = [*solver.deciding(i), Part("denies", f"{i}.{k}")]
            witness = solver.witness(parts)
            if witness is not None:
                yield Shown(
                    "states",
                    ("flow", i, "states", k),
                    f"rule `{rule.rule}` decides this unit, of which what it states under "
                    f"{stated.cite} does not hold",
                    "Correct the statement, or let the rule ask it",
                    witness,
                )


def _pinpoints(rule: Rule) -> list[str]:
    return [part.strip() for part in rule.cite.split(";")]
