"""Why a pack decided as it did: the facts that decided, those that lack, those nobody asked.

Read from the evidence of a determination alone: bit i of `facts_known` is on where fact i was asked
and is known, bit i of `facts_true` where it holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clearance.rulebook.language.model import All, Any_, Condition, Not, fact_names
from clearance.rulebook.language.resolved import ResolvedPack

UNKNOWN, OTHERWISE = "unknown", "otherwise"


@dataclass(frozen=True)
class Because:
    """What a determination rests on, each fact by its place in the pack.

    Attributes:
        deciding: facts because of which the rule that decided holds; of `otherwise`, because of
            which the rules that would have decided otherwise do not.
        missing: facts that were asked and are not known, where that decided.
        not_known: every fact that was asked and is not known.
        not_needed: facts that were not asked.
    """

    deciding: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    not_known: tuple[int, ...] = ()
    not_needed: tuple[int, ...] = ()


def because(bound: ResolvedPack, *, rule: str, true: int, known: int) -> Because:
    """What a determination rests on.

    Args:
        bound: the pack as it was used.
        rule: of the determination; where the pack has none of that name (an office's review, a
            county that cannot be read), only what was asked is told apart.
        true: `facts_true`.
        known: `facts_known`.
    """
    evidence = _Evidence(bound, true, known)
    names = [one.rule for one in bound.pack.flow]
    at = names.index(rule) if rule in names else evidence.reached() if rule == UNKNOWN else -1
    asked = bound.consulted[at]
    places = range(len(bound.facts))
    unknown = [i for i in places if asked >> i & 1 and not known >> i & 1]
    told_apart = {
        "not_known": tuple(unknown),
        "not_needed": tuple(i for i in places if not asked >> i & 1),
    }
    if rule in names:
        return Because(_in_order(evidence.support(bound.conditions[at], True)), **told_apart)
    if rule == UNKNOWN:
        lacking = (evidence.lacking(condition) for condition in bound.conditions[:at])
        return Because(missing=_in_order(i for some in lacking for i in some), **told_apart)
    if rule == OTHERWISE:
        own = bound.pack.otherwise.then.outcome
        others = [
            evidence.support(condition, False)
            for condition, one in zip(bound.conditions, bound.pack.flow, strict=True)
            if one.then.outcome != own
        ]
        return Because(_in_order(i for some in others for i in some), **told_apart)
    return Because(**told_apart)


@dataclass(frozen=True)
class _Evidence:
    """The facts of a determination."""

    bound: ResolvedPack
    true: int
    known: int

    def reached(self) -> int:
        """How far the flow was walked: to the first rule that holds, or past the last."""
        held = (i for i, one in enumerate(self.bound.conditions) if self.value(one) is True)
        return next(held, len(self.bound.conditions))

    def value(self, condition: Condition) -> bool | None:
        """Whether a condition holds; None where that is not known."""
        if isinstance(condition, Not):
            inner = self.value(condition.not_)
            return None if inner is None else not inner
        if isinstance(condition, All | Any_):
            settles = isinstance(condition, Any_)
            values = [self.value(part) for part in _parts(condition)]
            if settles in values:
                return settles
            return None if None in values else not settles
        place = self.bound.position[condition]
        return bool(self.true >> place & 1) if self.known >> place & 1 else None

    def support(self, condition: Condition, value: bool) -> frozenset[int]:
        """The fewest facts that make the condition hold, or not; none where it is otherwise."""
        if self.value(condition) is not value:
            return frozenset()
        if isinstance(condition, Not):
            return self.support(condition.not_, not value)
        if isinstance(condition, All | Any_):
            parts = _parts(condition)
            if value == isinstance(condition, All):
                return frozenset[int]().union(*(self.support(part, value) for part in parts))
            held = [self.support(part, value) for part in parts if self.value(part) is value]
            return min(held, key=len)
        return frozenset({self.bound.position[condition]})

    def lacking(self, condition: Condition) -> frozenset[int]:
        """The facts that are not known, of the parts that leave a condition open."""
        if self.value(condition) is not None:
            return frozenset()
        if isinstance(condition, Not):
            return self.lacking(condition.not_)
        if isinstance(condition, All | Any_):
            return frozenset[int]().union(*(self.lacking(part) for part in _parts(condition)))
        return frozenset(self.bound.position[name] for name in fact_names(condition))


def _parts(condition: All | Any_) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, All) else condition.any


def _in_order(places: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(places)))
