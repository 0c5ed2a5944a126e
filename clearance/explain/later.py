"""The later decisions about a unit if only time passes, decided in plain Python day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pyspark.sql import Row

from clearance.explain.model import LaterDecision
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.oracle import Determination, decide

# Each fact of a pack changes on one day at most; more days than this are a fault of the pack.
_DAYS = 200


def decisions_to_come(
    row: Row, resolved: ResolvedPack | None, values: Mapping[str, Any], as_of: date
) -> tuple[Determination, ...] | None:
    """The determinations of a unit on each day on which time changes a fact behind it.

    Args:
        row: of `determinations`.
        resolved: the pack as it was used; None if today's rules cannot parse it.
        values: the unit's row.
        as_of: the date of the sweep that decided.

    Returns:
        The determinations by day, the first of `as_of`; None if the first differs from the row,
        since an office decided in a review or the pack or the unit cannot be decided today.
    """
    if resolved is None or not resolved.columns <= values.keys():
        return None
    today = decide(resolved, values, as_of)
    if today is None or _answer(today) != _answer(row):
        return None
    determinations = [today]
    while (day := determinations[-1].revisit_on) is not None and len(determinations) < _DAYS:
        determination = decide(resolved, values, day)
        if determination is None:
            return None
        determinations.append(determination)
    return tuple(determinations)


def later_decision(
    to_come: tuple[Determination, ...], reason_text: Mapping[str, str]
) -> LaterDecision | None:
    """The first decision with another outcome or relief; else another clause for the same relief.

    Args:
        to_come: see `decisions_to_come`.
        reason_text: the text by reason code.

    Returns:
        None where only facts change, or only the clause of a decision without relief.
    """
    today, *later = to_come
    days = [decision.revisit_on for decision in to_come[:-1]]
    dated = [(day, decision) for day, decision in zip(days, later, strict=True) if day is not None]
    for day, decision in dated:
        if (decision.outcome, decision.relief) != (today.outcome, today.relief):
            return _later_decision(decision, day, reason_text, same=False)
    for day, decision in dated:
        other_clause = (decision.rule, decision.cite) != (today.rule, today.cite)
        if today.outcome == "ELIGIBLE" and other_clause:
            return _later_decision(decision, day, reason_text, same=True)
    return None


def _later_decision(
    decision: Determination, day: date, reason_text: Mapping[str, str], *, same: bool
) -> LaterDecision:
    return LaterDecision(
        on=day,
        outcome=decision.outcome,
        relief=decision.relief,
        reason=decision.reason,
        reason_text=reason_text.get(decision.reason, decision.reason),
        cite=decision.cite,
        same=same,
    )


def _answer(decision: Determination | Row) -> tuple[Any, ...]:
    return (
        *(decision.outcome, decision.relief, decision.rule),
        *(decision.eligible_on, decision.revisit_on),
    )
