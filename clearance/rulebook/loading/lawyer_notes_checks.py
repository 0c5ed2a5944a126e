"""Checks of a pack's lawyer notes: the rules, facts, values and packs that they name must exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clearance.errors import nearest
from clearance.rulebook.language.lawyer_notes import as_text
from clearance.rulebook.language.model import Pack, fact_names
from clearance.rulebook.language.yaml_lines import Where


def element_problems(pack: Pack) -> Iterator[tuple[Where, str]]:
    """Problems of elements, statements and readings that name unknown rules, facts or values.

    Args:
        pack: a pack that fits the model.
    """
    rules = [rule.rule for rule in pack.flow]
    for i, element in enumerate(pack.elements):
        for name in element.rules:
            if name not in (*rules, "otherwise", "unknown"):
                what = f"the element names `{name}`, which is not a rule"
                yield ("elements", i), what + _hint(name, rules)
    facts = list(pack.facts)
    for i, rule in enumerate(pack.flow):
        for k, stated in enumerate(rule.states):
            for name in dict.fromkeys(fact_names(stated.holds)):
                if name not in facts:
                    what = f"rule `{rule.rule}` states `{name}`, which is not a fact"
                    yield ("flow", i, "states", k), what + _hint(name, facts)
    for name, param in pack.params.items():
        allowed = [as_text(value) for value in param.allowed]
        for value in param.readings:
            if value not in allowed:
                what = f"`{value}` is not a value of the switch `{name}`"
                yield ("params", name, "readings"), what


def petition_problems(packs: Sequence[Pack]) -> Iterator[tuple[int, str]]:
    """Problems of petitions that do not name a pointer, each with the index of its pack.

    Args:
        packs: every pack.
    """
    pointers = {pack.pack for pack in packs if pack.kind == "pointer"}
    for i, pack in enumerate(packs):
        for name in pack.petition:
            if name not in pointers:
                hint = _hint(name, sorted(pointers))
                yield i, f"pack {pack.pack}: `{name}` is not a pack of kind pointer{hint}"


def _hint(name: str, known: Sequence[str]) -> str:
    guess = nearest(name, list(known))
    return f"; did you mean `{guess}`?" if guess else ""
