"""Checks of elements: every rule is mapped to an element, and the rules' statements hold."""

from __future__ import annotations

from collections.abc import Iterator

from clearance.rulebook.check.reachability import PackFinding
from clearance.rulebook.check.solver.solver import PackSolver, Part
from clearance.rulebook.language.lawyer_notes import as_text
from clearance.rulebook.language.model import Rule
from clearance.rulebook.language.resolved import ResolvedPack

SECTIONS = ("law", "effect", "pointer")
"""Kinds of packs that state a section, element by element."""


def find_unmapped_rules(resolved: ResolvedPack) -> Iterator[PackFinding]:
    """Findings on rules that no element names, and on granting cites that no element has.

    Args:
        resolved: the pack; a pack without elements has no findings.
    """
    pack = resolved.pack
    if not pack.elements:
        return
    cites = {element.cite for element in pack.elements}
    named = {name for element in pack.elements for name in element.rules}
    for i, rule in enumerate(pack.flow):
        if rule.rule not in named:
            yield PackFinding(
                "element",
                ("flow", i),
                f"no element names the rule `{rule.rule}`",
                "Name it under the element of the section that it is",
            )
        if rule.then.relief is not None and not cites & set(_pinpoints(rule)):
            yield PackFinding(
                "element",
                ("flow", i, "cite"),
                f"rule `{rule.rule}` grants under `{rule.cite}`, which no element cites",
                "Add the element, with that cite",
            )


def find_missing_notes(resolved: ResolvedPack) -> Iterator[PackFinding]:
    """Findings on missing notes for lawyers: elements, statements, readings of a switch.

    Args:
        resolved: the pack.
    """
    pack = resolved.pack
    if pack.kind in SECTIONS and not pack.elements:
        yield PackFinding(
            "element",
            ("flow",),
            "the section's elements are not mapped to rules",
            "Add `elements`, in the order of the section",
        )
    for i, rule in enumerate(pack.flow):
        if pack.elements and rule.then.relief is not None and not rule.states:
            yield PackFinding(
                "element",
                ("flow", i),
                f"rule `{rule.rule}` grants and does not state its branch, element by element",
                "Add `states`, in the order of the section",
            )
    for name, param in pack.params.items():
        missing = [text for text in map(as_text, param.allowed) if text not in param.readings]
        if param.switch and missing:
            yield PackFinding(
                "readings",
                ("params", name),
                f"the switch `{name}` does not say what {', '.join(missing)} means and who gains",
                "Add `readings`",
            )


def find_false_statements(resolved: ResolvedPack, solver: PackSolver) -> Iterator[PackFinding]:
    """Findings on statements of a rule that do not always hold when the rule decides.

    Args:
        resolved: the pack.
        solver: the pack's solver.
    """
    for i, rule in enumerate(resolved.pack.flow):
        for k, stated in enumerate(rule.states):
            parts = [*solver.deciding(i), Part("denies", f"{i}.{k}")]
            witness = solver.witness(parts)
            if witness is not None:
                yield PackFinding(
                    "states",
                    ("flow", i, "states", k),
                    f"rule `{rule.rule}` decides this unit, of which what it states under "
                    f"{stated.cite} does not hold",
                    "Correct the statement, or add it to the rule",
                    witness,
                )


def _pinpoints(rule: Rule) -> list[str]:
    return [part.strip() for part in rule.cite.split(";")]
