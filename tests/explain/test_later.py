"""What time alone makes of a decision: nothing, another clause, or another answer."""

from __future__ import annotations

from datetime import date

from clearance.rulebook.loading.load import Rulebook
from tests.explain.decided import RULE, conviction, explained

SOON = {"over": "sentence_end is before as-of"}
RUNNING = conviction(sentence_end=date(2026, 11, 28))
ELIGIBLE = {"ELIGIBLE": "dismiss"}


def test_an_answer_that_stays_by_another_clause_says_so(rulebook: Rulebook) -> None:
    flow = [
        {"rule": "over", "when": "over", "then": ELIGIBLE, **RULE},
        {"rule": "running", "when": {"not": "over"}, "then": ELIGIBLE, **RULE},
    ]
    decision = explained(rulebook.catalogue, RUNNING, facts=SOON, flow=flow)
    assert (decision.outcome, decision.revisit_on) == ("ELIGIBLE", date(2026, 11, 29))
    assert decision.changes == (
        "Time alone: another clause gives the same relief from 2026-11-29 on.",
    )
    assert decision.later is not None and decision.later.same


def test_another_answer_is_named_with_its_day_and_its_reason(rulebook: Rulebook) -> None:
    flow = [{"rule": "over", "when": "over", "then": "REVIEW", **RULE, "label": "Look"}]
    decision = explained(rulebook.catalogue, RUNNING, facts=SOON, flow=flow)
    assert decision.outcome == "NOT_ELIGIBLE"
    assert decision.changes == (
        "Time alone: becomes: for a person to review, on 2026-11-29. All of them (a test).",
    )
    assert decision.later is not None
    assert (decision.later.outcome, decision.later.same) == ("REVIEW", False)


def test_a_relief_that_lapses_is_named(rulebook: Rulebook) -> None:
    flow = [{"rule": "running", "when": {"not": "over"}, "then": ELIGIBLE, **RULE}]
    decision = explained(rulebook.catalogue, RUNNING, facts=SOON, flow=flow)
    assert decision.changes == (
        "Time alone: becomes: not eligible, on 2026-11-29. None of them (a test).",
    )


def test_another_clause_of_the_same_no_is_left_out(rulebook: Rulebook) -> None:
    flow = [{"rule": "over", "when": "over", "then": "NOT_ELIGIBLE", **RULE}]
    decision = explained(rulebook.catalogue, RUNNING, facts=SOON, flow=flow)
    assert decision.revisit_on == date(2026, 11, 29)
    assert decision.changes == ("Only a change of the record or of the rules.",)
    assert decision.later is None


def test_the_first_other_answer_is_found_behind_days_that_change_only_the_clause(
    rulebook: Rulebook,
) -> None:
    facts = SOON | {"long_over": "sentence_end is at least 2 years before as-of"}
    flow = [
        {"rule": "long", "when": "long_over", "then": "REVIEW", **RULE, "label": "Look"},
        {"rule": "over", "when": "over", "then": "NOT_ELIGIBLE", **RULE},
    ]
    decision = explained(rulebook.catalogue, RUNNING, facts=facts, flow=flow)
    assert decision.revisit_on == date(2026, 11, 29)
    assert decision.later is not None
    assert decision.later.on == date(2028, 11, 28)


def test_relief_to_come_is_said_once(rulebook: Rulebook) -> None:
    decision = explained(rulebook.catalogue, RUNNING)
    assert decision.outcome == "NOT_YET"
    assert decision.changes == ("Time alone: it becomes eligible on 2026-11-29.",)


def test_what_an_office_decided_is_not_decided_again(rulebook: Rulebook) -> None:
    flow = [{"rule": "over", "when": "over", "then": "REVIEW", **RULE, "label": "Look"}]
    reviewed = {"outcome": "NOT_ELIGIBLE", "rule": "office_review"}
    decision = explained(rulebook.catalogue, RUNNING, facts=SOON, flow=flow, determined=reviewed)
    assert decision.later is None
    assert decision.changes == ("Time alone: this decision changes on 2026-11-29.",)
