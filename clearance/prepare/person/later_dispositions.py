"""Later dispositions: which count a set-aside, a reduction, a revocation or a dismissal is about.

A change of a conviction that stands on a count of its own is about a conviction of the same case;
where none is of its case, of its cycle; where there is none, of the person. Among these it is about
the one of its charge. What fits several of them or none makes each of them doubtful, and so does a
later disposition that is not read. A dismissal is about a conviction of its case and charge only:
else it is its own count's.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.prepare.bind_once import bind_once
from clearance.prepare.person.counts import CHANGES, CYCLE, DISMISSES, DIVERTS, NOT_READ, WITHDRAWS
from clearance.prepare.projection import projected
from clearance.prepare.record.dispositions import UNREAD
from clearance.prepare.record.quality import flags
from clearance.prepare.record.rules import MODIFYING
from clearance.prepare.record.sentences import DOUBT, LATER_BITS

# Shorter case numbers are too often part of another.
_SHORTEST_CASE = 4
_WHOLE = (Window.unboundedPreceding, Window.unboundedFollowing)


def with_later_dispositions(counts: DataFrame) -> DataFrame:
    """A row is a count; its dispositions are followed by the later ones that are about it.

    Args:
        counts: `offences.with_offences`.
    """
    # In the order in which the counts lie: an order of the person alone made Spark sort once more.
    person = Window.partitionBy("person_id").orderBy(*CYCLE[1:]).rowsBetween(*_WHOLE)
    named = counts.withColumns(_named())
    among = named.withColumns(
        {
            "among": F.collect_list(F.when(_is_target(), _target())).over(person),
            "cases": F.collect_list(F.when(_is_target(), F.col("case"))).over(person),
        }
    )
    # One projection: few counts say anything later, and only of these is it worked out.
    changing = projected(among, {"change": _change()}, without=("among", "cases"))
    gathered = changing.withColumn("changes", F.collect_list("change").over(person))
    wanted = _is_target() & (F.size("changes") > 0)
    own = F.filter("changes", lambda one: F.array_contains(one["sure"], F.col("id")))
    doubts = F.exists("changes", lambda one: F.array_contains(one["doubtful"], F.col("id")))
    belonging = projected(
        gathered,
        {
            "belonging": F.when(wanted, F.sort_array(own)),
            "doubted": F.coalesce(F.when(wanted, doubts), F.lit(False)),
        },
        without=("changes",),
    )
    nothing_sure = F.col("change").isNull() | (F.size(F.col("change.sure")) == 0)
    found = flags(UNLINKED_DISPOSITION=_has(CHANGES) & _loose() & nothing_sure)
    used_up = ("belonging", "doubted", "change", "imposes", "later_bits", "no_offence")
    return projected(
        belonging,
        {**_extended(), "flags": F.col("flags").bitwiseOR(found)},
        without=(*used_up, "id", "case", "path", "ofn", "charge_key"),
    )


def _named() -> dict[str, Column]:
    """By what a count is known: its id, its case, the subdivisions of its charge."""
    case = F.regexp_replace(F.upper("ofn"), "[^A-Z0-9]", "")
    return {
        "id": F.concat_ws("-", "subject_id", "count_order"),
        "case": F.when(case != "", case),
        "path": F.concat_ws(".", F.col("as_charged.subdivisions"), F.lit("")),
    }


def _has(bit: int) -> Column:
    return F.col("later_bits").bitwiseAND(bit) != 0


def _is_target() -> Column:
    """A conviction, or a diversion that the withdrawal of a plea may end."""
    return F.col("convicted") | _has(DIVERTS)


def _loose() -> Column:
    """Whether the count says something later of another: it is no conviction, no diversion."""
    own = F.col("convicted") | (_has(WITHDRAWS) & _has(DIVERTS))
    return ~own & _has(CHANGES | NOT_READ | DISMISSES)


def _passes_on(one: Column) -> Column:
    return one["effect"].isin(*MODIFYING, UNREAD, "dismisses")


def _target() -> Column:
    return F.struct(
        "id",
        F.concat_ws("-", "subject_id", "cycle").alias("cycle"),
        "step",
        "case",
        "charge_key",
        "code_book",
        "section",
        "path",
        "convicted",
        F.coalesce("conviction_date", "event_date").alias("on"),
    )


def _change() -> Column:
    """What the count says later, of which counts for sure (`sure`) and of which perhaps.

    Null on a count that says nothing later, or that is about none.
    """
    loose = _loose() & (_wide() | _known_case())
    return F.when(
        loose,
        bind_once(_earlier(), lambda earlier: bind_once(_candidates(earlier), _about_candidates)),
    )


def _wide() -> Column:
    """Whether it may be about any conviction of the person."""
    return _has(CHANGES | NOT_READ)


def _names_offence() -> Column:
    return F.col("charge_key").isNotNull() & F.col("parsed") & ~F.col("no_offence")


def _earlier() -> Column:
    """The counts before it that it may be about."""
    return F.filter("among", lambda one: _is_later_than(one) & (one["convicted"] | _has(WITHDRAWS)))


def _candidates(earlier: Column) -> Column:
    """Those of its case; where none is, of its cycle; where there is none, of the person."""
    of_case = F.filter(earlier, lambda one: one["case"] == F.col("case"))
    near_case = F.filter(earlier, lambda one: _near_case(one["case"]))
    of_cycle = F.filter(earlier, lambda one: one["cycle"] == _target()["cycle"])
    anywhere = F.when(_has(CHANGES) | ~_names_offence(), earlier)
    return F.coalesce(
        _some(of_case),
        _some(near_case),
        F.when(_wide(), F.coalesce(_some(of_cycle), anywhere)),
        F.slice(earlier, 1, 0),
    )


def _about_candidates(candidates: Column) -> Column:
    """The change that is about those of the candidates that have its charge."""
    same = F.filter(candidates, lambda one: one["charge_key"] == F.col("charge_key"))
    of_charge = F.coalesce(_some(same), F.filter(candidates, _near_charge))
    fitting = F.when(_names_offence(), of_charge).otherwise(candidates)
    return bind_once(fitting, lambda fits: _about(fits, candidates=candidates))


def _about(fits: Column, *, candidates: Column) -> Column:
    for_sure = (F.size(fits) == 1) | F.col("imposes") | ~_wide()
    nothing = F.array().cast("array<string>")
    several = F.when(F.size(fits) > 1, _ids(fits)).otherwise(_ids(candidates))
    change = F.struct(
        "count_order",
        F.when(for_sure, _ids(fits)).otherwise(nothing).alias("sure"),
        F.when(for_sure, nothing).otherwise(several).alias("doubtful"),
        F.filter("dispositions", _passes_on).alias("dispositions"),
        "later_end",
        "terminated_on",
        F.col("sentence_bits").bitwiseAND(LATER_BITS).alias("sentence_bits"),
    )
    about_none = F.when(for_sure, F.size(fits)).otherwise(F.size(several)) == 0
    return F.when(~about_none, change)


def _ids(counts: Column) -> Column:
    return F.transform(counts, lambda one: one["id"])


def _known_case() -> Column:
    """Whether the case may be that of one of the counts that a change is about.

    Most dismissals are of no such case, and a look at a text costs a tenth of one at a struct.
    """
    own = F.col("case")
    return F.exists("cases", lambda one: F.contains(one, own) | F.contains(own, one))


def _some(given: Column) -> Column:
    return F.when(F.size(given) > 0, given)


def _is_later_than(one: Column) -> Column:
    """On a later step of the cycle, a change also on the same; elsewhere not on an earlier day."""
    same_cycle = one["cycle"] == _target()["cycle"]
    on = F.col("event_date")
    same_step = (one["step"] == F.col("step")) & _has(CHANGES) & (one["id"] != F.col("id"))
    after = (F.col("step") > one["step"]) | same_step | F.coalesce(on > one["on"], F.lit(False))
    elsewhere = F.coalesce(on >= one["on"], F.lit(True))
    return F.when(same_cycle, after).otherwise(elsewhere)


def _near_case(case: Column) -> Column:
    """Whether one case number is part of the other."""
    own = F.col("case")
    shorter = F.least(F.length(case), F.length(own))
    either = F.contains(case, own) | F.contains(own, case)
    return F.coalesce(either & (shorter >= _SHORTEST_CASE), F.lit(False))


def _near_charge(one: Column) -> Column:
    """Whether the charges may be the same: one cites a subdivision of the other, or is not read."""
    books = F.coalesce(one["code_book"] == F.col("code_book"), F.lit(True))
    path = F.col("path")
    paths = F.startswith(one["path"], path) | F.startswith(path, one["path"])
    same = (one["section"] == F.col("section")) & books & paths
    return F.coalesce(same, F.lit(True))


def _extended() -> dict[str, Column]:
    """The count's own dispositions and sentence, and after them those that are about it."""
    doubted = F.col("doubted")
    more = F.size("belonging") > 0
    theirs = F.flatten(F.transform("belonging", lambda one: one["dispositions"]))
    ends = F.array_max(F.transform("belonging", lambda one: one["later_end"]))
    terminated = F.array_max(F.transform("belonging", lambda one: one["terminated_on"]))
    bits = F.aggregate(
        "belonging",
        F.col("sentence_bits"),
        lambda sum_, one: sum_.bitwiseOR(one["sentence_bits"]),
    )
    extended = {
        "dispositions": F.concat("dispositions", theirs),
        "later_end": F.greatest("later_end", ends),
        "terminated_on": F.greatest("terminated_on", terminated),
        "sentence_bits": bits,
    }
    columns = {name: F.when(more, new).otherwise(F.col(name)) for name, new in extended.items()}
    none = F.lit(None).cast("string")
    doubt = F.array(
        F.struct(
            F.lit(0).cast("bigint").alias("at"),
            F.lit(UNREAD).alias("effect"),
            none.alias("reduced_to"),
            none.alias("under"),
        )
    )
    dispositions, sums = columns["dispositions"], columns["sentence_bits"]
    return {
        **columns,
        "dispositions": F.when(doubted, F.concat(dispositions, doubt)).otherwise(dispositions),
        "sentence_bits": F.when(doubted, sums.bitwiseOR(F.lit(DOUBT))).otherwise(sums),
    }
