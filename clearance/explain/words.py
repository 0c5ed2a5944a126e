"""Texts of an explanation that the terminal and the page share."""

from __future__ import annotations

from collections.abc import Iterator

from clearance.explain.model import (
    ExplainedDecision,
    ExplainedSweep,
    ExplainedUnit,
    Explanation,
    LaterDecision,
)
from clearance.explain.unread import each_once, field_words
from clearance.publish.made_up import MADE_UP
from clearance.rulebook.english.prose import RELIEFS

# The headings over the decisions of a unit, by kind of pack, in the order shown.
KINDS = {
    "law": "By law, without anybody asking",
    "effect": "By the law itself, or whoever keeps the record: nobody grants it",
    "pointer": "Where a person may ask a court: nothing is granted here",
    "policy": "By an office's policy, which is no state law",
    "scenario": "Scenarios: what another rule would give, which is no law",
}
INCOMPLETE = (
    "The record is incomplete: a row of this person, or one beside a row of this person, could not "
    "be read and stands in `quarantine`. A later extract that brings the person without such a row "
    "makes it complete."
)
WHAT_IF = "A what-if: nothing is granted on this sweep."
SUMMARY = "In short"
NOTHING = "nothing"
TIMELINE = "What the record shows"
UNREAD = "What of it cannot be read"
NOT_DECIDED = "No pack is about"
_OUTCOMES = {
    "ELIGIBLE": "Eligible",
    "NOT_YET": "Not yet",
    "NOT_ELIGIBLE": "Not eligible",
    "REVIEW": "For a person to review",
}


def heading(explanation: Explanation) -> list[str]:
    """Lines with the person and the sweeps that decided; one line if there was one sweep."""
    who = f"Person {explanation.subject_id}"
    latest = ExplainedSweep(explanation.sweep_id, explanation.as_of, ())
    several = len(explanation.decided_by) > 1
    lines = [
        f"as of {sweep.as_of.isoformat()}, sweep {sweep.sweep_id}"
        + (f": {', '.join(sweep.packs)}" if several else "")
        for sweep in explanation.decided_by or (latest,)
    ]
    return [who, *lines] if several else [f"{who}, {lines[0]}"]


def remarks(explanation: Explanation) -> list[str]:
    """Remarks on the whole explanation: made-up people, an incomplete record, a what-if."""
    remarks = (
        (MADE_UP, explanation.made_up),
        (INCOMPLETE, explanation.incomplete),
        (WHAT_IF, explanation.what_if),
    )
    return [remark for remark, holds in remarks if holds]


def unread_lines(explanation: Explanation) -> tuple[str, ...]:
    """One line for each field of the record that cannot be read."""
    lines = (field_words(field) for field in explanation.unread)
    return each_once(f"{line[:1].upper()}{line[1:]}" for line in lines)


def unit_line(unit: ExplainedUnit) -> str:
    """A unit in one line: charge, level, county and outcome."""
    head = unit.charge or "Arrest"
    arrest = "arrest, " if unit.what == "arrest" and unit.charge else ""
    became = unit.status if unit.became is None else unit.became
    return f"{head}, {arrest}{unit.level}, {unit.county}, {became}"


def not_decided(explanation: Explanation) -> str:
    """One line that names the units without a decision; empty if there are none."""
    decided = {decision.unit_id for decision in explanation.decisions}
    lines = [
        f"{unit.charge or 'an arrest'}, {became}" + (f" {day}" if day else "")
        for unit in explanation.units
        if unit.unit_id not in decided
        for became in [unit.became or unit.status]
        for day in [unit.dates.get("arrested")]
    ]
    return f"{NOT_DECIDED}: {'; '.join(each_once(lines))}." if lines else ""


def by_kind(
    explanation: Explanation, unit_id: str
) -> Iterator[tuple[str, list[ExplainedDecision]]]:
    """The decisions about a unit under the heading of their kind; no heading without decisions."""
    decisions = explanation.of(unit_id)
    for kind in each_once([*KINDS, *(decision.kind for decision in decisions)]):
        if of_kind := [decision for decision in decisions if decision.kind == kind]:
            yield KINDS.get(kind, kind), of_kind


def petitions_open(decisions: list[ExplainedDecision]) -> list[str]:
    """Sentences on the petitions that NOT_ELIGIBLE of automatic law leaves open, each once."""
    open_petitions = each_once(decision.in_words for decision in decisions if decision.in_words)
    return [f"{words[:1].upper()}{words[1:]}." for words in open_petitions]


def answer(decision: ExplainedDecision) -> str:
    """The decision as a sentence: outcome, relief, and the day from which it is eligible."""
    outcome = _OUTCOMES.get(decision.outcome, decision.outcome)
    relief_words = relief(decision.relief)
    day = decision.eligible_on.isoformat() if decision.eligible_on else None
    if decision.outcome == "NOT_YET":
        return f"{outcome}: {relief_words or 'eligible'}{f' from {day} on' if day else ''}."
    since = f" since {day}" if day and decision.outcome == "ELIGIBLE" else ""
    return f"{outcome}{f' for {relief_words}' if relief_words else ''}{since}."


def relief(name: str | None) -> str:
    """A relief in words; empty without one."""
    return RELIEFS.get(name or "", name or "")


def time_alone(decision: LaterDecision) -> str:
    """A sentence on the later decision that time alone brings."""
    day = decision.on.isoformat()
    if decision.same:
        return f"Time alone: another clause gives the same relief from {day} on."
    relief_words = relief(decision.relief)
    outcome = _OUTCOMES.get(decision.outcome, decision.outcome).lower()
    text = decision.reason_text.rstrip(".")
    becomes = f"{outcome}{f' for {relief_words}' if relief_words else ''}"
    return f"Time alone: becomes: {becomes}, on {day}. {text} ({decision.cite})."


def why(decision: ExplainedDecision) -> str:
    """The reason in words, with its cite."""
    return f"{decision.reason_text.rstrip('.')} ({decision.cite})."


def rests_on(decision: ExplainedDecision) -> str:
    """The statements that decided, as one sentence; empty if there are none."""
    return f"Because {'; '.join(decision.because)}." if decision.because else ""


def how_to_ask(decision: ExplainedDecision) -> str:
    """Where and how a court is asked, as one text; empty if no court may be asked."""
    return f"How to ask: {' '.join(decision.how_to_ask)}" if decision.how_to_ask else ""


def source(decision: ExplainedDecision, *, everything: bool) -> str:
    """The pack, rule and reason code of a decision.

    Args:
        decision: the decision.
        everything: whether to name the hash by which the feed `reviews` decides a REVIEW.
    """
    text = f"{decision.pack} {decision.version}, rule {decision.rule} [{decision.reason}]"
    hashed = everything and decision.outcome == "REVIEW"
    return f"{text}, content hash {decision.content_hash}" if hashed else text


def short_title(title: str) -> str:
    """A pack's title without its words on petitions."""
    return title.partition(", where a ")[0]
