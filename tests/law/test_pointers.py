"""Pointers say where a petition may be open; they grant nothing and run only when asked."""

from __future__ import annotations

import pytest

from clearance.rulebook.check.cases import ReadyCase, load_cases
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import decide
from tests.support.rulebook.packs import unmarked

Pointers = list[tuple[ResolvedPack, list[ReadyCase]]]
NAMES = [
    "pc1170_9",
    "pc1203_4",
    "pc1203_41",
    "pc1203_42",
    "pc1203_43",
    "pc1203_4a",
    "pc1203_4b",
    "pc17_b",
    "pc290_5",
    "pc4852_01",
    "pc653_29",
    "pc851_91",
    "prop47",
]
# Whose every open question leads to a review in any case.
NEVER_UNKNOWN = {"pc653_29"}


@pytest.fixture(scope="module")
def pointers(rulebook: Rulebook, bounds: list[ResolvedPack]) -> Pointers:
    return [
        (bound, load_cases(item.cases, resolved=bound, catalogue=rulebook.catalogue))
        for item, bound in zip(rulebook.packs, bounds, strict=True)
        if item.pack.kind == "pointer"
    ]


def test_every_petition_has_its_pointer_with_a_dozen_cases_at_least(pointers: Pointers) -> None:
    assert sorted(bound.pack.pack for bound, _ in pointers) == NAMES
    assert all(len(cases) >= 12 for _, cases in pointers)


def test_a_pointer_sends_to_a_person_and_grants_nothing(pointers: Pointers) -> None:
    for bound, cases in pointers:
        pack = bound.pack
        parts = [*pack.flow, pack.otherwise]
        assert {part.then.outcome for part in parts} == {"NOT_ELIGIBLE", "REVIEW"}
        assert pack.unknown.then is not None and pack.unknown.then.outcome == "REVIEW"
        for case in cases:
            got = decide(bound, case.row, case.as_of)
            assert got is None or (got.relief, got.eligible_on) == (None, None), case.name


def test_a_pointer_has_cases_for_all_that_it_can_say(pointers: Pointers) -> None:
    for bound, cases in pointers:
        ends = {case.expect.rule for case in cases if case.expect is not None}
        all_ends = {*(rule.rule for rule in bound.pack.flow), "otherwise", "unknown"}
        assert ends == all_ends - ({"unknown"} if bound.pack.pack in NEVER_UNKNOWN else set())
        assert any(case.expect is None for case in cases), bound.pack.pack


def test_each_rule_of_a_pointer_says_how_sure_it_is_and_each_review_what_to_do(
    pointers: Pointers,
) -> None:
    for bound, _ in pointers:
        assert unmarked(bound) == [], bound.pack.pack


def test_a_pointer_never_says_no_for_what_the_record_leaves_out(
    rulebook: Rulebook, pointers: Pointers
) -> None:
    """Where a missing value could open a petition, a person looks."""
    asked = 0
    for bound, cases in pointers:
        features = rulebook.catalogue[bound.pack.unit]
        for case in cases:
            sure = decide(bound, case.row, case.as_of)
            if sure is None or sure.outcome != "REVIEW":
                continue
            for name in sorted(bound.columns):
                if features[name].null == "unknown":
                    asked += 1
                    got = decide(bound, {**case.row, name: None}, case.as_of)
                    assert got is not None and got.outcome == "REVIEW", (case.name, name)
    assert asked > 100
