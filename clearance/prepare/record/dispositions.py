"""Dispositions: what a text does, and what a count's dispositions make of it together."""

from __future__ import annotations

import re
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.record.change_reader import ChangeReader
from clearance.prepare.record.rules import MODIFYING, DispositionRule, Ending, RecordRules
from clearance.prepare.statutes.programmes import citing_pattern, mentioning_pattern

CONVICTS, UNREAD = "convicts", "unknown"

# The status that each gives a count without a conviction; a conviction is undone by none of them.
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
_ENDED = ("dismissed", "acquitted", "rejected", "released", "diversion_completed")
_STATUS_AFTER = {
    "sets_aside": "set_aside",
    "voids": "voided",
    "relieves": "relieved",
    "pardons": "pardoned",
}
# Not of a conviction any more; a conviction that also ended so is doubtful.
_UNCONVICTING = (
    *("dismisses", "acquits", "rejects"),
    *("diverts", "diverts_unlisted", "completes_diversion"),
)
UNDOING = ("undoes_relief", "undoes_reduction")
_RELIEFS = ("sets_aside", "voids", "relieves", "pardons", "certifies", "withdraws_plea")
# Beside which changes the words of another one would be lost.
_LOST_BESIDE = {
    "revokes": (*_RELIEFS, "reduces", "denies"),
    "extends": ("revokes", "reinstates", "terminates"),
}
# What presupposes a conviction: on a count without one its end does not say what became of it.
_PRESUPPOSING = (
    *("sets_aside", "voids", "revokes", "reinstates", "modifies", "extends", "terminates"),
    *("resentences", "voids_sentence", "undoes_relief", "undoes_reduction"),
)
# The law of a change of which none is named.
NO_LAW = "none"


def _matches_rule(text: Column, rule: DispositionRule) -> Column:
    if rule.text is not None:
        return text == rule.text
    asked = []
    if rule.starts_with is not None:
        asked = [F.startswith(text, F.lit(rule.starts_with))]
        if rule.cites:
            asked += [F.rlike(text, F.lit(citing_pattern(rule.starts_with, rule.cited)))]
    asked += [F.contains(text, F.lit(word)) for word in rule.contains]
    if rule.in_order:
        asked.append(F.rlike(text, F.lit(".*".join(map(re.escape, rule.contains)))))
    if rule.sections:
        numbers = {section.split(" ")[1] for section in rule.sections}
        any_of_them = reduce(or_, (F.contains(text, F.lit(number)) for number in sorted(numbers)))
        asked += [any_of_them, F.rlike(text, F.lit(mentioning_pattern(rule.sections)))]
    return reduce(and_, asked)


def _first_match(text: Column, rules: tuple[DispositionRule, ...], answer: str) -> Column:
    """The answer of the first rule that fits; neighbours with one answer share a branch."""
    branches: list[tuple[str, Column]] = []
    for rule in rules:
        value, fits = getattr(rule, answer), _matches_rule(text, rule)
        if branches and branches[-1][0] == value:
            branches[-1] = (value, branches[-1][1] | fits)
        else:
            branches.append((value, fits))
    chosen = F.when(F.lit(False), F.lit(None).cast("string"))
    for value, fits in branches:
        chosen = chosen.when(fits, value)
    return chosen


def worded_effect(text: Column, *, rules: RecordRules) -> Column:
    """What the words of a disposition would do if they stood alone; null where no rule has them.

    Args:
        text: DISP_DESCR as `fields.upper_cased` gives it, or null.
        rules: its dispositions in file order, the first that fits decides.
    """
    return F.when(text.isNotNull(), _first_match(text, rules.dispositions, "effect"))


def effect_of(text: Column, worded: Column, *, rules: RecordRules) -> Column:
    """What the disposition does: an effect of the rules, `unknown`, or null where there is none.

    Args:
        text: DISP_DESCR as `fields.upper_cased` gives it, or null.
        worded: its `worded_effect`, a column, since it is used more than once.
        rules: the words by which the text of a change is read whole.
    """
    known = ChangeReader(text, rules.changes).effect(worded)
    read = F.when(_says_two_changes(text, worded, rules), UNREAD).otherwise(known)
    return F.when(text.isNotNull(), F.coalesce(read, F.lit(UNREAD)))


def _says_two_changes(text: Column, worded: Column, rules: RecordRules) -> Column:
    """Whether the text has the words of another change too, which the first rule would lose."""
    found = F.lit(False)
    for other, lost_beside in _LOST_BESIDE.items():
        its_rules = [rule for rule in rules.dispositions if rule.effect == other]
        fits = reduce(or_, (_matches_rule(text, rule) for rule in its_rules), F.lit(False))
        found = found | (worded.isin(*lost_beside) & fits)
    return found


def reduced_level(text: Column, effect: Column, *, rules: RecordRules) -> Column:
    """The level that the disposition reduces its count to; null where it reduces nothing.

    Args:
        text: DISP_DESCR as `fields.upper_cased` gives it, or null.
        effect: its `effect_of`.
        rules: its dispositions.
    """
    reducing = tuple(rule for rule in rules.dispositions if rule.level)
    return F.when(effect == "reduces", _first_match(text, reducing, "level"))


def law_named(text: Column, effect: Column, *, rules: RecordRules) -> Column:
    """The law under which the disposition changes a conviction, a word of the rules; else null.

    Args:
        text: DISP_DESCR as `fields.upper_cased` gives it, or null.
        effect: its `effect_of`.
        rules: its dispositions.
    """
    naming = tuple(rule for rule in rules.dispositions if rule.under)
    return F.when(effect.isin(*MODIFYING), _first_match(text, naming, "under"))


