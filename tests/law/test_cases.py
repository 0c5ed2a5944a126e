"""The cases beside the packs hold, through plain Python and through Spark, all in one job."""

from __future__ import annotations

import json

import pytest
from pyspark.sql import SparkSession

from clearance.cli import exit_code
from clearance.rulebook.check.cases import ReadyCase, difference, find_failures, load_cases
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import Determination


def ready(rulebook: Rulebook, bounds: list[ResolvedPack]) -> list[tuple[ResolvedPack, ReadyCase]]:
    return [
        (bound, case)
        for item, bound in zip(rulebook.packs, bounds, strict=True)
        for case in load_cases(item.cases, resolved=bound, catalogue=rulebook.catalogue)
    ]


def test_every_pack_has_cases_and_the_oracle_agrees_with_all(
    rulebook: Rulebook, bounds: list[ResolvedPack]
) -> None:
    for item, bound in zip(rulebook.packs, bounds, strict=True):
        cases = load_cases(item.cases, resolved=bound, catalogue=rulebook.catalogue)
        assert find_failures(bound, cases) == []


def test_every_rule_of_every_pack_decides_some_case(
    rulebook: Rulebook, bounds: list[ResolvedPack]
) -> None:
    for item, bound in zip(rulebook.packs, bounds, strict=True):
        cases = load_cases(item.cases, resolved=bound, catalogue=rulebook.catalogue)
        decided = {case.expect.rule for case in cases if case.expect is not None}
        assert {rule.rule for rule in bound.pack.flow} <= decided


def test_spark_agrees_with_every_case(
    spark: SparkSession,
    rulebook: Rulebook,
    bounds: list[ResolvedPack],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code(["rules", "test", "--json"], debug=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["failures"] == []
    assert said["cases"] == len(ready(rulebook, bounds)) > 1_000


def test_a_case_that_expects_something_else_is_told_apart(
    rulebook: Rulebook, bounds: list[ResolvedPack]
) -> None:
    case = next(case for _, case in ready(rulebook, bounds) if case.expect is not None)
    other = Determination("REVIEW", None, "X", "x", "x", 0, 0, None, None)
    assert "outcome is REVIEW" in (difference(case.expect, other) or "")
    assert difference(case.expect, None) == "not in the pack's scope"
    assert difference(None, other) == "in scope"
