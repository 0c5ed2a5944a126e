"""The decisions about a person as one table: automatic, by petition, open, by policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from clearance.explain.model import (
    ExplainedDecision,
    ExplainedUnit,
    Explanation,
    SummaryGroup,
    SummaryLine,
)
from clearance.explain.record import LED_TO_A_CONVICTION
from clearance.explain.words import relief, short_title, why
from clearance.rulebook.english.because import UNKNOWN

AUTOMATIC = ("law", "effect")
# The groups in their order. The groups in `ALWAYS` are shown even when they are empty.
GROUPS = {
    "automatic_now": "Automatic now",
    "automatic_later": "Automatic on a date",
    "court_now": "May ask a court now",
    "court_later": "May ask a court on a date",
    "open": "For review, or unknown: what is missing, and who could supply it",
    "policy": "By an office's policy (no state law)",
    "scenario": "Scenario (what-if, no law)",
    "none": "Nothing now",
}
ALWAYS = ("automatic_now", "automatic_later", "court_now", "open")


def summary_of(explanation: Explanation) -> tuple[SummaryGroup, ...]:
    """The decisions as groups of lines; an empty group is left out unless it is in `ALWAYS`.

    Args:
        explanation: the explanation of one person, without a summary.
    """
    units = {unit.unit_id: unit for unit in explanation.units}
    grouped: dict[str, list[tuple[ExplainedDecision, SummaryLine]]] = {}
    for decision in explanation.decisions:
        group = _group(decision)
        if group is not None:
            line = _line(decision, group)
            grouped.setdefault(group, []).append((decision, line))
    answered = {decision.unit_id for pairs in grouped.values() for decision, _ in pairs}
    for decision in _noes(explanation, answered):
        grouped.setdefault("none", []).append((decision, _line(decision, "none")))
    return tuple(
        SummaryGroup(group, heading, tuple(_merged(grouped.get(group, []), units)))
        for group, heading in GROUPS.items()
        if group in ALWAYS or group in grouped
    )


def entry_of(unit: ExplainedUnit) -> str:
    """A unit in a few words: charge and day."""
    charge = unit.charge or "no charge on record"
    if unit.what == "arrest":
        day = unit.dates.get("arrested")
        return f"arrest{f' of {day}' if day else ''} ({charge})"
    day = unit.dates.get("convicted")
    return f"{charge} ({f'convicted {day}' if day else unit.became or unit.status})"


def _group(decision: ExplainedDecision) -> str | None:
    """The group of a decision; None for NOT_ELIGIBLE without a missing fact."""
    outcome = decision.outcome
    if decision.kind in ("policy", "scenario"):
        return None if outcome == "NOT_ELIGIBLE" else decision.kind
    if decision.kind in AUTOMATIC and outcome in ("ELIGIBLE", "NOT_YET"):
        return "automatic_now" if outcome == "ELIGIBLE" else "automatic_later"
    if decision.rule == UNKNOWN or (decision.missing and outcome == "NOT_ELIGIBLE"):
        return "open"
    if decision.kind in AUTOMATIC:
        return "open" if outcome == "REVIEW" else None
    if outcome in ("REVIEW", "ELIGIBLE"):
        return "court_now"
    later = decision.later
    return "court_later" if later is not None and later.outcome in ("REVIEW", "ELIGIBLE") else None


def _noes(explanation: Explanation, answered: set[str]) -> Iterator[ExplainedDecision]:
    """The first decision of automatic law for each unit in no other group.

    An arrest that led to a conviction is left out, since the conviction has its own line.
    """
    for unit in explanation.units:
        if unit.unit_id not in answered and unit.became != LED_TO_A_CONVICTION:
            decisions = explanation.of(unit.unit_id)
            yield from [decision for decision in decisions if decision.kind in AUTOMATIC][:1]


def _line(decision: ExplainedDecision, group: str) -> SummaryLine:
    on = decision.eligible_on if group != "open" and group != "court_now" else None
    if group == "court_later" and decision.later is not None:
        on = decision.later.on
    return SummaryLine(
        text=_text(decision, group),
        pack=decision.pack,
        kind=decision.kind,
        on=on,
        missing=decision.missing,
        unit_ids=(),
        entries=(),
    )


def _text(decision: ExplainedDecision, group: str) -> str:
    relief_words = relief(decision.relief) or "eligible"
    day = decision.eligible_on.isoformat() if decision.eligible_on else None
    to_know = f" To know: {'; '.join(decision.missing)}." if decision.missing else ""
    if group == "automatic_now":
        return f"{relief_words}{f' since {day}' if day else ''} ({decision.cite})"
    if group == "automatic_later":
        return f"{relief_words}{f' from {day} on' if day else ''} ({decision.cite})"
    if group == "court_later" and (later := decision.later) is not None:
        return f"from {later.on.isoformat()} on: {later.reason_text.rstrip('.')} ({later.cite})."
    if group in ("open", "none"):
        return f"{short_title(decision.title)}: {why(decision)}{to_know}"
    if group == "court_now":
        return f"{why(decision)}{to_know}"
    outcome = {"REVIEW": "for a person to review"}.get(decision.outcome, relief_words)
    return f"{short_title(decision.title)}: {outcome}."


def _merged(
    pairs: list[tuple[ExplainedDecision, SummaryLine]], units: Mapping[str, ExplainedUnit]
) -> Iterator[SummaryLine]:
    """The lines; lines of one pack with the same text are one line with the entries of all."""
    pairs_by_text: dict[tuple[str, str], list[tuple[ExplainedDecision, SummaryLine]]] = {}
    for decision, line in pairs:
        pairs_by_text.setdefault((line.pack, line.text), []).append((decision, line))
    for equal_pairs in pairs_by_text.values():
        unit_ids = tuple(decision.unit_id for decision, _ in equal_pairs)
        counted = Counter(entry_of(units[i]) if i in units else i for i in unit_ids)
        first = equal_pairs[0][1]
        yield SummaryLine(
            text=first.text,
            pack=first.pack,
            kind=first.kind,
            on=first.on,
            missing=first.missing,
            unit_ids=unit_ids,
            entries=tuple(
                entry if count == 1 else f"{count} counts of {entry}"
                for entry, count in counted.items()
            ),
        )
