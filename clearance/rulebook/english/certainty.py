"""How sure the source of each rule and value of a pack is, and what that leaves open."""

from __future__ import annotations

from dataclasses import dataclass

from clearance.rulebook.language.model import Pack

OPEN = ("reading", "V")
NO_MARK = "no mark"


@dataclass(frozen=True)
class CertaintyEntry:
    """A rule or a value with how sure its source is.

    Attributes:
        what: `rule`, `value` or `option`.
        name: its id in the pack.
        cite: where it comes from.
        certainty: its mark; None where it has none.
        note: what a lawyer should know of it.
    """

    what: str
    name: str
    cite: str
    certainty: str | None
    note: str | None


def marked(pack: Pack) -> list[CertaintyEntry]:
    """Every rule, value and option of a pack with its mark, in the order of the file."""
    rules = [
        CertaintyEntry("rule", rule.rule, rule.cite, rule.certainty, rule.note)
        for rule in pack.flow
    ]
    values = [
        CertaintyEntry("value", name, param.cite, param.certainty, param.note)
        for name, param in pack.params.items()
    ]
    options = [
        CertaintyEntry("option", name, option.cite, option.certainty, option.note)
        for name, option in pack.options.items()
    ]
    return [*rules, *values, *options]


def open_questions(pack: Pack) -> list[CertaintyEntry]:
    """What a lawyer might decide differently, or what nobody has looked up yet."""
    return [item for item in marked(pack) if item.certainty in OPEN]
