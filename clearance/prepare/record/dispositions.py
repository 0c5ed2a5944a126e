"""Dispositions: the effect of a text, and the outcome of a count from all its dispositions."""

from __future__ import annotations

import re
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.record.change_reader import ChangeReader
from clearance.prepare.record.disposition_rules import MODIFYING, DispositionRule, Ending
from clearance.prepare.record.rules import RecordRules
from clearance.prepare.statutes.programmes import citing_pattern, mentioning_pattern

CONVICTS, UNREAD = "convicts", "unknown"

# The status that each of these effects gives a count without a conviction.
ENDINGS: dict[Ending, str] = {
    "dismisses": "dismissed",
    "acquits": "acquitted",
    "rejects": "rejected",
    "releases": "released",
    "turns_over": "released",
    "diverts": "diverted",
    "diverts_unlisted": "diverted",
    "completes_diversion": "diversion_completed",
    "ends_diversion": "undisposed",
    "combines": "combined",
}
# Outcomes that a count may have without a conviction, and that a later disposition may undo.
_ENDED = ("dismissed", "acquitted", "rejected", "released", "diversion_completed")
_STATUS_AFTER = {
    "sets_aside": "set_aside",
    "voids": "voided",
    "relieves": "relieved",
    "pardons": "pardoned",
}
# Effects that leave open whether a conviction on the same count holds.
_UNCONVICTING = (
    *("dismisses", "acquits", "rejects"),
    *("diverts", "diverts_unlisted", "completes_diversion"),
)
UNDOING = ("undoes_relief", "undoes_reduction")
_RELIEFS = ("sets_aside", "voids", "relieves", "pardons", "certifies", "withdraws_plea")
# A change, and the effects with which the words of that change would be lost.
_LOST_BESIDE = {
    "revokes": (*_RELIEFS, "reduces", "denies"),
    "extends": ("revokes", "reinstates", "terminates"),
}
# Changes that presuppose a conviction. On a count without one the outcome is unknown.
_PRESUPPOSING = (
    *("sets_aside", "voids", "revokes", "reinstates", "modifies", "extends", "terminates"),
    *("resentences", "voids_sentence", "undoes_relief", "undoes_reduction"),
)
# The law of a change whose text names none.
NO_LAW = "none"


def _matches_rule(text: Column, rule: DispositionRule) -> Column:
    if rule.text is not None:
        return text == rule.text
    conditions = []
    if rule.starts_with is not None:
        conditions = [F.startswith(text, F.lit(rule.starts_with))]
        if rule.cites:
            conditions += [F.rlike(text, F.lit(citing_pattern(rule.starts_with, rule.cited)))]
    conditions += [F.contains(text, F.lit(word)) for word in rule.contains]
    if rule.in_order:
        conditions.append(F.rlike(text, F.lit(".*".join(map(re.escape, rule.contains)))))
    if rule.sections:
        # The plain search for a section's number spares most texts the pattern.
        numbers = {section.split(" ")[1] for section in rule.sections}
        has_number = reduce(or_, (F.contains(text, F.lit(number)) for number in sorted(numbers)))
        conditions += [has_number, F.rlike(text, F.lit(mentioning_pattern(rule.sections)))]
    return reduce(and_, conditions)


def _first_match(text: Column, rules: tuple[DispositionRule, ...], attribute: str) -> Column:
    """The attribute of the first rule that matches; a run of rules with one value is one branch."""
    branches: list[tuple[str, Column]] = []
    for rule in rules:
        value, matches = getattr(rule, attribute), _matches_rule(text, rule)
        if branches and branches[-1][0] == value:
            branches[-1] = (value, branches[-1][1] | matches)
        else:
            branches.append((value, matches))
    chosen = F.when(F.lit(False), F.lit(None).cast("string"))
    for value, matches in branches:
        chosen = chosen.when(matches, value)
    return chosen


def worded_effect(text: Column, *, rules: RecordRules) -> Column:
    """The effect of the first rule that matches a disposition text; null where no rule does.

    `effect_of` looks at the other words of the text, too.

    Args:
        text: DISP_DESCR as `fields.upper_cased` gives it, or null.
        rules: the record rules; the first of their dispositions that matches decides.
    """
    return F.when(text.isNotNull(), _first_match(text, rules.dispositions, "effect"))


def effect_of(text: Column, worded: Column, *, rules: RecordRules) -> Column:
    """The effect of a disposition: an effect of the rules, `unknown`, or null where it is blank.

    Args:
        text: DISP_DESCR as `fields.upper_cased` gives it, or null.
        worded: its `worded_effect`, as a column: it is used more than once.
        rules: the record rules, with the words of changes.
    """
    effect = ChangeReader(text, rules.changes).effect(worded)
    read = F.when(_has_two_changes(text, worded, rules), UNREAD).otherwise(effect)
    return F.when(text.isNotNull(), F.coalesce(read, F.lit(UNREAD)))


