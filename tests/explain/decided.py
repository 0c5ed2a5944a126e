"""Small packs decided about one unit and explained, without Spark."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from pyspark.sql import Row

from clearance.explain.decision import explain_decision
from clearance.explain.model import ExplainedDecision, ExplainedUnit, UnreadField
from clearance.explain.statements import ExplainedPerson, ReadPack
from clearance.rulebook.english.fact_words import FactWords
from clearance.rulebook.english.office_words import PackWords
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.oracle import decide
from tests.support.rulebook.packs import bound_pack

AS_OF = date(2026, 11, 1)
UNIT = "P-101002001000"
REASONS = {
    "DISMISS_ALL_P64": "All of them",
    "NOT_IN_SCENARIO": "None of them",
    "MISSING_INFORMATION": "Missing information",
}

RULE = {"reason": "DISMISS_ALL_P64", "cite": "a test"}


def conviction(**changes: Any) -> dict[str, Any]:
    """A row of `charges`: a felony conviction; `changes` replace its columns."""
    row: dict[str, Any] = {
        "unit_id": UNIT,
        "county": "YOLO",
        "step_kind": "court",
        "charge": "245(A)(1) PC",
        "section": "245",
        "parsed": True,
        "level": "F",
        "tags": ["p64"],
        "status": "convicted",
        "convicted": True,
        "set_aside": False,
        "conviction_date": date(2000, 10, 10),
        "arrest_date": date(2000, 9, 18),
        "sentence_end": date(2004, 10, 10),
        "sentence_end_bounded": False,
        "sentence_basis": "prison",
        "sentence_unread": False,
        "unread_on_record": False,
        "conviction_earliest": None,
        "conviction_latest": None,
        "quality": [],
    }
    return row | changes


def explained(
    catalogue: Catalogue,
    values: dict[str, Any],
    *,
    unread: tuple[UnreadField, ...] = (),
    determined: dict[str, Any] | None = None,
    unit: ExplainedUnit | None = None,
    how_to_ask: tuple[str, ...] = (),
    **pack: Any,
) -> ExplainedDecision:
    """A small pack decided about a unit, explained.

    Args:
        catalogue: the columns.
        values: the unit's row.
        unread: the fields of the record that cannot be read.
        determined: columns of the determination that are not what the pack decides.
        unit: the unit in words.
        how_to_ask: what the section says of how a court is asked.
        pack: keys of the small pack that are replaced.
    """
    bound = bound_pack(catalogue, **pack)
    decided = decide(bound, values, AS_OF)
    assert decided is not None
    row = Row(
        unit_id=values["unit_id"],
        pack=bound.pack.pack,
        pack_version=bound.pack.version,
        kind=bound.pack.kind,
        content_hash="c0ffee",
        as_of=AS_OF,
        **(asdict(decided) | (determined or {})),
    )
    return explain_decision(
        row,
        read_pack(bound, catalogue),
        unit,
        values,
        person=ExplainedPerson(catalogue, REASONS, unread),
        as_of=AS_OF,
        in_words=None,
        how_to_ask=how_to_ask,
    )


def read_pack(bound: ResolvedPack, catalogue: Catalogue) -> ReadPack:
    """A pack as `explain` reads it from a store."""
    names = tuple(fact.name for fact in bound.facts)
    questions = {fact.name: fact.text for fact in bound.facts}
    words = PackWords("small", "1", "Small", facts=names, questions=questions)
    features = catalogue["conviction"]
    named, plain = FactWords(bound, features), FactWords(bound, features, names=False)
    return ReadPack(words, bound, named.all(), plain.all())
