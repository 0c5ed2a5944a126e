"""Conditions as terms: facts that must hold and facts that must not, as two masks of bits.

A condition holds if one of its terms holds, in three-valued logic too. A term fails if one of its
facts is known to have the other truth; it holds if all its facts are known and none has the other
truth; else it is unknown. A term with one fact in both masks never holds, but is unknown while the
fact is.
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


def terms_of(
    resolved: ResolvedPack, condition: Condition, *, wanted: bool = True
) -> tuple[Term, ...]:
    """The terms of a condition, or of its opposite.

    Args:
        resolved: the pack; bit i is its fact i.
        condition: a condition over names of facts.
        wanted: False for the terms of the opposite.
    """
    if isinstance(condition, Not):
        return terms_of(resolved, condition.not_, wanted=not wanted)
    if isinstance(condition, (All, Any_)):
        is_all = isinstance(condition, All)
        parts = condition.all if isinstance(condition, All) else condition.any
        terms_of_parts = [terms_of(resolved, part, wanted=wanted) for part in parts]
        if is_all is not wanted:
            return _without_narrower(term for terms in terms_of_parts for term in terms)
        product: tuple[Term, ...] = (Term(0, 0),)
        for terms in terms_of_parts:
            product = _without_narrower(
                Term(left.yes | right.yes, left.no | right.no)
                for left in product
                for right in terms
            )
        return product
    bit = 1 << resolved.position[condition]
    return (Term(bit, 0) if wanted else Term(0, bit),)


def _without_narrower(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The terms without those that require all the facts of another term, and more."""
    widest: list[Term] = []
    for term in sorted(set(terms), key=lambda t: ((t.yes | t.no).bit_count(), t)):
        if not any(term.yes & k.yes == k.yes and term.no & k.no == k.no for k in widest):
            widest.append(term)
    return tuple(widest)
