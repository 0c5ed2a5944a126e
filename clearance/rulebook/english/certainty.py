"""The certainty of each rule's and value's source, and the open questions of a pack."""

from __future__ import annotations

from dataclasses import dataclass

from clearance.rulebook.language.model import Pack

OPEN = ("reading", "V")
NO_MARK = "no mark"


@dataclass(frozen=True)
class CertaintyEntry:
    """A rule, value or option with the certainty of its source.

    Attributes:
        what: `rule`, `value` or `option`.
        name: the id in the pack.
        cite: its source.
        certainty: the mark, as in the pack; None if it has none.
        note: a note for lawyers; None if there is none.
    """

    what: str
    name: str
    cite: str
    certainty: str | None
    note: str | None


def certainty_entries(pack: Pack) -> list[CertaintyEntry]:
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
    """The entries that a lawyer might decide differently, or that are from memory."""
    return [item for item in certainty_entries(pack) if item.certainty in OPEN]
