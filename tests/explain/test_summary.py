"""The table on top of an explanation, and the words that stand once in place of in each block."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import Row
from rich.console import Console

from clearance.explain.decision import OpenPetitions
from clearance.explain.model import (
    Event,
    ExplainedDecision,
    ExplainedFact,
    ExplainedUnit,
    Explanation,
    LaterDecision,
    UnreadField,
)
from clearance.explain.page import explanation_page
from clearance.explain.record import Record
from clearance.explain.render import show
from clearance.explain.summary import summary_of
from clearance.explain.words import answer
from clearance.publish.made_up import MADE_UP
from tests.support.axe import assert_page_serves_every_reader

AS_OF = date(2026, 11, 1)
DAY = date(2026, 11, 29)


def decision(unit: str, kind: str, outcome: str, **more: Any) -> ExplainedDecision:
    """A decision of a pack of a kind about a unit."""
    fields: dict[str, Any] = {
        "unit_id": unit,
        "pack": f"of_{kind}",
        "title": f"The {kind}, where a petition may be open",
        "version": "1",
        "kind": kind,
        "outcome": outcome,
        "relief": "grant_conviction_relief" if outcome in ("ELIGIBLE", "NOT_YET") else None,
        "reason": "WHY",
        "reason_text": f"Why {kind} says so",
        "rule": "a_rule",
        "cite": "PC 1",
        "facts": (),
        "eligible_on": DAY if outcome in ("ELIGIBLE", "NOT_YET") else None,
        "revisit_on": None,
        "changes": ("Only a change of the record or of the rules.",),
        "decided_as_of": AS_OF,
        "content_hash": "c0ffee" * 8,
    }
    return ExplainedDecision(**(fields | more))


def unit(unit_id: str, charge: str, **more: Any) -> ExplainedUnit:
    """A conviction of a charge."""
    dates = {"convicted": "2000-02-09"}
    fields: dict[str, Any] = {"dates": dates, "became": "convicted", **more}
    return ExplainedUnit(
        unit_id=unit_id,
        what="count",
        charge=charge,
        level="felony",
        county="YOLO",
        status="convicted",
        **fields,
    )


UNITS = (unit("P-1", "459 PC"), unit("P-2", "246 PC"), unit("P-3", "11359 HS"))


def explanation(*decisions: ExplainedDecision, **more: Any) -> Explanation:
    """An explanation of three convictions, with its summary."""
    plain = Explanation("P", "s1", AS_OF, UNITS, decisions, **more)
    return replace(plain, summary=summary_of(plain))


def lines(made: Explanation) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """The summary's answers with their entries, by group."""
    return {
        group.group: [(line.text, line.entries) for line in group.lines] for group in made.summary
    }


def printed(made: Explanation, *, everything: bool = False) -> str:
    page = io.StringIO()
    show(made, Console(file=page, width=80, no_color=True), everything=everything)
    return page.getvalue()


def test_each_kind_of_answer_has_its_group() -> None:
    review = LaterDecision(DAY, "REVIEW", None, "R", "A petition may be open", "PC 2", same=False)
    made = explanation(
        decision("P-1", "law", "ELIGIBLE"),
        decision("P-2", "effect", "NOT_YET"),
        decision("P-1", "pointer", "REVIEW"),
        decision("P-2", "pointer", "NOT_ELIGIBLE", later=review),
        decision("P-3", "law", "REVIEW", missing=("the end (from the court)",)),
        decision("P-3", "pointer", "REVIEW", rule="unknown", missing=("the end (from the court)",)),
        decision("P-1", "policy", "ELIGIBLE"),
        decision("P-1", "scenario", "ELIGIBLE"),
    )
    first, second, third = (f"{u.charge} (convicted 2000-02-09)" for u in UNITS)
    assert lines(made) == {
        "automatic_now": [("conviction relief since 2026-11-29 (PC 1)", (first,))],
        "automatic_later": [("conviction relief from 2026-11-29 on (PC 1)", (second,))],
        "court_now": [("Why pointer says so (PC 1).", (first,))],
        "court_later": [("from 2026-11-29 on: A petition may be open (PC 2).", (second,))],
        "open": [
            ("The law: Why law says so (PC 1). To know: the end (from the court).", (third,)),
            (
                "The pointer: Why pointer says so (PC 1). To know: the end (from the court).",
                (third,),
            ),
        ],
        "policy": [("The policy: conviction relief.", (first,))],
        "scenario": [("The scenario: conviction relief.", (first,))],
    }


def test_a_group_without_an_answer_says_nothing_and_a_unit_without_one_stands_in_its_own() -> None:
    made = explanation(
        decision("P-1", "law", "NOT_ELIGIBLE"), decision("P-1", "pointer", "NOT_ELIGIBLE")
    )
    found = lines(made)
    assert found["automatic_now"] == found["court_now"] == found["open"] == []
    assert found["none"] == [
        ("The law: Why law says so (PC 1).", ("459 PC (convicted 2000-02-09)",))
    ]


def test_one_answer_about_several_entries_is_one_line() -> None:
    twice = (unit("P-1", "459 PC"), unit("P-2", "459 PC"), unit("P-3", "246 PC"))
    plain = Explanation(
        *("P", "s1", AS_OF, twice),
        tuple(decision(f"P-{n}", "law", "ELIGIBLE") for n in (1, 2, 3)),
    )
    (line,) = summary_of(plain)[0].lines
    assert line.unit_ids == ("P-1", "P-2", "P-3")
    assert line.entries == (
        "2 counts of 459 PC (convicted 2000-02-09)",
        "246 PC (convicted 2000-02-09)",
    )


