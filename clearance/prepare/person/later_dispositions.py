"""Later dispositions: which count a set-aside, a reduction, a revocation or a dismissal is about.

A change of a conviction that stands on a count of its own goes to the conviction that it is about
(`which_conviction`). What fits several of them or none makes each of them doubtful, and so does a
later disposition that is not read.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.prepare.person.counts import CHANGES, CYCLE
from clearance.prepare.person.which_conviction import (
    change,
    has,
    identity,
    is_loose,
    is_target,
    may_be_target,
    target,
)
from clearance.prepare.projection import projected
from clearance.prepare.record.dispositions import UNREAD
from clearance.prepare.record.quality import flags
from clearance.prepare.record.sentences import DOUBT

_WHOLE = (Window.unboundedPreceding, Window.unboundedFollowing)


def with_later_dispositions(counts: DataFrame) -> DataFrame:
    """A row is a count; its dispositions are followed by the later ones that are about it.

    Args:
        counts: `offences.with_offences`.
    """
    # In the order in which the counts lie: an order of the person alone made Spark sort once more.
    person = Window.partitionBy("person_id").orderBy(*CYCLE[1:]).rowsBetween(*_WHOLE)
    named = counts.withColumns(identity())
    among = named.withColumns(
        {
            "among": F.collect_list(F.when(may_be_target(), target())).over(person),
            "cases": F.collect_list(F.when(is_target(), F.col("case"))).over(person),
        }
    )
    # One projection: few counts say anything later, and only of these is it worked out.
    changing = projected(among, {"change": change()}, without=("among", "cases"))
    gathered = changing.withColumn("changes", F.collect_list("change").over(person))
    wanted = is_target() & (F.size("changes") > 0)
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
    found = flags(UNLINKED_DISPOSITION=has(CHANGES) & is_loose() & nothing_sure)
    used_up = ("belonging", "doubted", "change", "imposes", "later_bits", "no_offence")
    return projected(
        belonging,
        {**_add_belonging(), "flags": F.col("flags").bitwiseOR(found)},
        without=(*used_up, "id", "case", "path", "ofn", "charge_key"),
    )


def _add_belonging() -> dict[str, Column]:
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
