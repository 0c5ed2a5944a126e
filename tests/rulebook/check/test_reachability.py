"""Rules that can never decide, units that are left over, rules that overlap."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.rulebook.check.small_rules import (
    DISMISS,
    Check,
    flow,
    line_of,
    only,
    options_of,
    rule,
    value,
)
from tests.support.rulebook.packs import small_pack

# Unreachable rules


def test_a_rule_whose_facts_exclude_each_other_is_unreachable(rules: Path, check: Check) -> None:
    facts = {"felony": "level is F", "misdemeanor": "level is M"}
    found = only(
        check(**flow(rule("both", {"all": ["felony", "misdemeanor"]}), **facts)), "unreachable"
    )
    assert "rule `both` can never decide" in found.message
    assert "`felony` (level is F) with `misdemeanor` (level is M)" in found.message
    assert (found.file, found.line) == ("prop64/small.yaml", line_of(rules, "rule: both"))
    assert not check(**flow(rule("either", {"any": ["felony", "misdemeanor"]}), **facts)).problems


def test_a_rule_behind_a_wider_one_is_unreachable_and_a_unit_shows_it(check: Check) -> None:
    facts = {"old": "latest_conviction is at least ten years before as-of"} | {
        "fresh": "latest_conviction is at least five years before as-of"
    }
    params = {"ten": value(10), "five": value(5)}
    wide, narrow = rule("five_years", "fresh"), rule("ten_years", "old", DISMISS)
    found = only(check(**flow(wide, narrow, **facts), params=params), "unreachable")
    assert "rule `ten_years` can never decide" in found.message
    assert "decided by rule `five_years` before it" in found.message
    assert found.witness is not None
    assert found.witness.rule == "five_years"
    assert found.witness.given["latest_conviction"] <= date(2016, 11, 23)
    assert not check(**flow(narrow, wide, **facts), params=params).problems


def test_a_rule_covered_by_two_others_together_is_unreachable(check: Check) -> None:
    facts = {
        "early": "arrest_date is on or before law_day",
        "late": "arrest_date is after law_day",
        "dated": "arrest_date is known",
    }
    params = {"law_day": value(date(2016, 11, 8))}
    rules = [rule("early", "early"), rule("late", "late"), rule("dated", "dated")]
    otherwise = small_pack()["otherwise"] | {"then": "REVIEW"}
    result = check(**flow(*rules, **facts), params=params, otherwise=otherwise)
    found = only(result, "unreachable")
    assert "decided by rules `early` and `late` before it" in found.message
    asked = {name: facts[name] for name in ("early", "dated")}
    repaired = flow(rules[0], rules[2], **asked)
    assert not check(**repaired, params=params, otherwise=otherwise).problems


def test_a_rule_for_a_missing_value_behind_one_that_asks_the_value_is_unreachable(
    check: Check,
) -> None:
    facts = {"felony": "level is F", "level_known": "level is known"}
    asks, missing = rule("felony", "felony", DISMISS), rule("no_level", {"not": "level_known"})
    found = only(check(**flow(asks, missing, **facts)), "unreachable")
    assert "rule `felony` is unknown and `unknown` decides" in found.message
    assert found.witness is not None
    assert (found.witness.rule, found.witness.given["level"]) == ("unknown", None)
    assert not check(**flow(missing, asks, **facts)).problems
    assert not check(**flow(asks, missing, **facts), unknown={"counts_as": "not_holding"}).problems


@pytest.mark.parametrize(
    ("first", "second", "never"),
    [
        ("2024-02-28", "2024-03-01", False),
        ("2023-02-28", "2023-03-01", True),
        ("2016-04-30", "2016-05-01", True),
        ("2016-04-29", "2016-05-01", False),
    ],
)
def test_a_window_between_two_days_is_reachable_only_where_the_calendar_has_a_day(
    check: Check, first: str, second: str, never: bool
) -> None:
    params = {
        "first": value(date.fromisoformat(first)),
        "second": value(date.fromisoformat(second)),
    }
    facts = {"after": "sentence_end is after first", "before": "sentence_end is before second"}
    result = check(**flow(rule("window", {"all": ["after", "before"]}), **facts), params=params)
    assert [found.kind for found in result.problems] == ["unreachable"] * never


@pytest.mark.parametrize(("leap_day", "never"), [("down", False), ("up", True)])
def test_the_anniversary_of_29_february_is_where_the_pack_puts_it(
    check: Check, leap_day: str, never: bool
) -> None:
    params = {
        "leap": value(date(2024, 2, 29)),
        "year_after": value(date(2025, 2, 28)),
        "wait": value(1),
    }
    facts = {
        "late": "sentence_end is on or after leap",
        "waited": "sentence_end is at least wait years before year_after",
    }
    pack = flow(rule("leap", {"all": ["late", "waited"]}), **facts)
    result = check(**pack, params=params, leap_day=leap_day)
    assert [found.kind for found in result.problems] == ["unreachable"] * never


@pytest.mark.parametrize(
    ("path", "other", "never"),
    [("A.1", "A", True), ("A", "A.1", False), ("A", "B", False)],
)
def test_a_subdivision_path_has_one_beginning(
    check: Check, path: str, other: str, never: bool
) -> None:
    facts = {"one": f"subdivisions starts with {path}", "two": f"subdivisions starts with {other}"}
    pack = flow(rule("one", {"all": ["one"]}, unless="two"), **facts)
    assert [found.kind for found in check(**pack).problems] == ["unreachable"] * never


def test_a_rule_that_only_another_setting_of_a_switch_reaches_is_not_unreachable(
    check: Check,
) -> None:
    switch = value("first", allowed=["first", "any"], switch=True)
    facts = {"any_counts": "mode is any", "first_counts": "mode is first"}
    rules = [rule("any", "any_counts"), rule("first", "first_counts")]
    otherwise = small_pack()["otherwise"] | {"rules_cover_all": True}
    assert not check(**flow(*rules, **facts), params={"mode": switch}, otherwise=otherwise).problems
    one = flow(rules[1], first_counts=facts["first_counts"])
    found = only(check(**one, params={"mode": switch}, otherwise=otherwise), "uncovered")
    assert found.witness is not None
    assert found.witness.switches == {"mode": "any"}
    assert "with the switches {mode: any}" in found.as_text()


def test_a_rule_that_asks_a_value_outside_every_period_is_unreachable(check: Check) -> None:
    def wait(years: int) -> dict[str, Any]:
        dated = [
            {"from": date(2000, 1, 1), "value": 3, "cite": "a test"},
            {"from": date(2012, 6, 1), "value": years, "cite": "a test"},
        ]
        return {"by": "conviction_date", "dated": dated, "cite": "a test"}

    facts = {
        "early": "conviction_date is before change",
        "many": "convictions_on_record is at least wait",
        "few": "convictions_on_record is at most few_at_most",
    }
    params = {"change": value(date(2012, 6, 1)), "few_at_most": value(4)}
    pack = flow(rule("late", {"all": ["many", "few"]}, unless="early"), **facts)
    assert only(check(**pack, params=params | {"wait": wait(5)}), "unreachable")
    assert not check(**pack, params=params | {"wait": wait(4)}).problems


def test_a_scope_that_no_unit_has_is_told_once(check: Check) -> None:
    scope = ["status is convicted", "status is dismissed"]
    assert "no unit can be in scope" in only(check(scope=scope), "empty_scope").message
    assert not check(scope=scope[:1]).problems


# Units that are left over


def test_a_unit_that_no_rule_decides_is_found_where_the_pack_says_that_its_rules_cover_all(
    rules: Path, check: Check
) -> None:
    otherwise = small_pack()["otherwise"] | {"rules_cover_all": True}
    facts = {"felony": "level is F", "misdemeanor": "level is M", "infraction": "level is I"}
    some = [rule("felony", "felony"), rule("misdemeanor", "misdemeanor", DISMISS)]
    asked = {name: facts[name] for name in ("felony", "misdemeanor")}
    found = only(check(**flow(*some, **asked), otherwise=otherwise), "uncovered")
    assert found.line == line_of(rules, "rules_cover_all")
    assert found.witness is not None
    assert (found.witness.given["level"], found.witness.rule) == ("I", "otherwise")
    everything = [*some, rule("infraction", "infraction")]
    assert not check(**flow(*everything, **facts), otherwise=otherwise).problems


def test_otherwise_is_dead_where_the_rules_leave_nothing_over(rules: Path, check: Check) -> None:
    rules_of = [rule("yes", "deceased"), rule("no", {"not": "deceased"}, DISMISS)]
    pack = flow(*rules_of, deceased="deceased is yes")
    found = only(check(**pack), "unreachable")
    assert "`otherwise` can never decide" in found.message
    assert found.line == line_of(rules, "otherwise:")
    assert not check(**flow(rules_of[0], deceased="deceased is yes")).problems


# Overlaps


def test_two_rules_that_decide_one_unit_differently_are_a_note_with_a_unit(check: Check) -> None:
    facts = {"felony": "level is F", "serious": "tags includes serious"}
    result = check(**flow(rule("felony", "felony"), rule("serious", "serious", DISMISS), **facts))
    assert not result.problems
    (note,) = result.notes
    assert note.kind == "overlap"
    assert note.witness is not None
    assert note.witness.given["level"] == "F"
    assert set(note.witness.given["tags"]) == {"p64", "serious"}
    assert note.witness.rule == "felony"


def test_an_exception_before_its_rule_and_a_like_decision_are_no_overlap(check: Check) -> None:
    facts = {"felony": "level is F", "serious": "tags includes serious"}
    special = rule("serious_felony", {"all": ["felony", "serious"]})
    result = check(**flow(special, rule("felony", "felony", DISMISS), **facts))
    assert (result.problems, result.notes) == ((), ())
    alike = [rule("felony", "felony", DISMISS), rule("serious", "serious", DISMISS)]
    result = check(**flow(*alike, **facts))
    assert (result.problems, result.notes) == ((), ())


def test_a_rule_is_unreachable_only_if_it_is_under_every_setting_of_an_option(
    check: Check,
) -> None:
    facts = {
        "quiet": "latest_conviction is at least years years before as-of",
        "ten": "latest_conviction is at least ten_years years before as-of",
    }
    rules_of = [rule("quiet", "quiet"), rule("ten", "ten", DISMISS)]
    pack = flow(*rules_of, **facts) | {"params": {"ten_years": value(10)}}
    assert not check(**pack, options=options_of()).problems
    (note,) = check(**pack, options=options_of()).notes
    assert note.witness is not None
    assert 1 <= note.witness.options["years"] <= 5
    assert "options: {years: " in note.as_text()
    beyond = [rule("quiet", "quiet"), rule("ten", {"all": ["ten", "quiet"]}, DISMISS)]
    found = only(check(**pack | {"flow": beyond}, options=options_of()), "unreachable")
    assert "rule `ten` can never decide" in found.message
