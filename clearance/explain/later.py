"""What time alone makes of a determination, decided in plain Python on each day it may change."""

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
    """The determinations of a unit on each day on which time changes what it rests on.

    Args:
        row: of `determinations`.
        resolved: the pack as it was used; None if today's rules cannot parse it.
        values: the unit's row.
        as_of: the date of the sweep that decided.

    Returns:
        The determinations by day, the first that of `as_of`; None if that is not the row's: the
        pack or the unit cannot be decided today, or an office decided in a review.
    """
    if resolved is None or not resolved.columns <= values.keys():
        return None
    today = decide(resolved, values, as_of)
    if today is None or _answer(today) != _answer(row):
        return None
    found = [today]
    while (day := found[-1].revisit_on) is not None and len(found) < _DAYS:
        then = decide(resolved, values, day)
        if then is None:
            return None
        found.append(then)
    return tuple(found)


def later_decision(
    to_come: tuple[Determination, ...], reason_text: Mapping[str, str]
) -> LaterDecision | None:
    """The first decision with another outcome or relief; else another clause for the same relief.

    Args:
        to_come: of `decisions_to_come`.
        reason_text: the text by reason code.

    Returns:
        None where only facts change, or the clause of an answer that gives no relief.
    """
    today, *others = to_come
    days = [decision.revisit_on for decision in to_come[:-1]]
    dated = [(day, then) for day, then in zip(days, others, strict=True) if day is not None]
    for day, then in dated:
        if (then.outcome, then.relief) != (today.outcome, today.relief):
            return _later(then, day, reason_text, same=False)
    for day, then in dated:
        if today.outcome == "ELIGIBLE" and (then.rule, then.cite) != (today.rule, today.cite):
            return _later(then, day, reason_text, same=True)
    return None


def _later(
    then: Determination, day: date, reason_text: Mapping[str, str], *, same: bool
) -> LaterDecision:
    return LaterDecision(
        on=day,
        outcome=then.outcome,
        relief=then.relief,
        reason=then.reason,
        reason_text=reason_text.get(then.reason, then.reason),
        cite=then.cite,
        same=same,
    )


def _answer(decided: Determination | Row) -> tuple[Any, ...]:
    return decided.outcome, decided.relief, decided.rule, decided.eligible_on, decided.revisit_on
