"""Why a pack decided as it did: the facts that decided, those that lack, those nobody asked."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from clearance.rulebook.english.because import OTHERWISE, UNKNOWN, Because, find_deciding_facts
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import decide
from tests.support.rulebook.packs import bound_pack, small_pack
from tests.support.rulebook.random_rows import random_row

AS_OF = date(2026, 11, 1)
FACTS = {
    "felony": "level is F",
    "attempt": "attempt is yes",
    "young": "set_aside is yes",
    "dated": "conviction_date is before 2016-11-09",
}


def pack(rulebook: Rulebook, when: Any, *, then: Any = "NOT_ELIGIBLE") -> ResolvedPack:
    first = {**small_pack()["flow"][0], "rule": "first", "when": when, "then": then}
    otherwise = {**small_pack()["otherwise"], "then": {"ELIGIBLE": "dismiss"}}
    return bound_pack(rulebook.catalogue, facts=FACTS, flow=[first], otherwise=otherwise)


def names(bound: ResolvedPack, places: tuple[int, ...]) -> set[str]:
    return {bound.facts[i].name for i in places}


def evidence(bound: ResolvedPack, **facts: bool) -> dict[str, int]:
    bits = {name: 1 << bound.position[name] for name in facts}
    return {
        "true": sum(bit for name, bit in bits.items() if facts[name]),
        "known": sum(bits.values()),
    }


@pytest.mark.parametrize(
    ("when", "facts", "deciding"),
    [
        ({"all": ["felony", "attempt"]}, {"felony": True, "attempt": True}, {"felony", "attempt"}),
        ({"any": ["felony", "attempt"]}, {"felony": False, "attempt": True}, {"attempt"}),
        (
            {"any": [{"all": ["felony", "young"]}, "attempt"]},
            {"felony": True, "young": True, "attempt": True},
            {"attempt"},
        ),
        (
            {"all": ["felony", {"not": "attempt"}]},
            {"felony": True, "attempt": False},
            {"felony", "attempt"},
        ),
        (
            {"not": {"all": ["felony", "attempt"]}},
            {"felony": False, "attempt": True},
            {"felony"},
        ),
    ],
)
def test_the_fewest_facts_that_make_the_rule_hold_are_those_that_decided(
    rulebook: Rulebook, when: Any, facts: dict[str, bool], deciding: set[str]
) -> None:
    bound = pack(rulebook, when)
    found = find_deciding_facts(bound, rule="first", **evidence(bound, **facts))
    assert names(bound, found.deciding) == deciding
    assert found.missing == ()


def test_elements_that_a_rule_states_under_its_own_citation_decided_too(
    rulebook: Rulebook,
) -> None:
    refuses, grants = (
        {**small_pack()["flow"][0], "rule": name, "when": name, "then": then}
        for name, then in (("young", "NOT_ELIGIBLE"), ("felony", {"ELIGIBLE": "dismiss"}))
    )
    grants["states"] = [
        {"holds": {"not": "young"}, "cite": grants["cite"]},
        {"holds": "dated", "cite": f"{grants['cite']}(i)"},
        {"holds": {"not": "attempt"}, "cite": "another clause"},
    ]
    asks = {**refuses, "rule": "attempt", "when": "attempt"}
    bound = bound_pack(rulebook.catalogue, facts=FACTS, flow=[refuses, asks, grants])
    facts = evidence(bound, felony=True, young=False, attempt=False, dated=True)
    found = find_deciding_facts(bound, rule="felony", **facts)
    assert names(bound, found.deciding) == {"felony", "young", "dated"}


def test_what_was_not_asked_is_not_needed_and_what_was_asked_in_vain_is_not_known(
    rulebook: Rulebook,
) -> None:
    bound = pack(rulebook, {"any": ["felony", "attempt"]})
    found = find_deciding_facts(bound, rule="first", **evidence(bound, attempt=True))
    assert names(bound, found.not_known) == {"felony"}
    assert names(bound, found.not_needed) == {"young", "dated"}
    # It is not known, and nothing turned on it.
    assert found.missing == ()


def test_only_what_leaves_a_rule_open_is_missing(rulebook: Rulebook) -> None:
    bound = pack(rulebook, {"any": [{"all": ["felony", "young"]}, {"all": ["attempt", "dated"]}]})
    found = find_deciding_facts(bound, rule=UNKNOWN, **evidence(bound, felony=False, attempt=True))
    assert names(bound, found.not_known) == {"young", "dated"}
    assert names(bound, found.missing) == {"dated"}
    assert found.deciding == ()


def test_what_stands_behind_a_rule_that_holds_was_not_asked(rulebook: Rulebook) -> None:
    flow = [
        {**small_pack()["flow"][0], "rule": name, "when": name, "then": then}
        for name, then in (("felony", "REVIEW"), ("attempt", "NOT_ELIGIBLE"), ("young", "REVIEW"))
    ]
    bound = bound_pack(rulebook.catalogue, facts=FACTS, flow=flow)
    found = find_deciding_facts(bound, rule=UNKNOWN, **evidence(bound, attempt=True))
    assert names(bound, found.missing) == {"felony"}
    assert names(bound, found.not_needed) == {"young", "dated"}


def test_what_is_left_over_is_because_the_rules_that_decide_otherwise_do_not_hold(
    rulebook: Rulebook,
) -> None:
    bound = pack(rulebook, {"all": ["felony", "attempt"]})
    found = find_deciding_facts(
        bound, rule=OTHERWISE, **evidence(bound, felony=False, attempt=True)
    )
    assert names(bound, found.deciding) == {"felony"}


def test_an_answer_of_no_rule_rests_on_nothing_that_is_told(rulebook: Rulebook) -> None:
    bound = pack(rulebook, "felony")
    found = find_deciding_facts(bound, rule="an office's review", **evidence(bound, felony=True))
    assert (found.deciding, found.missing) == ((), ())


def test_of_every_pack_the_facts_named_are_enough_for_the_answer(
    rulebook: Rulebook, latest: list[ResolvedPack]
) -> None:
    seen: set[str] = set()
    for number, bound in enumerate(latest):
        for i in range(30):
            row = random_row(random.Random(f"{number} {i}"), bound, rulebook.catalogue, AS_OF)
            made = decide(bound, row, AS_OF)
            if made is None:
                continue
            found = find_deciding_facts(
                bound, rule=made.rule, true=made.facts_true, known=made.facts_known
            )
            _check(bound, made.rule, made.facts_true, found)
            seen.add(made.rule if made.rule in (UNKNOWN, OTHERWISE) else "a rule")
    assert seen == {UNKNOWN, OTHERWISE, "a rule"}


def _check(bound: ResolvedPack, rule: str, true: int, found: Because) -> None:
    assert not {*found.deciding} & {*found.not_known, *found.not_needed}
    assert {*found.missing} <= {*found.not_known}
    if rule == UNKNOWN:
        assert found.missing
    elif rule != OTHERWISE:
        mask = sum(1 << i for i in found.deciding)
        again = find_deciding_facts(bound, rule=rule, true=true & mask, known=mask)
        assert again.deciding == found.deciding
