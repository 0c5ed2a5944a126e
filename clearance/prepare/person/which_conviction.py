"""What a later disposition is about: the convictions that it may change, for sure or perhaps.

A change of a conviction that stands on a count of its own is about a conviction of the same case;
where none is of its case, of its cycle; where there is none, of the person. Among these it is about
the one of its charge. A dismissal, or an acquittal, is about a conviction of its case and charge
only: else it is its own count's.

A case number, or the charge of a conviction, that is text and is not read may be any: what it may
fit, it fits perhaps, and then nothing fits for sure. The same holds for a count whose own
disposition is not read: it may be a conviction. Where the charge of the change itself is not read,
nothing fits for sure, though there is but one conviction: it may be about none.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.bind_once import bind_once
from clearance.prepare.person.counts import (
    CHANGES,
    DISMISSES,
    DIVERTS,
    ENDING_LATER,
    NOT_READ,
    WITHDRAWS,
)
from clearance.prepare.person.offences import PASSED_ON
from clearance.prepare.record.disposition_rules import MODIFYING
from clearance.prepare.record.dispositions import UNREAD
from clearance.prepare.record.sentences import LATER_BITS

# Shorter case numbers are too often part of another.
_SHORTEST_CASE = 4
# The case of a number that is not read; that of a blank one is null.
_NOT_READ = ""
# A number has digits, and no more letters than these or than digits: `CR-7`, `23WHCM01234`.
_FEW_LETTERS = 4


def identity() -> dict[str, Column]:
    """By what a count is known: its id, its case, the subdivisions of its charge."""
    number = F.regexp_replace(F.upper("ofn"), "[^A-Z0-9]", "")
    digits = F.length(F.regexp_replace(number, "[A-Z]", ""))
    letters = F.length(number) - digits
    is_read = (digits > 0) & (letters <= F.greatest(digits, F.lit(_FEW_LETTERS)))
    return {
        "id": F.concat_ws("-", "subject_id", "count_order"),
        "case": F.when(is_read, number).when(F.col("ofn").isNotNull(), _NOT_READ),
        "path": F.concat_ws(".", F.col("as_charged.subdivisions"), F.lit("")),
    }


def has(bit: int) -> Column:
    """Whether the count says so of another count.

    Args:
        bit: of `later_bits`.
    """
    return F.col("later_bits").bitwiseAND(bit) != 0


def is_target() -> Column:
    """Whether the count is a conviction, or a diversion that the withdrawal of a plea may end."""
    return F.col("convicted") | has(DIVERTS)


def may_be_target() -> Column:
    """Whether the count is a target, or may be one because its own disposition is not read."""
    return is_target() | has(NOT_READ)


def target() -> Column:
    """What a change of the count must fit, with its id."""
    return F.struct(
        "id",
        F.concat_ws("-", "subject_id", "cycle").alias("cycle"),
        "step",
        "case",
        "charge_key",
        "code_book",
        "section",
        "path",
        (F.col("section").isNull() & F.col(f"{PASSED_ON}.has_text")).alias("charge_unread"),
        "convicted",
        (~F.col("convicted") & has(NOT_READ)).alias("disposition_unread"),
        F.coalesce("conviction_date", "event_date").alias("on"),
    )


def is_loose() -> Column:
    """Whether the count says something later of another: it is no conviction, no diversion."""
    own = F.col("convicted") | (has(WITHDRAWS) & has(DIVERTS))
    return ~own & has(CHANGES | NOT_READ | DISMISSES)


def change() -> Column:
    """What the count says later, of which counts for sure (`sure`) and of which perhaps.

    Null on a count that says nothing later, or that is about none. Reads the columns of `identity`,
    `among`, the targets of its person, and `cases`, theirs.
    """
    loose = is_loose() & (_may_be_any_conviction() | _known_case())
    return F.when(
        loose,
        bind_once(_earlier(), lambda earlier: bind_once(_nearest_counts(earlier), _match_charge)),
    )


def _may_be_any_conviction() -> Column:
    """Whether it may be about any conviction of the person."""
    return has(CHANGES | NOT_READ)


def _names_offence() -> Column:
    return F.col("charge_key").isNotNull() & F.col("parsed") & ~F.col("no_offence")


def _is_charge_unread() -> Column:
    """Whether its own charge is text that is not read; a comment that is not read names none."""
    return F.col("charge_key").isNotNull() & ~F.col("parsed") & ~F.col("no_offence")


def _known_case() -> Column:
    """Whether the case may be that of one of the counts that a change is about.

    Most dismissals are of no such case, and a look at a text costs a tenth of one at a struct.
    """
    own = F.col("case")
    return F.exists("cases", lambda case: F.contains(case, own) | F.contains(own, case))


def _earlier() -> Column:
    """The counts before it that it may be about."""
    return F.filter(
        "among", lambda count: _is_later_than(count) & (~_is_diversion(count) | has(WITHDRAWS))
    )


def _is_diversion(count: Column) -> Column:
    return ~count["convicted"] & ~count["disposition_unread"]


def _is_later_than(count: Column) -> Column:
    """On a later step of the cycle, a change also on the same; elsewhere not on an earlier day."""
    on = F.col("event_date")
    same_step = (count["step"] == F.col("step")) & has(CHANGES) & (count["id"] != F.col("id"))
    after = (F.col("step") > count["step"]) | same_step | F.coalesce(on > count["on"], F.lit(False))
    elsewhere = F.coalesce(on >= count["on"], F.lit(True))
    return F.when(_same_cycle(count), after).otherwise(elsewhere)


def _same_cycle(count: Column) -> Column:
    return count["cycle"] == F.concat_ws("-", "subject_id", "cycle")


def _nearest_counts(earlier: Column) -> Column:
    """The counts of its case, else of its cycle, else of the person: `near`.

    `by_case`: whether they are of its case. `perhaps`: those of a case number that is not read; all
    where its own is not. `unread`: those as near or nearer whose own disposition is not read.
    """
    known = F.filter(earlier, lambda count: ~count["disposition_unread"])
    unread = F.filter(earlier, lambda count: count["disposition_unread"])
    return bind_once(known, lambda known: _known_and_unread(known, unread))


def _known_and_unread(earlier: Column, unread: Column) -> Column:
    """The nearest counts, of those before it that are convictions and of those that may be."""
    own, is_read = F.col("case"), F.col("case") != _NOT_READ
    of_case = F.filter(earlier, lambda count: is_read & (count["case"] == own))
    near_case = F.filter(earlier, lambda count: _near_case(count["case"]))
    of_cycle = F.filter(earlier, _same_cycle)
    anywhere = F.when(has(CHANGES) | ~_names_offence(), earlier)
    # Where there is but one it can be about no other.
    known = F.coalesce(is_read, F.lit(True)) | (F.size(earlier) == 1)
    by_case = F.coalesce(_unless_empty(of_case), _unless_empty(near_case))
    near = F.coalesce(
        by_case,
        F.when(_may_be_any_conviction() & known, F.coalesce(_unless_empty(of_cycle), anywhere)),
        F.slice(earlier, 1, 0),
    )
    numbered = F.filter(earlier, lambda count: _may_be_any_conviction() | count["case"].isNotNull())
    of_unread_case = F.filter(earlier, lambda count: count["case"] == _NOT_READ)
    perhaps = F.when(~is_read, numbered).when(is_read, of_unread_case)
    is_by_case, is_in_cycle = by_case.isNotNull(), F.size(of_cycle) > 0
    as_near = F.filter(
        unread,
        lambda count: (
            (~is_read | (count["case"] == _NOT_READ) | (count["case"] == own))
            | _near_case(count["case"])
            | (~is_by_case & _may_be_any_conviction() & (_same_cycle(count) | ~is_in_cycle))
        ),
    )
    return F.struct(
        near.alias("near"),
        F.coalesce(perhaps, F.slice(earlier, 1, 0)).alias("perhaps"),
        as_near.alias("unread"),
        is_by_case.alias("by_case"),
    )


def _near_case(case: Column) -> Column:
    """Whether one case number is part of the other."""
    own = F.col("case")
    shorter = F.least(F.length(case), F.length(own))
    either = F.contains(case, own) | F.contains(own, case)
    return F.coalesce(either & (shorter >= _SHORTEST_CASE), F.lit(False))


def _match_charge(found: Column) -> Column:
    """The change that is about those of `_near` that have its charge."""
    near, perhaps, unread = found["near"], found["perhaps"], found["unread"]
    read = F.filter(near, lambda count: ~count["charge_unread"])
    same = F.filter(read, _same_charge)
    of_charge = F.coalesce(_unless_empty(same), F.filter(read, _near_charge))
    strange = F.concat(
        F.filter(near, lambda count: count["charge_unread"]),
        F.filter(F.concat(perhaps, unread), _near_charge),
    )
    names = _names_offence()
    fitting = F.struct(
        _ids(F.when(names, of_charge).otherwise(near)).alias("fits"),
        _ids(F.when(names, strange).otherwise(F.concat(perhaps, unread))).alias("may_fit"),
        _ids(near).alias("near"),
        _ids(perhaps).alias("perhaps"),
        found["by_case"].alias("by_case"),
    )
    return bind_once(fitting, _divide_by_certainty)


def _divide_by_certainty(found: Column) -> Column:
    """The change, with the counts that it is about for sure and perhaps."""
    fits, may_fit, perhaps = found["fits"], found["may_fit"], found["perhaps"]
    # Without a case in common, one whose number is not read may be the right one.
    by_charge = found["by_case"] | ~_may_be_any_conviction()
    others = F.when(by_charge, may_fit).otherwise(F.array_union(may_fit, perhaps))
    alike = F.col("imposes") | ~_may_be_any_conviction()
    only_one = (F.size(fits) == 1) & (F.size(F.array_except(others, fits)) == 0)
    for_sure = (alike | only_one) & ~_is_charge_unread()
    any_of_them = F.array_union(fits, others)
    every = F.array_union(found["near"], perhaps)
    several = F.when(F.size(any_of_them) > 0, any_of_them).otherwise(every)
    nothing = F.array().cast("array<string>")
    divided = F.struct(
        "count_order",
        F.when(for_sure, fits).otherwise(nothing).alias("sure"),
        F.when(for_sure, F.array_except(others, fits)).otherwise(several).alias("doubtful"),
        F.filter("dispositions", _changes_other_counts).alias("dispositions"),
        "later_end",
        "terminated_on",
        F.col("sentence_bits").bitwiseAND(LATER_BITS).alias("sentence_bits"),
    )
    about_some = F.size(divided["sure"]) + F.size(divided["doubtful"]) > 0
    return F.when(about_some, divided)


def _changes_other_counts(disposition: Column) -> Column:
    return disposition["effect"].isin(*MODIFYING, UNREAD, *ENDING_LATER)


def _ids(counts: Column) -> Column:
    return F.transform(counts, lambda count: count["id"])


def _unless_empty(given: Column) -> Column:
    return F.when(F.size(given) > 0, given)


def _same_charge(count: Column) -> Column:
    return count["charge_key"] == F.col("charge_key")


def _near_charge(count: Column) -> Column:
    """Whether the charges may be the same: one cites a subdivision of the other, or is not read."""
    books = F.coalesce(count["code_book"] == F.col("code_book"), F.lit(True))
    path = F.col("path")
    paths = F.startswith(count["path"], path) | F.startswith(path, count["path"])
    same = (count["section"] == F.col("section")) & books & paths
    return F.coalesce(same, F.lit(True))
