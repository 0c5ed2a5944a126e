"""Packs as tables: a row a decision and a variant, and every distinct fact once."""

from __future__ import annotations

import random
from datetime import date

from clearance.rulebook.language.assigned import Assigned
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.spark.tables import Tables
from tests.support.rulebook.packs import again, random_options, random_pack

AS_OF = date(2026, 11, 1)


def convictions(bounds: list[ResolvedPack]) -> list[ResolvedPack]:
    return [bound for bound in bounds if bound.pack.unit == "conviction"]


def one_version_each(bounds: list[ResolvedPack]) -> list[ResolvedPack]:
    """The first version of every pack about convictions."""
    found: dict[str, ResolvedPack] = {}
    for bound in convictions(bounds):
        found.setdefault(bound.pack.pack, bound)
    return list(found.values())


def test_a_decision_stands_once_a_pack_and_code(bounds: list[ResolvedPack]) -> None:
    packs = one_version_each(bounds)
    lines = Tables([Assigned(bound) for bound in packs], as_of=AS_OF).decisions
    for bound in packs:
        own = [line for line in lines if line.resolved is bound]
        rules = [line.words["rule"] for line in own if not line.unsure]
        assert sorted(map(str, rules)) == sorted(
            [*(rule.rule for rule in bound.pack.flow), "otherwise"]
        )
        unsure = [line for line in own if line.unsure]
        assert len(unsure) == (0 if bound.unknown_passes else len(bound.pack.flow) + 1)
        assert {line.words["rule"] for line in unsure} <= {"unknown"}


def test_codes_below_the_limits_are_those_that_say_so(bounds: list[ResolvedPack]) -> None:
    tables = Tables([Assigned(bound) for bound in one_version_each(bounds)], as_of=AS_OF)
    outcomes = [line.decision.outcome for line in tables.decisions]
    assert set(outcomes[: tables.eligible]) == {"ELIGIBLE"}
    assert set(outcomes[tables.eligible : tables.refused]) == {"NOT_ELIGIBLE"}
    assert set(outcomes[tables.refused :]) == {"REVIEW"}


def test_a_fact_that_many_packs_ask_is_asked_once(bounds: list[ResolvedPack]) -> None:
    packs = one_version_each(bounds)
    more = [again(bound, f"{bound.pack.pack}_{i}") for bound in packs for i in range(5)]
    few = Tables([Assigned(bound) for bound in packs], as_of=AS_OF).questions
    many = Tables([Assigned(bound) for bound in [*packs, *more]], as_of=AS_OF).questions
    assert (few.truths, few.flips) == (many.truths, many.flips)
    asked = sum(len(bound.facts) for bound in packs)
    assert len(few.truths) + len(few.flips) < asked


def test_counties_that_set_the_same_options_share_a_variant(rulebook: Rulebook) -> None:
    bound = random_pack(3, rulebook.catalogue)
    options = random_options(bound, random.Random(1))
    own = {county: bound.with_options(options) for county in ("ALAMEDA", "KERN", "YOLO")}
    assigned = Assigned(bound, excluded=frozenset({"INYO"}), by_county=own)
    tables = Tables([assigned], as_of=AS_OF)
    assert [variant for _, variant in tables.variants] == [bound, own["ALAMEDA"]]
    assert assigned.of_county("INYO") is None
    assert assigned.of_county("KERN") == own["KERN"]
    assert assigned.of_county("MARIN") == assigned.of_county(None) == bound
