"""Effects say what the law has done by itself: their reliefs, their doubts, their cases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clearance.rulebook.check.cases import ReadyCase, load_cases
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import Determination, decide
from tests.support.rulebook.packs import unmarked

Effects = list[tuple[ResolvedPack, list[ReadyCase]]]
RELIEFS = {"detention_only", "destroy_record", "void_conviction", "seal_arrest"}


@pytest.fixture(scope="module")
def effects(rulebook: Rulebook, bounds: list[ResolvedPack]) -> Effects:
    return [
        (bound, load_cases(item.cases, resolved=bound, catalogue=rulebook.catalogue))
        for item, bound in zip(rulebook.packs, bounds, strict=True)
        if item.pack.kind == "effect"
    ]


def _reliefs(bound: ResolvedPack) -> set[str]:
    parts = [*bound.pack.flow, bound.pack.otherwise]
    return {part.then.relief for part in parts if part.then.relief is not None}


def test_an_effect_gives_what_the_department_does_not_and_no_other_pack_does(
    bounds: list[ResolvedPack],
) -> None:
    for bound in bounds:
        given = _reliefs(bound)
        if bound.pack.kind == "effect":
            assert given and given <= RELIEFS, bound.pack.pack
        else:
            assert not given & RELIEFS, bound.pack.pack


def test_an_effect_has_cases_for_all_that_it_can_say(effects: Effects) -> None:
    assert effects
    for bound, cases in effects:
        pack = bound.pack
        ends = {case.expect.rule for case in cases if case.expect is not None}
        missing = set() if pack.unknown.then is None else {"unknown"}
        assert ends >= {*(rule.rule for rule in pack.flow), "otherwise", *missing}, pack.pack
        assert any(case.expect is None for case in cases), pack.pack


def test_each_rule_of_an_effect_says_how_sure_it_is_and_each_review_what_to_do(
    effects: Effects,
) -> None:
    for bound, _ in effects:
        assert unmarked(bound) == [], bound.pack.pack


def test_what_the_record_leaves_out_makes_no_effect_hold(
    rulebook: Rulebook, effects: Effects
) -> None:
    """Where a value is missing, what did not hold does not begin to."""
    asked = 0
    for bound, cases in effects:
        features = rulebook.catalogue[bound.pack.unit]
        for case in cases:
            sure = decide(bound, case.row, case.as_of)
            if sure is None or sure.outcome == "ELIGIBLE":
                continue
            for name in sorted(bound.columns):
                if features[name].null == "unknown":
                    asked += 1
                    got = decide(bound, {**case.row, name: None}, case.as_of)
                    assert got is None or got.outcome != "ELIGIBLE", (case.name, name)
    assert asked > 20


@pytest.mark.parametrize(("read_as_release", "outcome"), [(False, "REVIEW"), (True, "ELIGIBLE")])
def test_whether_an_arrest_without_an_outcome_is_a_release_is_a_switch(
    rulebook: Rulebook, effects: Effects, read_as_release: bool, outcome: str
) -> None:
    (cases,) = (cases for bound, cases in effects if bound.pack.pack == "pc849_5")
    switches = {"no_outcome_is_release": read_as_release}
    found = rulebook.find("pc849_5", as_of=date(2026, 11, 23))
    assert found is not None
    pack = rulebook.resolve(found.pack, switches=switches)
    assert _decided(pack, cases[0], arrest_statuses=["undisposed"]).outcome == outcome
    other = _decided(pack, cases[0], arrest_statuses=["released", "turned_over"])
    assert other.outcome == "REVIEW"


def _decided(pack: ResolvedPack, case: ReadyCase, **given: Any) -> Determination:
    got = decide(pack, {**case.row, **given}, case.as_of)
    assert got is not None
    return got
