"""Facts as statements for a reader: lists that are possible, values without their names."""

from __future__ import annotations

from datetime import date

import pytest

from clearance.rulebook.loading.load import Rulebook
from tests.explain.decided import RULE, conviction, explained

SURE = {"serious": "tags includes one of serious, violent"}
MAYBE = {"maybe": "tags includes one of serious:possible, violent:possible"}


@pytest.mark.parametrize(
    ("tags", "surely"),
    [(["p64", "serious:possible"], "not surely on"), (["p64"], "not on")],
)
def test_a_list_is_denied_only_as_far_as_the_record_denies_it(
    rulebook: Rulebook, tags: list[str], surely: str
) -> None:
    flow = [{"rule": "serious", "when": "serious", "then": "REVIEW", **RULE, "label": "Look"}]
    decision = explained(rulebook.catalogue, conviction(tags=tags), facts=SURE, flow=flow)
    assert decision.because == (
        f"the charge is {surely} the list of serious felonies (PC 1192.7(c)) or violent felonies "
        "(PC 667.5(c))",
    )


def test_a_list_that_is_possible_names_the_fact_that_the_law_asks_besides(
    rulebook: Rulebook,
) -> None:
    flow = [{"rule": "maybe", "when": "maybe", "then": "REVIEW", **RULE, "label": "Look"}]
    row = conviction(tags=["p64", "serious:possible"])
    decision = explained(rulebook.catalogue, row, facts=MAYBE, flow=flow)
    (missing,) = decision.missing
    assert missing == (
        "how the offence was committed, on which it depends whether it is among serious felonies "
        "(PC 1192.7(c)) (from the court's file, or the prosecutor)"
    )
    assert decision.changes == (f"To know: {missing}.", "A person's decision.")


def test_an_outcome_that_is_not_recorded_is_a_missing_fact(rulebook: Rulebook) -> None:
    flow = [{"rule": "open", "when": "open", "then": "REVIEW", **RULE, "label": "Look"}]
    facts = {"open": "status is undisposed"}
    decision = explained(
        rulebook.catalogue, conviction(status="undisposed"), facts=facts, flow=flow
    )
    assert decision.missing[0].startswith(rulebook.catalogue["conviction"]["status"].label)


def test_a_sentence_names_no_param_and_the_list_of_facts_does(rulebook: Rulebook) -> None:
    facts = {"long_over": "sentence_end is at least split_years years before as-of"}
    flow = [{"rule": "long", "when": "long_over", "then": {"ELIGIBLE": "dismiss"}, **RULE}]
    decision = explained(
        rulebook.catalogue,
        conviction(sentence_end=date(2004, 10, 10)),
        facts=facts,
        flow=flow,
        params={"split_years": {"value": 1, "cite": "a test"}},
    )
    assert decision.because == (
        "at least 1 year has passed since the end of the sentence "
        "(end of the sentence: 2004-10-10)",
    )
    assert decision.facts[0].said.startswith("at least 1 year (`split_years`)")
