"""Conditions as tests on bit masks: no expression of a fact is ever copied into a rule.

With `known` and `true` as 64-bit words (bit i is fact i; a true bit is always known), `all` over
literals is `known & M = M and true & M = V`. Nested conditions combine such tests.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.rulebook.bound import BoundPack
from clearance.rulebook.model import All, Condition, Not

Literal = tuple[int, bool]


def long_word(value: int) -> Column:
    """A constant 64-bit word."""
    return F.lit(value).cast("long")


def bit_if(condition: Column, bit: int) -> Column:
    """The bit where the condition holds, else no bit."""
    return F.when(condition, long_word(bit)).otherwise(long_word(0))


def literals_of(bound: BoundPack, condition: Condition) -> list[Literal] | None:
    """The literals of a plain conjunction: bit and wanted truth; None for anything else."""
    if isinstance(condition, All):
        found: list[Literal] = []
        for part in condition.all:
            literals = literals_of(bound, part)
            if literals is None:
                return None
            found += literals
        return found
    literal = _literal(bound, condition)
    return None if literal is None else [literal]


def tests(
    bound: BoundPack, condition: Condition, *, known: Column, true: Column
) -> tuple[Column, Column]:
    """Two boolean columns: the condition surely holds; it surely does not.

    Args:
        bound: the pack whose facts the bits are.
        condition: over facts' names.
        known: word of known facts.
        true: word of true facts.
    """
    literal = _literal(bound, condition)
    if literal is not None:
        return _conjunction([literal], known=known, true=true)
    if isinstance(condition, Not):
        yes, no = tests(bound, condition.not_, known=known, true=true)
        return no, yes
    assert not isinstance(condition, str)
    is_all = isinstance(condition, All)
    parts = condition.all if isinstance(condition, All) else condition.any
    found = [_literal(bound, part) for part in parts]
    literals = [item for item in found if item is not None]
    nested = [part for part, item in zip(parts, found, strict=True) if item is None]
    pairs = [tests(bound, part, known=known, true=true) for part in nested]
    if literals and is_all:
        pairs.append(_conjunction(literals, known=known, true=true))
    elif literals:
        flipped = [(bit, not wanted) for bit, wanted in literals]
        yes, no = _conjunction(flipped, known=known, true=true)
        pairs.append((no, yes))
    yes, no = pairs[0]
    for other_yes, other_no in pairs[1:]:
        yes = yes & other_yes if is_all else yes | other_yes
        no = no | other_no if is_all else no & other_no
    return yes, no


def _literal(bound: BoundPack, condition: Condition) -> Literal | None:
    wanted = True
    while isinstance(condition, Not):
        condition, wanted = condition.not_, not wanted
    return (bound.position[condition], wanted) if isinstance(condition, str) else None


def _conjunction(literals: list[Literal], *, known: Column, true: Column) -> tuple[Column, Column]:
    wanted = sum(1 << bit for bit in {bit for bit, value in literals if value})
    unwanted = sum(1 << bit for bit in {bit for bit, value in literals if not value})
    mask = long_word(wanted | unwanted)
    yes = (known.bitwiseAND(mask) == mask) & (true.bitwiseAND(mask) == long_word(wanted))
    fails = []
    if wanted:
        # Known and not true, among those that should be true.
        fails.append(known.bitwiseXOR(true).bitwiseAND(long_word(wanted)) != 0)
    if unwanted:
        fails.append(true.bitwiseAND(long_word(unwanted)) != 0)
    no = fails[0] if len(fails) == 1 else fails[0] | fails[1]
    return yes, no
