"""A felony that another law reduced before: both readings of Proposition 64."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clearance.rulebook.check.cases import load_cases
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import decide


@pytest.mark.parametrize(
    ("reading", "outcome", "relief"),
    [("settled", "NOT_ELIGIBLE", None), ("open", "ELIGIBLE", "dismiss_and_seal")],
)
def test_the_switch_says_whether_a_reduction_under_another_law_leaves_something_to_relieve(
    rulebook: Rulebook, reading: str, outcome: str, relief: str | None
) -> None:
    (item,) = (one for one in rulebook.packs if one.pack.pack == "prop64_statute")
    switches: dict[str, Any] = {"reduced_otherwise": reading}
    bound = rulebook.resolve(item.pack, switches=switches)
    (case,) = (
        one
        for one in load_cases(item.cases, resolved=bound, catalogue=rulebook.catalogue)
        if one.name == "A felony that another law reduced to a misdemeanor is at today's level"
    )
    got = decide(bound, case.row, date(2026, 11, 1))
    assert got is not None
    assert (got.outcome, got.relief) == (outcome, relief)
