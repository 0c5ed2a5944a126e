"""A condition in English: negations are at the facts, and nested conditions are lists.

Negations are pushed inwards, which is valid in three-valued logic too. Only a negated `any` with
compound parts is not: its parts are listed under `none of these holds`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from clearance.rulebook.english.fact_words import Statements
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
        """The group as one clause; None if it must be a list."""
        texts = [part for part in self.parts if isinstance(part, str)]
        if self.kind == "none" or not 0 < len(texts) == len(self.parts) <= MOST_INLINE:
            return None
        return (", and " if self.kind == "all" else ", or ").join(texts)


Statement = str | Group


def state_condition(
    condition: Condition, statements: Mapping[str, Statements], *, holds: bool = True
) -> Statement:
    """A condition as an English statement.

    Args:
        condition: the condition of a rule.
        statements: the statements of each fact, by name.
        holds: False for the statement of the opposite.
    """
    if isinstance(condition, str):
        return statements[condition].yes if holds else statements[condition].no
    if isinstance(condition, Not):
        return state_condition(condition.not_, statements, holds=not holds)
    parts = condition.all if isinstance(condition, All) else condition.any
    if len(parts) == 1:
        return state_condition(parts[0], statements, holds=holds)
    if isinstance(condition, Any_) and not holds and any(map(_is_compound, parts)):
        return _group("none", [state_condition(part, statements) for part in parts])
    kind: Literal["all", "any"] = "all" if isinstance(condition, All) == holds else "any"
    return _group(kind, [state_condition(part, statements, holds=holds) for part in parts])


def _is_compound(condition: Condition) -> bool:
    while isinstance(condition, Not):
        condition = condition.not_
    return not isinstance(condition, str)


def _group(kind: Literal["all", "any", "none"], parts: list[Statement]) -> Group:
    """The group; parts that are groups of the same kind are replaced by their own parts."""
    within = "any" if kind == "none" else kind
    flat: list[Statement] = []
    for part in parts:
        flat += part.parts if isinstance(part, Group) and part.kind == within else [part]
    return Group(kind, tuple(flat))


def render_statement(statement: Statement) -> tuple[str, list[str]]:
    """A statement as the end of a line and the list below it, each line indented by its depth.

    Args:
        statement: the statement.
    """
    if isinstance(statement, str):
        return statement, []
    inline = statement.inline
    if inline is not None:
        return inline, []
    return f"{HEADS[statement.kind]}:", list(_listed(statement))


def _listed(group: Group) -> Iterator[str]:
    for i, part in enumerate(group.parts, start=1):
        text, below = render_statement(part)
        yield f"{i}. {text}"
        yield from (f"    {line}" for line in below)
