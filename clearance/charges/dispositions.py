"""Dispositions: what a text does, and what a count's dispositions make of it together."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.charges.programmes import citing
from clearance.charges.record_rules import MODIFYING, DispositionRule, Ending, RecordRules, Refusal

CONVICTS = "convicts"

# The status that each gives a count without a conviction; a conviction is undone by none of them.
ENDINGS: dict[Ending, str] = {
    "dismisses": "dismissed",
    "acquits": "acquitted",
    "rejects": "rejected",
    "releases": "released",
    "diverts": "diverted",
    "diverts_unlisted": "diverted",
    "completes_diversion": "diversion_completed",
    "ends_diversion": "undisposed",
}
# What may be asked for and denied: each is in the person's favour.
_DENIABLE = ("sets_aside", "relieves", "pardons", "certifies", "reduces", "reinstates")
_STATUS_AFTER = {"sets_aside": "set_aside", "relieves": "relieved", "pardons": "pardoned"}


def _fits(text: Column, rule: DispositionRule) -> Column:
    if rule.text is not None:
        return text == rule.text
    if rule.starts_with is not None:
        begins = F.startswith(text, F.lit(rule.starts_with))
        if not rule.cites:
            return begins
        return begins & F.rlike(text, F.lit(citing(rule.starts_with, rule.cited)))
    return reduce(and_, (F.contains(text, F.lit(word)) for word in rule.contains))


def _refused(text: Column, refusals: tuple[Refusal, ...]) -> Column:
    """Whether the text says that what it names was not given."""

    def holds(refusal: Refusal) -> Column:
        words = "|".join(map(re.escape, refusal.words))
        whole = F.rlike(text, F.lit(rf"(?<![A-Z0-9])(?:{words})(?![A-Z0-9])"))
        if not refusal.unless:
            return whole
        beginnings = "|".join(map(re.escape, refusal.unless))
        return whole & ~F.rlike(text, F.lit(rf"(?<![A-Z0-9])(?:{beginnings})"))

    return reduce(or_, map(holds, refusals), F.lit(False))


def _first(
    text: Column,
    rules: tuple[DispositionRule, ...],
    answer: str,
    read: Callable[[str], Column] = F.lit,
) -> Column:
    """The answer of the first rule that fits; neighbours with one answer share a branch."""
    branches: list[tuple[str, Column]] = []
    for rule in rules:
        value, fits = getattr(rule, answer), _fits(text, rule)
        if branches and branches[-1][0] == value:
            branches[-1] = (value, branches[-1][1] | fits)
        else:
            branches.append((value, fits))
    chosen = F.when(F.lit(False), F.lit(None).cast("string"))
    for value, fits in branches:
        chosen = chosen.when(fits, read(value))
    return chosen


def effect_of(text: Column, *, rules: RecordRules) -> Column:
    """What the disposition does: an effect of the rules, `unknown`, or null where there is none.

    Args:
        text: DISP_DESCR as `fields.shouted` gives it, or null.
        rules: its dispositions in file order, the first that fits decides; and its refusals.
    """
    refused = _refused(text, rules.refusals)

    def given(effect: str) -> Column:
        if effect not in _DENIABLE:
            return F.lit(effect)
        return F.when(refused, F.lit("denies")).otherwise(F.lit(effect))

    known = _first(text, rules.dispositions, "effect", given)
    return F.when(text.isNotNull(), F.coalesce(known, F.lit("unknown")))


def reduced_level(text: Column, *, rules: RecordRules) -> Column:
    """The level that the disposition reduces its count to; null where it reduces nothing."""
    refused = _refused(text, rules.refusals)
    reducing = tuple(rule for rule in rules.dispositions if rule.level)
    return _first(text, reducing, "level", lambda level: F.when(~refused, F.lit(level)))


def record_order(effect: Column) -> Column:
    """Where a disposition stands among others of one order and date.

    What changes a conviction presupposes it, so it comes after; the rest comes in an order of
    its own so that the result does not depend on how the rows lay in the file.
    """
    return (
        F.when(effect.isin(*MODIFYING), 4)
        .when(effect == CONVICTS, 3)
        .when(effect.isin("diverts", "diverts_unlisted"), 1)
        .when(effect.isNull(), 0)
        .otherwise(2)
        .cast("int")
    )


def outcome(rows: Column, *, level: Column) -> Column:
    """What a count's dispositions, in record order, make of it.

    Args:
        rows: array of structs with at least `effect` and `reduced_to`, in record order.
        level: the level before any reduction.

    Returns:
        struct<status, convicted, set_aside, probation_revoked, level, contradicted>.
    """
    undecided = F.struct(
        F.lit("undisposed").alias("status"),
        F.lit(False).alias("listed_diversion"),
        F.lit(False).alias("convicted"),
        F.lit(False).alias("set_aside"),
        F.lit(False).alias("probation_revoked"),
        level.alias("level"),
        F.lit(False).alias("contradicted"),
    )
    return F.aggregate(rows, undecided, _after)


def _after(state: Column, row: Column) -> Column:
    effect = row["effect"]
    convicted = state["convicted"] | effect.eqNullSafe(CONVICTS)
    ending = effect.isin(*ENDINGS)
    return F.struct(
        _status_after(state, effect).alias("status"),
        F.coalesce(
            F.when(effect == "diverts", True).when(ending, False), state["listed_diversion"]
        ).alias("listed_diversion"),
        convicted.alias("convicted"),
        F.coalesce(
            F.when(effect == CONVICTS, False).when(
                state["convicted"] & effect.isin("sets_aside", "relieves"), True
            ),
            state["set_aside"],
        ).alias("set_aside"),
        F.coalesce(
            F.when(
                state["convicted"],
                F.when(effect == "revokes", True).when(effect == "reinstates", False),
            ),
            state["probation_revoked"],
        ).alias("probation_revoked"),
        F.when(state["convicted"] & (effect == "reduces"), row["reduced_to"])
        .otherwise(state["level"])
        .alias("level"),
        (state["contradicted"] | F.coalesce(convicted & ending, F.lit(False))).alias(
            "contradicted"
        ),
    )


def _status_after(state: Column, effect: Column) -> Column:
    unconvicted = ~state["convicted"]
    status = F.when(effect == CONVICTS, F.lit("convicted"))
    for name, word in _STATUS_AFTER.items():
        status = status.when(state["convicted"] & (effect == name), F.lit(word))
    completed = unconvicted & state["listed_diversion"] & (effect == "dismisses")
    status = status.when(completed, F.lit("diversion_completed"))
    for name, word in ENDINGS.items():
        status = status.when(unconvicted & (effect == name), F.lit(word))
    # A disposition is there, but not one that says what became of this count.
    unclear = (state["status"] == "undisposed") & effect.isin("unknown", *MODIFYING)
    return status.when(unclear, F.lit("unknown")).otherwise(state["status"])
