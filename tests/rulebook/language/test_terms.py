"""A condition's terms say what three-valued logic says of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from clearance.rulebook.language.terms import Term, terms_of
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import evaluate
from tests.support.rulebook.packs import bound_pack

NAMES = ("a", "b", "c", "d")
FACTS = {
    "a": "level is F",
    "b": "set_aside is yes",
    "c": "deceased is yes",
    "d": "sentence_end is before as-of",
}


def conditions(dice: random.Random) -> Iterator[Any]:
    """Conditions over four facts, three deep; the same fact may be asked twice, and both ways."""

    def made(depth: int) -> Any:
        kind = dice.choice(("fact", "not", "all", "any")) if depth else "fact"
        if kind == "fact":
            return dice.choice(NAMES)
        if kind == "not":
            return {"not": made(depth - 1)}
        return {kind: [made(depth - 1) for _ in range(dice.randint(1, 3))]}

    while True:
        yield made(3)


def truth_of(terms: tuple[Term, ...], *, known: int, true: int) -> bool | None:
    """What the terms make of known and true facts."""
    open_terms = [t for t in terms if not ((known ^ true) & t.yes | true & t.no)]
    if any(known & (t.yes | t.no) == t.yes | t.no for t in open_terms):
        return True
    return None if open_terms else False


@pytest.mark.parametrize("seed", range(300))
def test_terms_hold_fail_and_leave_open_what_the_condition_does(
    rulebook: Rulebook, seed: int
) -> None:
    condition = next(conditions(random.Random(seed)))
    rule = {"rule": "r", "when": condition, "then": "REVIEW", "reason": "R", "cite": "a test"}
    bound = bound_pack(rulebook.catalogue, facts=FACTS, flow=[rule])
    (when,) = bound.conditions
    terms = terms_of(bound, when)
    for truths in product((True, False, None), repeat=len(NAMES)):
        known = sum(1 << i for i, truth in enumerate(truths) if truth is not None)
        true = sum(1 << i for i, truth in enumerate(truths) if truth)
        expected = evaluate(when, dict(zip(NAMES, truths, strict=True)))
        assert truth_of(terms, known=known, true=true) == expected


def test_a_term_that_asks_more_than_another_is_left_out(rulebook: Rulebook) -> None:
    flow = [
        {
            "rule": "r",
            "when": {"any": ["a", {"all": ["a", "b"]}, {"not": "c"}]},
            "then": "REVIEW",
            "reason": "R",
            "cite": "a test",
        }
    ]
    bound = bound_pack(rulebook.catalogue, facts=FACTS, flow=flow)
    assert set(terms_of(bound, bound.conditions[0])) == {Term(1, 0), Term(0, 4)}
