"""Texts of an explanation that the terminal and the page share."""

from __future__ import annotations

from clearance.explain.model import ExplainedDecision, ExplainedSweep, ExplainedUnit, Explanation
from clearance.rulebook.english.prose import RELIEFS

OF_KIND = {
    "effect": "The law itself, or the custodian of the record, acts: nobody grants it.",
    "pointer": "Where a person may ask a court: nothing is granted here.",
}
INCOMPLETE = (
    "The record is incomplete: a row of this person, or one beside a row of this person, could not "
    "be read and stands in `quarantine`. A later extract that brings the person without such a row "
    "makes it complete."
)
WHAT_IF = "A what-if: nothing is granted on this sweep."
NOT_DECIDED = "No pack is about it."
_OUTCOMES = {
    "ELIGIBLE": "Eligible",
    "NOT_YET": "Not yet eligible",
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


def unit_line(unit: ExplainedUnit) -> str:
    """A unit in one line: charge, level, county, status."""
    head = unit.charge or "Arrest"
    arrest = "arrest, " if unit.what == "arrest" and unit.charge else ""
    return f"{head}, {arrest}{unit.level}, {unit.county}, {unit.status}"


def answer(decision: ExplainedDecision) -> str:
    """The decision as a sentence: outcome, relief, and the day from which it is eligible."""
    named = RELIEFS.get(decision.relief or "", decision.relief)
    relief = f" for {named}" if named else ""
    if decision.eligible_on is None or decision.outcome == "REVIEW":
        since = ""
    elif decision.outcome == "ELIGIBLE":
        since = f" since {decision.eligible_on.isoformat()}"
    else:
        since = f", but on {decision.eligible_on.isoformat()}"
    return f"{_OUTCOMES.get(decision.outcome, decision.outcome)}{relief}{since}."


def why(decision: ExplainedDecision) -> str:
    """The reason in words, with its cite."""
    return f"{decision.reason_text.rstrip('.')} ({decision.cite})."


def rests_on(decision: ExplainedDecision) -> str:
    """The statements that decided, as one sentence; empty if there are none."""
    return f"Because {'; '.join(decision.because)}." if decision.because else ""
