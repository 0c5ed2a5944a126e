"""Later dispositions: a set-aside, reduction, revocation or dismissal on another count's row.

A change of a conviction may be on a count of its own. Its disposition is added to the conviction
that it is about (`which_conviction`). Where it may be about several convictions, or the disposition
is not read, each of these convictions gets a doubtful disposition instead.
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

_ALL_ROWS = (Window.unboundedPreceding, Window.unboundedFollowing)


def with_later_dispositions(counts: DataFrame) -> DataFrame:
    """A row is a count; behind its own dispositions are those of other counts that are about it.

    Args:
        counts: `offences.with_offences`.
    """
    # Ordered as the counts already are: a window by person alone would make Spark sort again.
    person = Window.partitionBy("person_id").orderBy(*CYCLE[1:]).rowsBetween(*_ALL_ROWS)
    named = counts.withColumns(identity())
    among = named.withColumns(
        {
            "among": F.collect_list(F.when(may_be_target(), target())).over(person),
            "cases": F.collect_list(F.when(is_target(), F.col("case"))).over(person),
        }
    )
    # Few counts are about another count: the change is null on all others.
    changing = projected(among, {"change": change()}, without=("among", "cases"))
    with_changes = changing.withColumn("changes", F.collect_list("change").over(person))
    may_be_changed = is_target() & (F.size("changes") > 0)
    of_count = F.filter("changes", lambda change: F.array_contains(change["sure"], F.col("id")))
    is_doubted = F.exists(
        "changes", lambda change: F.array_contains(change["doubtful"], F.col("id"))
    )
    with_own_changes = projected(
        with_changes,
        {
            "own_changes": F.when(may_be_changed, F.sort_array(of_count)),
            "doubted": F.coalesce(F.when(may_be_changed, is_doubted), F.lit(False)),
        },
        without=("changes",),
    )
    nothing_sure = F.col("change").isNull() | (F.size(F.col("change.sure")) == 0)
    unlinked = flags(UNLINKED_DISPOSITION=has(CHANGES) & is_loose() & nothing_sure)
    dropped = ("own_changes", "doubted", "change", "imposes", "later_bits", "no_offence")
    return projected(
        with_own_changes,
        {**_with_own_changes(), "flags": F.col("flags").bitwiseOR(unlinked)},
        without=(*dropped, "id", "case", "path", "ofn", "charge_key"),
    )


def _with_own_changes() -> dict[str, Column]:
    """The dispositions and the sentence of the count, with those of the changes about it."""

    def of_changes(name: str) -> Column:
        return F.transform("own_changes", lambda change: change[name])

    sentence_bits = F.aggregate(
        "own_changes",
        F.col("sentence_bits"),
        lambda bits, change: bits.bitwiseOR(change["sentence_bits"]),
    )
    changed = {
        "dispositions": F.concat("dispositions", F.flatten(of_changes("dispositions"))),
        "later_end": F.greatest("later_end", F.array_max(of_changes("later_end"))),
        "terminated_on": F.greatest("terminated_on", F.array_max(of_changes("terminated_on"))),
        "sentence_bits": sentence_bits,
    }
    has_changes = F.size("own_changes") > 0
    columns = {
        name: F.when(has_changes, new).otherwise(F.col(name)) for name, new in changed.items()
    }
    none = F.lit(None).cast("string")
    doubt = F.array(
        F.struct(
            F.lit(0).cast("bigint").alias("at"),
            F.lit(UNREAD).alias("effect"),
            none.alias("reduced_to"),
            none.alias("under"),
        )
    )
    dispositions, bits = columns["dispositions"], columns["sentence_bits"]
    doubted = F.col("doubted")
    return {
        **columns,
        "dispositions": F.when(doubted, F.concat(dispositions, doubt)).otherwise(dispositions),
        "sentence_bits": F.when(doubted, bits.bitwiseOR(F.lit(DOUBT))).otherwise(bits),
    }
