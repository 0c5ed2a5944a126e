"""Where and how a court is asked: the county of the conviction, and what the section says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearance.explain.model import ExplainedUnit
from clearance.explain.words import how_to_ask
from clearance.platform.paths import rules_folder
from clearance.rulebook.english.decision import read_todays_rules
from clearance.rulebook.loading.load import Rulebook
from tests.explain.decided import UNIT, conviction, explained

FEE = "No fee is asked (PC 4852.09)."
CONVICTION = ExplainedUnit(UNIT, "count", "245 PC", "felony", "YOLO", {}, "convicted")


@pytest.mark.parametrize(
    ("unit", "outcome", "kind", "said"),
    [
        (
            CONVICTION,
            "REVIEW",
            "pointer",
            f"How to ask: The court of the conviction: one of YOLO County. {FEE}",
        ),
        (
            replace(CONVICTION, what="arrest"),
            "REVIEW",
            "pointer",
            f"How to ask: The county of the arrest: YOLO. {FEE}",
        ),
        (CONVICTION, "NOT_ELIGIBLE", "pointer", ""),
        (CONVICTION, "REVIEW", "law", ""),
    ],
)
def test_where_a_petition_may_be_open_the_court_and_the_section_are_named(
    rulebook: Rulebook, unit: ExplainedUnit, outcome: str, kind: str, said: str
) -> None:
    decision = explained(
        rulebook.catalogue,
        conviction(),
        unit=unit,
        how_to_ask=(FEE,),
        determined={"outcome": outcome, "relief": None},
        kind=kind,
    )
    assert how_to_ask(decision) == said


def test_what_the_sections_say_is_read_from_todays_rules() -> None:
    says = read_todays_rules(rules_folder()).how_to_ask
    assert FEE in says["pc4852_01", "read-2026-11-25"]
    assert any("(PC 851.91(b)(1)(B))" in one for one in says["pc851_91", "read-2026-11-29"])
