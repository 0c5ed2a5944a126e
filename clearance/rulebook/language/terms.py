"""Conditions as terms: what must hold and what must not, as two masks over a pack's facts.

A condition holds where one of its terms does. That is so in three-valued logic too: a term fails
where a fact that it asks is known to be otherwise; it holds where all that it asks is known and
none is otherwise; else it is unknown. A fact that a term asks both ways is never as both want it,
but leaves the term unknown where it is unknown itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from clearance.rulebook.language.model import All, Any_, Condition, Not
from clearance.rulebook.language.resolved import ResolvedPack


class Term(NamedTuple):
    """Facts that must hold, and facts that must not; bit i is fact i of the pack."""

    yes: int
    no: int


def terms_of(bound: ResolvedPack, condition: Condition, *, wanted: bool = True) -> tuple[Term, ...]:
    """The terms of a condition, or of its opposite.

    Args:
        bound: the pack whose facts the bits are.
        condition: over facts' names.
        wanted: False for the opposite.
    """
    if isinstance(condition, Not):
        return terms_of(bound, condition.not_, wanted=not wanted)
    if isinstance(condition, (All, Any_)):
        is_all = isinstance(condition, All)
        parts = condition.all if isinstance(condition, All) else condition.any
        found = [terms_of(bound, part, wanted=wanted) for part in parts]
        if is_all is not wanted:
            return _without_special_cases(term for terms in found for term in terms)
        together: tuple[Term, ...] = (Term(0, 0),)
        for terms in found:
            together = _without_special_cases(
                Term(one.yes | other.yes, one.no | other.no) for one in together for other in terms
            )
        return together
    bit = 1 << bound.position[condition]
    return (Term(bit, 0) if wanted else Term(0, bit),)


def _without_special_cases(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The terms without those that ask all that another asks, and more."""
    kept: list[Term] = []
    for term in sorted(set(terms), key=lambda t: ((t.yes | t.no).bit_count(), t)):
        if not any(term.yes & k.yes == k.yes and term.no & k.no == k.no for k in kept):
            kept.append(term)
    return tuple(kept)
