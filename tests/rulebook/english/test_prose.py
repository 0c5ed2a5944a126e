"""The English of a pack means what the pack means, whatever its values come from."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clearance.platform.paths import rules_folder
from clearance.rulebook.english.prose import pack_in_english
from clearance.rulebook.loading.load import Rulebook
from tests.support.rulebook.packs import PARAMS, bound_pack, small_pack

VALUES = PARAMS | {
    "sections": {"value": ("11357", "11358"), "cite": "test"},
    "never": {"value": False, "cite": "test"},
}


def says(rulebook: Rulebook, sentence: str, **more: Any) -> str:
    bound = bound_pack(rulebook.catalogue, params=VALUES, facts={"over": sentence}, **more)
    return pack_in_english(bound, rulebook.catalogue, rulebook.reasons)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("probation_granted is yes", "1. Eligible for dismissal if probation was granted."),
        ("probation_granted is no", "if no probation was granted."),
        ("probation_granted is by_level", "if probation was granted (`by_level`)."),
        ("probation_granted is never", "if no probation was granted (`never`)."),
        ("probation_granted is known", "if it is known whether probation was granted."),
        ("level is M", "the level is misdemeanor."),
        ("level is one of grave", "the level is felony or misdemeanor (`grave`)"),
        ("level may be one of M, I", "the level is misdemeanor or infraction or is not known"),
        ("probation_granted may be no", "if no probation was granted, or it is not known."),
        ("section is one of sections", "the section is 11357 or 11358 (`sections`)"),
        ("convictions_on_record is at most several", "the number of convictions on record is"),
        (
            "latest_conviction is more than wait years before as-of",
            "more than 3 or 7 years (`wait`, by the conviction date) have passed since the latest",
        ),
        ("sentence_end is before conviction_date", "is before the conviction date"),
        ("age at as-of is past 21", "the day on which the person turned 21 lies before"),
        ("registration is until", "the registration under PC 290 ends on a known day."),
        ("registration is open", "the registration under PC 290 has no end."),
        ("tags includes serious", "is on the list of serious felonies (PC 1192.7(c))."),
        (
            "tags includes one of serious, serious:possible",
            "is on, or possibly on, the list of serious felonies",
        ),
        ("subdivisions starts with one of A.1, B", "the subdivision is (A)(1) or (B)."),
        ("section is one of 1, 2, 3, 4", "the section is 1, 2, 3 or 4."),
        ("by_level is yes", "if the value `by_level` is on."),
    ],
)
def test_a_fact_is_said_as_it_is_asked(rulebook: Rulebook, sentence: str, said: str) -> None:
    assert said in says(rulebook, sentence)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("probation_granted is yes", "no probation was granted"),
        ("probation_granted is no", "probation was granted"),
        ("probation_granted is known", "it is not known whether probation was granted"),
        ("level is one of F, M", "the level is neither felony nor misdemeanor"),
        ("level may be M", "the level is known and is not misdemeanor"),
        ("probation_granted may be no", "probation was granted, and that is known"),
        ("section is one of 1, 2, 3, 4", "the section is none of 1, 2, 3 and 4"),
        ("registration is open", "the registration under PC 290 is not one without an end"),
        ("registration is known", "the registration under PC 290 is not known"),
        (
            "tags includes violent",
            "the charge is not on the list of violent felonies (PC 667.5(c))",
        ),
        (
            "conviction_date is before law_day",
            "the conviction date is on or after 2010-02-28 (`law_day`)",
        ),
        ("convictions_on_record is at least 3", "the number of convictions on record is below 3"),
        (
            "sentence_end is at least 1 years before as-of",
            "less than 1 year has passed since the end of the sentence",
        ),
        ("age at as-of is at least 21", "the person is under 21 on the as-of date"),
    ],
)
def test_what_does_not_hold_is_said_in_words_of_its_own(
    rulebook: Rulebook, sentence: str, said: str
) -> None:
    assert f"if {said}." in says(rulebook, sentence, flow=[rule({"not": "over"})])


def rule(when: Any, **more: Any) -> dict[str, Any]:
    return {
        "rule": "r",
        "when": when,
        "then": {"ELIGIBLE": "dismiss"},
        "reason": "DISMISS_ALL_P64",
        "cite": "a test",
        **more,
    }


def condition(rulebook: Rulebook, when: Any, **more: Any) -> str:
    """The condition of a rule over four facts, from its line to its reason."""
    facts = {
        "a": "set_aside is yes",
        "b": "deceased is yes",
        "c": "conspiracy is yes",
        "d": "attempt is yes",
    }
    flow = [rule(when, **more)]
    bound = bound_pack(rulebook.catalogue, facts=facts, flow=flow)
    text = pack_in_english(bound, rulebook.catalogue, rulebook.reasons)
    return text[text.index("1. Eligible") : text.index("   Reason")].strip()


A = "the conviction was set aside or relieved"
NOT_A = "the conviction was neither set aside nor relieved"
B = "the person is recorded as deceased"
NOT_B = "the person is not recorded as deceased"
C, NOT_C = "the charge is a conspiracy", "the charge is no conspiracy"


def test_a_negation_goes_to_the_facts(rulebook: Rulebook) -> None:
    line = "1. Eligible for dismissal if "
    assert condition(rulebook, {"not": {"any": ["a", "b"]}}) == f"{line}{NOT_A}, and {NOT_B}."
    assert condition(rulebook, {"not": {"all": ["a", "b"]}}) == f"{line}{NOT_A}, or {NOT_B}."
    assert condition(rulebook, "a", unless={"not": "b"}) == f"{line}{A}, and {B}."


def test_what_is_nested_is_a_list_and_no_brackets(rulebook: Rulebook) -> None:
    nested = {"all": ["a", {"any": ["b", {"all": ["c", {"not": "d"}]}]}]}
    assert condition(rulebook, nested).splitlines() == [
        "1. Eligible for dismissal if all of these hold:",
        f"   1. {A}",
        "   2. one of these holds:",
        f"       1. {B}",
        f"       2. {C}, and the charge is no attempt",
    ]


def test_an_exception_of_several_branches_is_listed_as_it_is(rulebook: Rulebook) -> None:
    exception = {"any": [{"all": ["b", {"not": "c"}]}, "d"]}
    assert condition(rulebook, "a", unless=exception).splitlines() == [
        "1. Eligible for dismissal if all of these hold:",
        f"   1. {A}",
        "   2. none of these holds:",
        f"       1. {B}, and {NOT_C}",
        "       2. the charge is an attempt",
    ]


@pytest.mark.parametrize("unit", ["conviction", "arrest"])
def test_every_column_that_says_yes_or_no_has_both_sentences(rulebook: Rulebook, unit: Any) -> None:
    lacking = [
        name
        for name, feature in rulebook.catalogue[unit].items()
        if feature.type in ("yes_no", "tags")
        and (feature.words.is_ is None or feature.words.not_ is None)
    ]
    assert lacking == [], "give each `is` and `not` in rules/words.yaml"


def test_every_code_and_every_statute_list_has_words(rulebook: Rulebook) -> None:
    lists = {path.stem for path in (rules_folder() / "statutes").glob("*.csv")}
    for features in rulebook.catalogue.values():
        for name, feature in features.items():
            asked = set(feature.codes) or (lists if feature.type == "tags" else set())
            assert asked <= set(feature.words.codes), f"{name}: give words in rules/words.yaml"


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