def _has_two_changes(text: Column, worded: Column, rules: RecordRules) -> Column:
    """Whether the text has the words of a second change, which the first rule would lose."""
    found = F.lit(False)
    for change, lost_beside in _LOST_BESIDE.items():
        of_change = [rule for rule in rules.dispositions if rule.effect == change]
        matches = reduce(or_, (_matches_rule(text, rule) for rule in of_change), F.lit(False))
        found = found | (worded.isin(*lost_beside) & matches)
    return found


def reduced_level(text: Column, effect: Column, *, rules: RecordRules) -> Column:
    """The level that the disposition reduces its count to; null where it reduces nothing.

    Args:
        text: DISP_DESCR as `fields.upper_cased` gives it, or null.
        effect: its `effect_of`.
        rules: the record rules.
    """
    reducing = tuple(rule for rule in rules.dispositions if rule.level)
    return F.when(effect == "reduces", _first_match(text, reducing, "level"))


def law_named(text: Column, effect: Column, *, rules: RecordRules) -> Column:
    """The law under which the disposition changes a conviction, a word of the rules; else null.

    Args:
        text: DISP_DESCR as `fields.upper_cased` gives it, or null.
        effect: its `effect_of`.
        rules: the record rules.
    """
    naming = tuple(rule for rule in rules.dispositions if rule.under)
    return F.when(effect.isin(*MODIFYING), _first_match(text, naming, "under"))


def record_order(effect: Column) -> Column:
    """The rank of a disposition among others of one order and date.

    A change of a conviction comes after the conviction, and so does a disposition that is not read,
    which may be a change. The ranks of the others make the result independent of the file's order.
    """
    return (
        F.when(effect == UNREAD, 5)
        .when(effect.isin(*MODIFYING), 4)
        .when(effect == CONVICTS, 3)
        .when(effect.isin("diverts", "diverts_unlisted"), 1)
        .when(effect.isNull(), 0)
        .otherwise(2)
        .cast("int")
    )


def outcome(rows: Column, *, level: Column) -> Column:
    """The outcome of a count from its dispositions in record order.

    Args:
        rows: array of structs with at least `effect`, `reduced_to` and `under`, in record order.
        level: the level before any reduction.

    Returns:
        struct<status, listed_diversion, convicted, set_aside, probation_revoked,
        probation_ever_revoked, level, contradicted, unread, reversed, presupposed, under>.
        `contradicted`: a conviction also ended otherwise. `unread`: a disposition that is not read
        may change the outcome. `reversed`: the conviction was reversed. `presupposed`: a change of
        a conviction that the count never had. `under`: the law of the latest change in force,
        `none` where no text names one.
    """
    in_order = F.aggregate(
        rows, _outcome_struct(level), lambda state, row: _next_state(state, row, level)
    )
    # Most counts have a single disposition, or none: they are spared the loop.
    return F.when(F.size(rows) < 2, _single_outcome(rows, level)).otherwise(in_order)


def _single_outcome(rows: Column, level: Column) -> Column:
    effect = F.get(rows, F.lit(0))["effect"]
    status = F.when(effect == CONVICTS, F.lit("convicted"))
    for ending, word in ENDINGS.items():
        status = status.when(effect == ending, F.lit(word))
    status = status.when(effect.isin(UNREAD, *MODIFYING), F.lit("unknown"))
    return _outcome_struct(
        level,
        status=status.otherwise(F.lit("undisposed")),
        listed_diversion=effect.eqNullSafe("diverts"),
        convicted=effect.eqNullSafe(CONVICTS),
        unread=effect.eqNullSafe(UNREAD),
    )


def _outcome_struct(level: Column, **known: Column) -> Column:
    """The outcome of a count without dispositions, except for the fields that are known."""
    fields = {
        "status": F.lit("undisposed"),
        "listed_diversion": F.lit(False),
        "convicted": F.lit(False),
        "set_aside": F.lit(False),
        "probation_revoked": F.lit(False),
        "probation_ever_revoked": F.lit(False),
        "level": level,
        "contradicted": F.lit(False),
        "unread": F.lit(False),
        "reversed": F.lit(False),
        "presupposed": F.lit(False),
        "under": F.lit(NO_LAW),
    } | known
    return F.struct(*[field.alias(name) for name, field in fields.items()])


