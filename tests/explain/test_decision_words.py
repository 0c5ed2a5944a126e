"""An explained decision: facts as sentences, and what a no of automatic law leaves open."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from clearance.explain.model import ExplainedDecision, ExplainedFact, Explanation
from clearance.explain.render import render
from clearance.explain.statements import ReadPack
from clearance.rulebook.english.decision import (
    answer_in_words,
    read_todays_rules,
    stored_pack,
)
from clearance.rulebook.english.office_words import PackWords
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.loading.stored import stored_text
from tests.support.rulebook.packs import bound_pack, small_pack

PETITIONS = ("pc1203_4: Dismissal after probation", "pc17_b: A wobbler made a misdemeanor")


@pytest.mark.parametrize(
    ("kind", "outcome", "said"),
    [
        ("law", "NOT_ELIGIBLE", "not by automatic review; a petition may be open: pc1203_4: "),
        ("law", "NOT_YET", None),
        ("law", "ELIGIBLE", None),
        ("policy", "NOT_ELIGIBLE", None),
        ("pointer", "NOT_ELIGIBLE", None),
    ],
)
def test_only_a_no_of_automatic_law_leaves_a_petition_open(
    kind: str, outcome: str, said: str | None
) -> None:
    answer = answer_in_words(kind=kind, outcome=outcome, petitions=PETITIONS)
    assert answer is None if said is None else str(answer).startswith(said)
    if answer is not None:
        assert answer.endswith("; pc17_b: A wobbler made a misdemeanor")


def test_a_pack_that_names_no_petition_still_says_that_one_may_be_open() -> None:
    answer = answer_in_words(kind="law", outcome="NOT_ELIGIBLE", petitions=())
    assert answer == "not by automatic review; a petition may be open"


def test_the_facts_of_a_stored_pack_are_sentences(rulebook: Rulebook) -> None:
    facts = {"over": "registration is until", "probation": "probation_granted is yes"}
    both = [{**small_pack()["flow"][0], "when": {"all": ["over", "probation"]}}]
    bound = bound_pack(rulebook.catalogue, facts=facts, flow=both)
    text = stored_text(bound, text=yaml.safe_dump(small_pack(facts=facts, flow=both)))
    pack = ReadPack.of(PackWords("small", "1", "Small"), text, rulebook.catalogue)
    assert {name: (said.yes, said.no) for name, said in pack.statements.items()} == {
        "over": ("the registration under PC 290 ends on a known day", pack.statements["over"].no),
        "probation": ("probation was granted", "no probation was granted"),
    }


def test_a_stored_pack_that_asks_what_there_is_no_longer_has_no_sentences(
    rulebook: Rulebook,
) -> None:
    text = yaml.safe_dump(small_pack(facts={"over": "a_column_of_old is yes"}))
    assert stored_pack(text, rulebook.catalogue) is None
    assert stored_pack("", rulebook.catalogue) is None


def test_a_folder_that_is_not_there_names_no_petition(tmp_path: Path) -> None:
    assert read_todays_rules(tmp_path / "none") == ({}, {}, {})


def test_the_explanation_prints_the_sentence_and_the_petition() -> None:
    decision = ExplainedDecision(
        unit_id="P-1",
        pack="pc1203_425",
        title="Convictions",
        version="2024-10-01",
        kind="law",
        outcome="NOT_ELIGIBLE",
        relief=None,
        reason="REGISTERED",
        reason_text="Registered",
        rule="registered",
        cite="PC 1203.425",
        facts=(
            ExplainedFact("until", "registration is until", "yes", "the registration ends"),
            ExplainedFact("old", "age is 3", "no"),
        ),
        eligible_on=None,
        revisit_on=None,
        changes=(),
        decided_as_of=date(2026, 11, 1),
        content_hash="",
        in_words=answer_in_words(kind="law", outcome="NOT_ELIGIBLE", petitions=PETITIONS),
    )
    shown = io.StringIO()
    console = Console(file=shown, width=200)
    made = Explanation("P", "sweep", date(2026, 11, 1), units=(), decisions=(decision,))
    console.print(render(made, everything=True), highlight=False)
    text = shown.getvalue()
    assert "Not by automatic review; a petition may be open: pc1203_4: Dismissal" in text
    assert "the registration ends: yes" in text
    assert "registration is until" not in text
    assert "age is 3: no" in text
