"""What a flow says: first rule, unknown conditions, dates; in plain Python."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import Determination, decide
from tests.support.rulebook.packs import bound_pack

AS_OF = date(2026, 11, 1)
FACTS = {
    "felony": "level is F",
    "strike": "super_strike_before is yes",
    "quiet": "latest_conviction is more than 10 years before as-of",
    "serving": "sentence_end is on or after as-of",
    "grown": "age at as-of is at least 50",
}


def rule(name: str, when: Any, then: Any) -> dict[str, Any]:
    return {"rule": name, "when": when, "then": then, "reason": "DISMISS_ALL_P64", "cite": "test"}


def decided(
    rulebook: Rulebook,
    *rules: Any,
    leap_day: str = "down",
    in_force: Any = None,
    **unit: Any,
) -> Determination:
    asked = {name for item in rules for name in FACTS if name in str(item["when"])}
    bound = bound_pack(
        rulebook.catalogue,
        facts={name: text for name, text in FACTS.items() if name in asked},
        flow=list(rules),
        leap_day=leap_day,
        **({"in_force": in_force} if in_force else {}),
    )
    row = dict.fromkeys(rulebook.catalogue["conviction"], None) | {"tags": ["p64"]} | unit
    result = decide(bound, row, unit.get("as_of", AS_OF))
    assert result is not None
    return result


NO = rule("no", "felony", "NOT_ELIGIBLE")
YES = rule("yes", "strike", {"ELIGIBLE": "dismiss"})


def test_the_first_rule_that_holds_decides(rulebook: Rulebook) -> None:
    assert decided(rulebook, NO, YES, level="F", super_strike_before=True).rule == "no"
    assert decided(rulebook, YES, NO, level="F", super_strike_before=True).rule == "yes"


def test_an_unknown_condition_that_could_change_the_answer_gives_the_packs_unknown(
    rulebook: Rulebook,
) -> None:
    got = decided(rulebook, NO, YES, level=None, super_strike_before=True)
    assert (got.outcome, got.reason, got.rule) == ("REVIEW", "MISSING_INFORMATION", "unknown")


def test_an_unknown_condition_that_would_decide_alike_changes_nothing(rulebook: Rulebook) -> None:
    also = rule("also", "strike", "NOT_ELIGIBLE")
    assert decided(rulebook, NO, also, level=None, super_strike_before=True).rule == "also"


def test_another_relief_is_another_answer(rulebook: Rulebook) -> None:
    other = rule("other", "felony", {"ELIGIBLE": "redesignate_misdemeanor"})
    assert decided(rulebook, other, YES, level=None, super_strike_before=True).rule == "unknown"


def test_an_unknown_rule_after_the_one_that_holds_does_not_matter(rulebook: Rulebook) -> None:
    assert decided(rulebook, YES, NO, level=None, super_strike_before=True).rule == "yes"


def test_one_false_part_settles_all_and_one_true_part_settles_any(rulebook: Rulebook) -> None:
    both = rule("both", {"all": ["felony", "strike"]}, {"ELIGIBLE": "dismiss"})
    either = rule("either", {"any": ["felony", "strike"]}, {"ELIGIBLE": "dismiss"})
    assert decided(rulebook, both, level=None, super_strike_before=False).rule == "otherwise"
    assert decided(rulebook, both, level=None, super_strike_before=True).rule == "unknown"
    assert decided(rulebook, either, level=None, super_strike_before=True).rule == "either"
    assert decided(rulebook, either, level=None, super_strike_before=False).rule == "unknown"


def test_evidence_keeps_the_facts_asked_up_to_the_deciding_rule(rulebook: Rulebook) -> None:
    got = decided(rulebook, NO, YES, level="F", super_strike_before=True)
    assert (got.facts_true, got.facts_known) == (0b01, 0b01)
    got = decided(rulebook, NO, YES, level="M", super_strike_before=True)
    assert (got.facts_true, got.facts_known) == (0b10, 0b11)


QUIET = rule("quiet", "quiet", {"ELIGIBLE": "dismiss"})


@pytest.mark.parametrize(
    ("latest", "outcome", "eligible_on", "revisit_on"),
    [
        (date(2016, 10, 31), "ELIGIBLE", date(2026, 11, 1), None),
        (date(2016, 11, 1), "NOT_YET", date(2026, 11, 2), date(2026, 11, 2)),
        (date(2010, 1, 1), "ELIGIBLE", date(2020, 1, 2), None),
        (None, "REVIEW", None, None),
    ],
)
def test_more_than_ten_years_begins_the_day_after_the_anniversary(
    rulebook: Rulebook,
    latest: date | None,
    outcome: str,
    eligible_on: date | None,
    revisit_on: date | None,
) -> None:
    got = decided(rulebook, QUIET, latest_conviction=latest)
    assert (got.outcome, got.eligible_on, got.revisit_on) == (outcome, eligible_on, revisit_on)


def test_not_yet_carries_the_relief_of_the_day_it_becomes_eligible(rulebook: Rulebook) -> None:
    later = rule("grown", "grown", {"ELIGIBLE": "redesignate_misdemeanor"})
    got = decided(rulebook, later, turned_20_on=date(1997, 1, 1))
    assert (got.outcome, got.relief, got.rule) == (
        "NOT_YET",
        "redesignate_misdemeanor",
        "otherwise",
    )
    assert got.eligible_on == date(2027, 1, 1)


def test_a_review_never_becomes_not_yet_but_names_its_day(rulebook: Rulebook) -> None:
    review = rule("serving", "serving", "REVIEW")
    yes = rule("felony", "felony", {"ELIGIBLE": "dismiss"})
    got = decided(rulebook, review, yes, sentence_end=date(2027, 1, 1), level="F")
    assert (got.outcome, got.relief, got.eligible_on) == ("REVIEW", None, date(2027, 1, 2))


def test_a_run_that_was_broken_counts_from_its_last_beginning(rulebook: Rulebook) -> None:
    no = rule("serving", "serving", "NOT_ELIGIBLE")
    yes = rule("felony", "felony", {"ELIGIBLE": "dismiss"})
    got = decided(rulebook, no, yes, sentence_end=date(2020, 5, 5), level="F")
    assert (got.outcome, got.eligible_on) == ("ELIGIBLE", date(2020, 5, 6))


LAW = date(2000, 1, 1)
BEFORE, AFTER = date(1999, 12, 31), date(2000, 1, 2)


@pytest.mark.parametrize(
    ("ended", "convicted", "since"),
    [
        # On the day after the sentence's last, the conviction's own day, or the law's first.
        (BEFORE, None, LAW),
        (LAW, None, AFTER),
        (BEFORE, AFTER, AFTER),
        (AFTER, BEFORE, date(2000, 1, 3)),
        (BEFORE, BEFORE, LAW),
        # No fact that time moves.
        (None, BEFORE, LAW),
        (None, LAW, LAW),
        (None, AFTER, AFTER),
        (None, None, LAW),
    ],
)
@pytest.mark.parametrize("never", [False, True])
def test_an_eligible_unit_is_so_from_the_latest_day_of_facts_event_and_law(
    rulebook: Rulebook, ended: date | None, convicted: date | None, since: date, never: bool
) -> None:
    no = rule("serving", "serving", "NOT_ELIGIBLE")
    yes = rule("felony", "felony", {"ELIGIBLE": "dismiss"})
    rules = [yes] if ended is None else [no, yes]
    unit = {"sentence_end": ended, "conviction_date": convicted, "level": "F"}
    if never:
        # A version that never ran has no first day.
        days = [convicted, ended and ended + timedelta(days=1)]
        expected = max((day for day in days if day), default=None)
        got = decided(rulebook, *rules, in_force="never", **unit)
    else:
        expected = since
        got = decided(rulebook, *rules, **unit)
    assert (got.outcome, got.eligible_on) == ("ELIGIBLE", expected)


@pytest.mark.parametrize(
    ("leap_day", "day", "outcome"),
    [
        ("down", date(2025, 2, 27), "NOT_YET"),
        ("down", date(2025, 2, 28), "ELIGIBLE"),
        ("up", date(2025, 2, 28), "NOT_YET"),
        ("up", date(2025, 3, 1), "ELIGIBLE"),
    ],
)
def test_a_birthday_on_29_february_falls_where_the_pack_declares(
    rulebook: Rulebook, leap_day: str, day: date, outcome: str
) -> None:
    # Born on 29 February 1976: 20 on 29 February 1996, 49 in 2025.
    bound = bound_pack(
        rulebook.catalogue,
        facts={"over": "age at as-of is at least 49"},
        leap_day=leap_day,
    )
    row = {"tags": ["p64"], "turned_20_on": date(1996, 2, 29)}
    result = decide(bound, row, day)
    assert result is not None
    assert result.outcome == outcome
