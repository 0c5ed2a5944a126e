"""The English of a pack means what the pack means, whatever its values come from."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clearance.rulebook.load import Rulebook
from clearance.rulebook.prose import english
from tests.rules.packs import PARAMS, bound_pack, small_pack

VALUES = PARAMS | {
    "sections": {"value": ("11357", "11358"), "cite": "test"},
    "never": {"value": False, "cite": "test"},
}


def says(rulebook: Rulebook, sentence: str, **more: Any) -> str:
    bound = bound_pack(rulebook.catalogue, params=VALUES, facts={"over": sentence}, **more)
    return english(bound, rulebook.catalogue, rulebook.reasons)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("probation_granted is yes", "1. If probation was granted: "),
        ("probation_granted is no", "1. If not: probation was granted: "),
        ("probation_granted is by_level", "1. If probation was granted: by_level (yes): "),
        ("probation_granted is never", "1. If probation was granted: never (no): "),
        ("level is M", "the level is misdemeanor"),
        ("level is one of grave", "the level is grave (F or M)"),
        ("level may be one of M, I", "the level is misdemeanor or infraction or not known"),
        (
            "super_strike_before may be no",
            "not: an earlier conviction is a super-strike, or it is not known",
        ),
        ("level is one of M, I", "the level is misdemeanor or infraction"),
        ("section is one of sections", "the section is sections (11357 or 11358)"),
        ("convictions_on_record is at most several", "the number of convictions on record is"),
        (
            "latest_conviction is more than wait years before as-of",
            "more than wait (by conviction_date: 3 from 2000-01-01, 7 from 2012-06-01) years",
        ),
        ("sentence_end is before conviction_date", "is before the conviction date"),
        ("age at as-of is past 21", "the day on which the person turned 21 lies before"),
    ],
)
def test_a_fact_is_said_as_it_is_asked(rulebook: Rulebook, sentence: str, said: str) -> None:
    assert said in says(rulebook, sentence)


def test_values_are_said_without_the_words_of_the_program(rulebook: Rulebook) -> None:
    text = says(rulebook, "conviction_date is before law_day")
    assert "- by_level = yes. Cite: test." in text
    assert "- sections = 11357 or 11358. Cite: test." in text
    assert f"- law_day = {date(2010, 2, 28)}. Cite: test." in text
    assert "datetime" not in text


def test_a_pack_whose_rules_cover_all_says_so(rulebook: Rulebook) -> None:
    words = "meant to decide every unit whose facts are all known"
    otherwise = small_pack()["otherwise"]
    assert words not in says(rulebook, "deceased is yes")
    covering = says(rulebook, "deceased is yes", otherwise=otherwise | {"rules_cover_all": True})
    assert words in covering
