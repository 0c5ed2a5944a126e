"""Whether what a pack says beside its rules names rules, facts, values and packs that there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clearance.errors import nearest
from clearance.rulebook.language.lawyer_notes import as_text
from clearance.rulebook.language.model import Pack, fact_names
from clearance.rulebook.language.yaml_lines import Where


def element_problems(pack: Pack) -> Iterator[tuple[Where, str]]:
    """Elements that name what is no rule, statements of what is no fact, readings of no value.

    Args:
        pack: a pack whose form is right.
    """
    rules = [rule.rule for rule in pack.flow]
    for i, element in enumerate(pack.elements):
        for name in element.rules:
            if name not in (*rules, "otherwise", "unknown"):
                what = f"the element names `{name}`, which is no rule"
                yield ("elements", i), what + _hint(name, rules)
    facts = list(pack.facts)
    for i, rule in enumerate(pack.flow):
        for k, stated in enumerate(rule.states):
            for name in dict.fromkeys(fact_names(stated.holds)):
                if name not in facts:
                    what = f"rule `{rule.rule}` states `{name}`, which is no fact"
                    yield ("flow", i, "states", k), what + _hint(name, facts)
    for name, param in pack.params.items():
        allowed = [as_text(value) for value in param.allowed]
        for value in param.readings:
            if value not in allowed:
                what = f"`{value}` is no value that the switch `{name}` may have"
                yield ("params", name, "readings"), what


def petition_problems(packs: Sequence[Pack]) -> Iterator[tuple[int, str]]:
    """Petitions that are no pointer.

    Args:
        packs: every pack; what comes back names one by its place among them.
    """
    pointers = {pack.pack for pack in packs if pack.kind == "pointer"}
    for i, pack in enumerate(packs):
        for name in pack.petition:
            if name not in pointers:
                hint = _hint(name, sorted(pointers))
                yield i, f"pack {pack.pack}: `{name}` is no pack of kind pointer{hint}"


def _hint(name: str, known: Sequence[str]) -> str:
    guess = nearest(name, list(known))
    return f"; did you mean `{guess}`?" if guess else ""