def _next_state(state: Column, row: Column, level: Column) -> Column:
    """The outcome after one more disposition.

    Args:
        state: the outcome before it.
        row: the disposition.
        level: the level before any reduction.
    """
    effect = F.coalesce(row["effect"], F.lit("no_effect"))
    convicts, was_convicted = effect == CONVICTS, state["convicted"]
    ends = was_convicted & ~state["set_aside"] & effect.isin(*_UNCONVICTING)
    convicted = convicts | (was_convicted & ~ends & (effect != "reverses"))
    return F.struct(
        _status_after(state, effect).alias("status"),
        F.when(effect == "diverts", True)
        .when(effect.isin(*ENDINGS), False)
        .otherwise(state["listed_diversion"])
        .alias("listed_diversion"),
        convicted.alias("convicted"),
        F.when(convicts | (effect == "undoes_relief") | ~convicted, False)
        .when(effect.isin("sets_aside", "voids", "withdraws_plea", "relieves"), True)
        .otherwise(state["set_aside"])
        .alias("set_aside"),
        F.when(was_convicted & (effect == "revokes"), True)
        .when(was_convicted & (effect == "reinstates"), False)
        .otherwise(state["probation_revoked"])
        .alias("probation_revoked"),
        # Probation that is reinstated was revoked before, with or without a row.
        (
            state["probation_ever_revoked"] | (was_convicted & effect.isin("revokes", "reinstates"))
        ).alias("probation_ever_revoked"),
        F.when(was_convicted & (effect == "reduces"), row["reduced_to"])
        .when(was_convicted & (effect == "undoes_reduction"), level)
        .otherwise(state["level"])
        .alias("level"),
        (state["contradicted"] | ((was_convicted | convicts) & effect.isin(*ENDINGS))).alias(
            "contradicted"
        ),
        F.when(convicts, False)
        .otherwise(state["unread"] | ends | (effect == UNREAD))
        .alias("unread"),
        F.when(convicts, False)
        .otherwise(state["reversed"] | (was_convicted & (effect == "reverses")))
        .alias("reversed"),
        (_presupposes(state, effect) | (state["presupposed"] & ~convicts)).alias("presupposed"),
        F.when(convicts | effect.isin(*UNDOING), F.lit(NO_LAW))
        .when(was_convicted & (effect != "denies"), F.coalesce(row["under"], state["under"]))
        .otherwise(state["under"])
        .alias("under"),
    )


def _presupposes(state: Column, effect: Column) -> Column:
    """Whether the effect is a change of a conviction that the count never had."""
    return ~state["convicted"] & ~state["reversed"] & effect.isin(*_PRESUPPOSING)


def _status_after(state: Column, effect: Column) -> Column:
    """The status after one more disposition; a later branch holds where no earlier one does."""
    was_convicted, status = state["convicted"], state["status"]
    unread = (effect == UNREAD) | (
        state["unread"] & ~was_convicted & effect.isin(*ENDINGS, *MODIFYING)
    )
    after = F.when(effect == CONVICTS, F.lit("convicted")).when(unread, F.lit("unknown"))
    for name, word in {**_STATUS_AFTER, "withdraws_plea": "set_aside"}.items():
        after = after.when(was_convicted & (effect == name), F.lit(word))
    undone = was_convicted & state["set_aside"] & (effect == "undoes_relief")
    undone = undone | (was_convicted & (status == "pardoned") & (effect == "undoes_relief"))
    ends = was_convicted & ~state["set_aside"] & effect.isin(*_UNCONVICTING)
    after = after.when(undone, F.lit("convicted"))
    after = after.when(was_convicted & ((effect == "reverses") | ends), F.lit("unknown"))
    # A dismissal after the diversion completes it, and so does the withdrawal of a plea.
    diverted, completed = status == "diverted", status == "diversion_completed"
    dismissed = effect.isin("dismisses", "withdraws_plea")
    after = after.when(~was_convicted & completed & dismissed, F.lit("diversion_completed"))
    listed = diverted & state["listed_diversion"]
    after = after.when(~was_convicted & listed & dismissed, F.lit("diversion_completed"))
    after = after.when(~was_convicted & diverted & (effect == "withdraws_plea"), F.lit("dismissed"))
    open_again = status.isin(*_ENDED) & (_presupposes(state, effect) | (effect == "reverses"))
    leaves_open = state["presupposed"] & effect.isin(*ENDINGS)
    after = after.when(~was_convicted & (open_again | leaves_open), F.lit("unknown"))
    for name, word in ENDINGS.items():
        after = after.when(~was_convicted & (effect == name), F.lit(word))
    # The only disposition is a change of a conviction: the outcome of this count is unknown.
    unclear = (status == "undisposed") & effect.isin(*MODIFYING)
    return after.when(unclear, F.lit("unknown")).otherwise(status)