def record_order(effect: Column) -> Column:
    """Where a disposition stands among others of one order and date.

    What changes a conviction presupposes it, so it comes after, and what is not read may be such a
    change; the rest comes in an order of its own so that the result does not depend on how the
    rows lay in the file.
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
    """What a count's dispositions, in record order, make of it.

    Args:
        rows: array of structs with at least `effect`, `reduced_to` and `under`, in record order.
        level: the level before any reduction.

    Returns:
        struct<status, listed_diversion, convicted, set_aside, probation_revoked,
        probation_ever_revoked, level, contradicted, unread, reversed, presupposed, under>.
        `unread`: a text that is not read may say otherwise. `presupposed`: a change of a conviction
        that the count never had. `under`: the law of the latest change that stands, `none` where
        none names one.
    """
    undecided = F.struct(
        F.lit("undisposed").alias("status"),
        F.lit(False).alias("listed_diversion"),
        F.lit(False).alias("convicted"),
        F.lit(False).alias("set_aside"),
        F.lit(False).alias("probation_revoked"),
        F.lit(False).alias("probation_ever_revoked"),
        level.alias("level"),
        F.lit(False).alias("contradicted"),
        F.lit(False).alias("unread"),
        F.lit(False).alias("reversed"),
        F.lit(False).alias("presupposed"),
        F.lit(NO_LAW).alias("under"),
    )
    return F.aggregate(rows, undecided, lambda state, row: _next_state(state, row, level))


def _next_state(state: Column, row: Column, level: Column) -> Column:
    effect = F.coalesce(row["effect"], F.lit("no_effect"))
    convicts, was = effect == CONVICTS, state["convicted"]
    ends = was & ~state["set_aside"] & effect.isin(*_UNCONVICTING)
    convicted = convicts | (was & ~ends & (effect != "reverses"))
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
        F.when(was & (effect == "revokes"), True)
        .when(was & (effect == "reinstates"), False)
        .otherwise(state["probation_revoked"])
        .alias("probation_revoked"),
        # What is reinstated was revoked, whether or not a row says so.
        (state["probation_ever_revoked"] | (was & effect.isin("revokes", "reinstates"))).alias(
            "probation_ever_revoked"
        ),
        F.when(was & (effect == "reduces"), row["reduced_to"])
        .when(was & (effect == "undoes_reduction"), level)
        .otherwise(state["level"])
        .alias("level"),
        (state["contradicted"] | ((was | convicts) & effect.isin(*ENDINGS))).alias("contradicted"),
        F.when(convicts, False)
        .otherwise(state["unread"] | ends | (effect == UNREAD))
        .alias("unread"),
        F.when(convicts, False)
        .otherwise(state["reversed"] | (was & (effect == "reverses")))
        .alias("reversed"),
        (_presupposes(state, effect) | (state["presupposed"] & ~convicts)).alias("presupposed"),
        F.when(convicts | effect.isin(*UNDOING), F.lit(NO_LAW))
        .when(was & (effect != "denies"), F.coalesce(row["under"], state["under"]))
        .otherwise(state["under"])
        .alias("under"),
    )


def _presupposes(state: Column, effect: Column) -> Column:
    """Whether it changes a conviction that the count never had."""
    return ~state["convicted"] & ~state["reversed"] & effect.isin(*_PRESUPPOSING)


def _status_after(state: Column, effect: Column) -> Column:
    was, status = state["convicted"], state["status"]
    unread = (effect == UNREAD) | (state["unread"] & ~was & effect.isin(*ENDINGS, *MODIFYING))
    after = F.when(effect == CONVICTS, F.lit("convicted")).when(unread, F.lit("unknown"))
    for name, word in {**_STATUS_AFTER, "withdraws_plea": "set_aside"}.items():
        after = after.when(was & (effect == name), F.lit(word))
    undone = was & state["set_aside"] & (effect == "undoes_relief")
    undone = undone | (was & (status == "pardoned") & (effect == "undoes_relief"))
    ends = was & ~state["set_aside"] & effect.isin(*_UNCONVICTING)
    after = after.when(undone, F.lit("convicted"))
    after = after.when(was & ((effect == "reverses") | ends), F.lit("unknown"))
    # A dismissal after the diversion completes it, and so does the withdrawal of a plea.
    diverted, completed = status == "diverted", status == "diversion_completed"
    dismissed = effect.isin("dismisses", "withdraws_plea")
    after = after.when(~was & completed & dismissed, F.lit("diversion_completed"))
    listed = diverted & state["listed_diversion"]
    after = after.when(~was & listed & dismissed, F.lit("diversion_completed"))
    after = after.when(~was & diverted & (effect == "withdraws_plea"), F.lit("dismissed"))
    open_again = status.isin(*_ENDED) & (_presupposes(state, effect) | (effect == "reverses"))
    not_said = state["presupposed"] & effect.isin(*ENDINGS)
    after = after.when(~was & (open_again | not_said), F.lit("unknown"))
    for name, word in ENDINGS.items():
        after = after.when(~was & (effect == name), F.lit(word))
    # A disposition is there, but not one that says what became of this count.
    unclear = (status == "undisposed") & effect.isin(*MODIFYING)
    return after.when(unclear, F.lit("unknown")).otherwise(status)
