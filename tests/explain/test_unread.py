"""A field that cannot be read is named: whose it is, which one, and what is wrong with it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clearance.explain.record import Record
from clearance.explain.unread import field_words, unread_behind, unread_fields
from clearance.rulebook.loading.load import Rulebook
from tests.explain.decided import RULE, UNIT, conviction, explained

UNREAD_SENTENCE = conviction(
    unit_id="P-103002002000",
    charge="1320(A) PC",
    sentence_unread=True,
    sentence_end=None,
    sentence_basis="unknown: text that cannot be read",
    unread_on_record=True,
    quality=["UNKNOWN_SENTENCE_UNIT"],
)
NAMED = (
    "the sentence of 1320(A) PC, convicted 2000-10-10, YOLO: "
    "the unit of a sentence is none of day, month, year"
)


@pytest.mark.parametrize(
    ("changes", "field", "holds_up"),
    [
        ({"sentence_unread": True}, "sentence", True),
        ({"sentence_unread": True, "set_aside": True}, "sentence", False),
        ({"quality": ["DOUBTFUL_DISPOSITION"]}, "outcome", True),
        (
            {"convicted": False, "status": "unknown", "quality": ["UNKNOWN_DISPOSITION"]},
            "outcome",
            True,
        ),
        ({"convicted": False, "status": "unknown"}, "outcome", False),
        ({"conviction_date": None, "quality": ["BAD_DISPOSITION_DATE"]}, "date", True),
        (
            {"convicted": False, "status": "undisposed", "step_kind": "unknown"},
            "kind of step",
            True,
        ),
        ({"section": None, "charge": None, "quality": ["UNPARSED_CHARGE"]}, "charge", False),
        ({"level": None, "quality": ["CONVICTION_WITHOUT_LEVEL"]}, "level", False),
    ],
)
def test_each_kind_of_field_is_told_from_the_others(
    changes: dict[str, Any], field: str, holds_up: bool
) -> None:
    (found,) = unread_fields(conviction(**changes))
    assert (found.field, found.holds_up) == (field, holds_up)


def test_a_record_that_can_be_read_has_no_such_field() -> None:
    assert list(unread_fields(conviction())) == []


def test_what_is_no_charge_is_not_named() -> None:
    row = conviction(section=None, charge=None, quality=["NOT_A_CHARGE", "UNPARSED_CHARGE"])
    assert list(unread_fields(row)) == []


def test_an_outcome_without_a_flag_is_named_only_where_nothing_surer_is() -> None:
    vague = conviction(unit_id="P-2", convicted=False, status="unknown")
    fields = [*unread_fields(vague), *unread_fields(UNREAD_SENTENCE)]
    assert [f.field for f in unread_behind("unread_on_record", UNIT, fields)] == ["sentence"]
    alone = tuple(unread_fields(vague))
    assert unread_behind("unread_on_record", UNIT, alone) == alone


def test_the_paragraph_names_the_entry_behind_a_record_that_cannot_be_read(
    rulebook: Rulebook,
) -> None:
    flow = [{"rule": "unread", "when": "unread", "then": "NOT_ELIGIBLE", **RULE}]
    decision = explained(
        rulebook.catalogue,
        conviction(unread_on_record=True),
        unread=tuple(unread_fields(UNREAD_SENTENCE)),
        facts={"unread": "unread_on_record is yes"},
        flow=flow,
        unknown={"counts_as": "not_holding"},
    )
    assert decision.because == (f"a sentence or an outcome on record cannot be read ({NAMED})",)
    (missing,) = decision.missing
    assert missing.startswith(f"{NAMED} (from the court or agency")
    assert decision.changes == (f"To know: {missing}.",)


def test_an_end_that_is_not_known_says_why(rulebook: Rulebook) -> None:
    flow = [{"rule": "unknown_end", "when": {"not": "ends"}, "then": "NOT_ELIGIBLE", **RULE}]
    row = conviction(sentence_end=None, sentence_basis="unknown: no sentence recorded")
    decision = explained(
        rulebook.catalogue, row, facts={"ends": "sentence_end is known"}, flow=flow
    )
    assert decision.because == ("the end of the sentence is not known (no sentence recorded)",)
    assert decision.missing[0].startswith("end of the sentence (from the court or agency")


def test_the_timeline_names_the_sentence_that_cannot_be_read() -> None:
    readable = conviction(sentence_end=date(2002, 4, 2), sentence_basis="probation")
    record = Record((readable, UNREAD_SENTENCE), ())
    assert [event.what for event in record.timeline()] == [
        "convicted of 245(A)(1) PC, felony, YOLO",
        "convicted of 1320(A) PC, felony, YOLO; its sentence cannot be read",
        "sentence for 245(A)(1) PC ends (probation)",
    ]
    assert [field_words(field) for field in record.unread] == [NAMED]


def test_the_timeline_says_why_an_end_is_not_known() -> None:
    row = conviction(sentence_end=None, sentence_basis="unknown: probation length missing")
    (event,) = Record((row,), ()).timeline()
    assert event.what.endswith("; the end of its sentence is not known: probation length missing")
