"""The facts that decided a determination, the unknown facts, and the facts not consulted.

They are found from the evidence alone: bit i of `facts_known` is on if fact i was consulted and is
known, bit i of `facts_true` if it also holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clearance.rulebook.language.model import All, Any_, Condition, Not, fact_names
from clearance.rulebook.language.resolved import ResolvedPack

UNKNOWN, OTHERWISE = "unknown", "otherwise"


@dataclass(frozen=True)
class Because:
    """The facts behind a determination, by their indexes in the pack.

    Attributes:
        deciding: facts that make the deciding rule hold, and the elements that it states under its
            own citation; for `otherwise`, facts that make the rules with another outcome fail.
        missing: consulted, unknown facts, if `unknown` decided because of them.
        not_known: every consulted, unknown fact.
        not_needed: facts that were not consulted.
    """

    deciding: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    not_known: tuple[int, ...] = ()
    not_needed: tuple[int, ...] = ()


def find_deciding_facts(resolved: ResolvedPack, *, rule: str, true: int, known: int) -> Because:
    """The facts behind a determination.

    Args:
        resolved: the pack as it was used.
        rule: of the determination. If the pack has no such rule (an office's review, an unreadable
            county), the result only has the facts not known and not needed.
        true: `facts_true`.
        known: `facts_known`.
    """
    evidence = _Evidence(resolved, true, known)
    names = [rule.rule for rule in resolved.pack.flow]
    at = names.index(rule) if rule in names else evidence.reached() if rule == UNKNOWN else -1
    consulted = resolved.consulted[at]
    indexes = range(len(resolved.facts))
    unknown = [i for i in indexes if consulted >> i & 1 and not known >> i & 1]
    other_facts = {
        "not_known": tuple(unknown),
        "not_needed": tuple(i for i in indexes if not consulted >> i & 1),
    }
    if rule in names:
        decided_by = resolved.pack.flow[at]
        elements = [
            part.holds for part in decided_by.states if part.cite.startswith(decided_by.cite)
        ]
        supports = [evidence.support(c, True) for c in (resolved.conditions[at], *elements)]
        return Because(_sorted_indexes(i for facts in supports for i in facts), **other_facts)
    if rule == UNKNOWN:
        missing_by_rule = (evidence.lacking(condition) for condition in resolved.conditions[:at])
        return Because(
            missing=_sorted_indexes(i for facts in missing_by_rule for i in facts), **other_facts
        )
    if rule == OTHERWISE:
        outcome = resolved.pack.otherwise.then.outcome
        failing = [
            evidence.support(condition, False)
            for condition, rule in zip(resolved.conditions, resolved.pack.flow, strict=True)
            if rule.then.outcome != outcome
        ]
        return Because(_sorted_indexes(i for facts in failing for i in facts), **other_facts)
    return Because(**other_facts)


@dataclass(frozen=True)
class _Evidence:
    """The evidence of a determination: its pack's facts, known or not, true or not."""

    resolved: ResolvedPack
    true: int
    known: int

    def reached(self) -> int:
        """The index of the first rule that holds; the number of rules if none does."""
        holding = (
            i
            for i, condition in enumerate(self.resolved.conditions)
            if self.value(condition) is True
        )
        return next(holding, len(self.resolved.conditions))

    def value(self, condition: Condition) -> bool | None:
        """Whether a condition holds; None if unknown."""
        if isinstance(condition, Not):
            inner = self.value(condition.not_)
            return None if inner is None else not inner
        if isinstance(condition, All | Any_):
            settles = isinstance(condition, Any_)
            values = [self.value(part) for part in _parts(condition)]
            if settles in values:
                return settles
            return None if None in values else not settles
        index = self.resolved.position[condition]
        return bool(self.true >> index & 1) if self.known >> index & 1 else None

    def support(self, condition: Condition, value: bool) -> frozenset[int]:
        """The fewest facts that give the condition this truth; none if it has another."""
        if self.value(condition) is not value:
            return frozenset()
        if isinstance(condition, Not):
            return self.support(condition.not_, not value)
        if isinstance(condition, All | Any_):
            parts = _parts(condition)
            if value == isinstance(condition, All):
                return frozenset[int]().union(*(self.support(part, value) for part in parts))
            supports = [self.support(part, value) for part in parts if self.value(part) is value]
            return min(supports, key=len)
        return frozenset({self.resolved.position[condition]})

    def lacking(self, condition: Condition) -> frozenset[int]:
        """The unknown facts of the parts that make a condition unknown."""
        if self.value(condition) is not None:
            return frozenset()
        if isinstance(condition, Not):
            return self.lacking(condition.not_)
        if isinstance(condition, All | Any_):
            return frozenset[int]().union(*(self.lacking(part) for part in _parts(condition)))
        return frozenset(self.resolved.position[name] for name in fact_names(condition))


def _parts(condition: All | Any_) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, All) else condition.any


def _sorted_indexes(places: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(places)))