def test_the_table_is_on_the_terminal_on_the_page_and_in_the_document() -> None:
    made = explanation(decision("P-1", "law", "ELIGIBLE"))
    for text in (printed(made), explanation_page(made)):
        assert text.index("In short") < text.index("Automatic now") < text.index("Why law says so")
    (first, *_) = json.loads(json.dumps(made.as_dict()))["summary"]
    assert (first["group"], first["lines"][0]["on"]) == ("automatic_now", "2026-11-29")


def test_in_a_browser_the_page_fits_its_width_and_axe_core_finds_nothing(tmp_path: Path) -> None:
    fact = ExplainedFact("a_fact", "a column is given", "holds", "the column is given")
    made = explanation(
        decision("P-1", "law", "ELIGIBLE", facts=(fact,), because=("the column is given",)),
        decision("P-2", "pointer", "REVIEW", missing=("the plea (from the court)",)),
        timeline=(Event(DAY, "convicted of 459 PC", "P-1"),),
        unread=(UnreadField("P-3", "11359 HS", "sentence", "no number", True),),
        made_up=True,
    )
    path = tmp_path / "person.html"
    path.write_text(explanation_page(made), encoding="utf-8")
    assert_page_serves_every_reader(path)


def test_relief_to_come_is_said_plainly() -> None:
    later = decision("P-1", "law", "NOT_YET")
    assert answer(later) == "Not yet: conviction relief from 2026-11-29 on."


def test_entries_that_no_pack_is_about_are_one_line_at_the_end() -> None:
    text = printed(explanation(decision("P-1", "law", "ELIGIBLE")))
    assert text.count("No pack is about") == 1
    assert "No pack is about: 246 PC, convicted; 11359 HS, convicted." in text


def test_the_hash_of_a_review_is_shown_with_every_fact_only() -> None:
    made = explanation(decision("P-1", "law", "REVIEW"))
    assert "c0ffee" not in printed(made)
    assert "content hash" in printed(made, everything=True)
    assert made.as_dict()["decisions"][0]["content_hash"].startswith("c0ffee")


def test_a_heading_says_once_that_a_court_is_asked_and_petitions_are_named_once() -> None:
    open_words = "not by automatic review; a petition may be open: Dismissal"
    made = explanation(
        decision("P-1", "law", "NOT_ELIGIBLE", in_words=open_words),
        decision("P-1", "law", "NOT_ELIGIBLE", in_words=open_words, pack="another"),
        decision("P-1", "pointer", "REVIEW"),
        decision("P-1", "pointer", "NOT_ELIGIBLE", pack="another_pointer"),
    )
    for text in (printed(made), explanation_page(made)):
        assert text.count("Where a person may ask a court") == 1
        assert text.count("Not by automatic review; a petition may be open: Dismissal.") == 1


def test_made_up_people_are_labelled() -> None:
    made = explanation(decision("P-1", "law", "ELIGIBLE"), made_up=True)
    for text in (printed(made), explanation_page(made)):
        assert MADE_UP in " ".join(text.split())
    assert MADE_UP not in printed(explanation(decision("P-1", "law", "ELIGIBLE")))


NAMED = {
    ("law", "1"): (
        ("open", "Dismissal, where a petition may be open"),
        ("shut", "Another dismissal"),
        ("elsewhere", "A third"),
    )
}


def row(pack: str, kind: str, outcome: str) -> Row:
    return Row(unit_id="P-1", pack=pack, pack_version="1", kind=kind, outcome=outcome)


def test_only_petitions_whose_own_decision_is_no_no_are_named() -> None:
    no = row("law", "law", "NOT_ELIGIBLE")
    pointers = [row("open", "pointer", "REVIEW"), row("shut", "pointer", "NOT_ELIGIBLE")]
    decided = {"law", "open", "shut", "elsewhere"}
    found = OpenPetitions.of([no, *pointers], NAMED, decided=decided)
    assert found.after(no) == "not by automatic review; a petition may be open: Dismissal"
    shut = OpenPetitions.of([no, pointers[1]], NAMED, decided=decided)
    assert shut.after(no) == "not by automatic review; none of the petitions looked at is open"
    # Of what no sweep decided nothing is known.
    partly = OpenPetitions.of([no], NAMED, decided={"law", "open", "shut"})
    assert partly.after(no) == "not by automatic review; a petition may be open: A third"


def test_an_arrest_says_what_became_of_it() -> None:
    arrest = {
        "unit_id": "P-101001",
        "county": "YOLO",
        "level": "F",
        "arrest_date": AS_OF,
        "arrest_statuses": ["undisposed"],
        "court_statuses": ["dismissed", "acquitted"],
        "court_step_in_cycle": True,
        "conviction_in_cycle": False,
    }
    became = [
        Record((), (arrest | changes,)).units()[0].became
        for changes in (
            {"conviction_in_cycle": True},
            {},
            {"court_step_in_cycle": False},
        )
    ]
    assert became == [
        "led to a conviction",
        "in court: acquitted, dismissed",
        "no outcome on record",
    ]
