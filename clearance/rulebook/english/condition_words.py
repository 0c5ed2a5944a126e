"""A condition in English: negations stand at the facts, and what is nested is a list.

Negations are pushed inwards, which three-valued logic allows as two-valued does. Only where the
parts of what is excluded are compound themselves they are listed as they are, under `none of
these holds`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from clearance.rulebook.english.fact_words import Said
from clearance.rulebook.language.model import All, Any_, Condition, Not

HEADS = {
    "all": "all of these hold",
    "any": "one of these holds",
    "none": "none of these holds",
}
MOST_INLINE = 3


@dataclass(frozen=True)
class Group:
    """Statements of which all hold, one holds, or none holds."""

    kind: Literal["all", "any", "none"]
    parts: tuple[Statement, ...]

    @property
    def inline(self) -> str | None:
        """The group as one clause; None where it is a list."""
        texts = [part for part in self.parts if isinstance(part, str)]
        if self.kind == "none" or not 0 < len(texts) == len(self.parts) <= MOST_INLINE:
            return None
        return (", and " if self.kind == "all" else ", or ").join(texts)


Statement = str | Group


def statement(condition: Condition, says: Mapping[str, Said], *, holds: bool = True) -> Statement:
    """What a condition says.

    Args:
        condition: of a rule.
        says: each fact both ways.
        holds: False for what it says where it does not hold.
    """
    if isinstance(condition, str):
        return says[condition].yes if holds else says[condition].no
    if isinstance(condition, Not):
        return statement(condition.not_, says, holds=not holds)
    parts = condition.all if isinstance(condition, All) else condition.any
    if len(parts) == 1:
        return statement(parts[0], says, holds=holds)
    if isinstance(condition, Any_) and not holds and any(map(_is_compound, parts)):
        return _group("none", [statement(part, says) for part in parts])
    kind: Literal["all", "any"] = "all" if isinstance(condition, All) == holds else "any"
    return _group(kind, [statement(part, says, holds=holds) for part in parts])


def _is_compound(condition: Condition) -> bool:
    while isinstance(condition, Not):
        condition = condition.not_
    return not isinstance(condition, str)


def _group(kind: Literal["all", "any", "none"], parts: list[Statement]) -> Group:
    """The group, with groups of the same kind within it taken apart."""
    within = "any" if kind == "none" else kind
    flat: list[Statement] = []
    for part in parts:
        flat += part.parts if isinstance(part, Group) and part.kind == within else [part]
    return Group(kind, tuple(flat))


def clause(said: Statement) -> tuple[str, list[str]]:
    """A statement as the end of a line and the list below it, each line indented by its depth.

    Args:
        said: the statement.
    """
    if isinstance(said, str):
        return said, []
    inline = said.inline
    if inline is not None:
        return inline, []
    return f"{HEADS[said.kind]}:", list(_listed(said))


def _listed(group: Group) -> Iterator[str]:
    for i, part in enumerate(group.parts, start=1):
        text, below = clause(part)
        yield f"{i}. {text}"
        yield from (f"    {line}" for line in below)
