"""Later dispositions: which conviction a set-aside, reduction or revocation changes.

A change of a conviction that stands on a count of its own, on a later step of the cycle, belongs
to the convicted count with the same case number and the same charge; where it names no charge, to
every convicted count of that case number; where none is found it is unlinked.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.charges.counts import CYCLE
from clearance.charges.quality import flags
from clearance.charges.record_rules import MODIFYING
from clearance.charges.sentences import LATER_BITS


def with_later_dispositions(counts: DataFrame) -> DataFrame:
    """A row is a count; its dispositions are followed by the later ones that belong to it.

    Args:
        counts: `texts.with_charge`, with `convicted`, `modifies` and `charge_key`.
    """
    cycle = Window.partitionBy(*CYCLE)
    change = F.struct(
        "count_order",
        "step",
        "ofn",
        "charge_key",
        F.filter("dispositions", lambda one: one["effect"].isin(*MODIFYING)).alias("dispositions"),
        "later_end",
        F.col("sentence_bits").bitwiseAND(LATER_BITS).alias("sentence_bits"),
    )
    gathered = counts.withColumn("changes", F.collect_list(F.when(_loose(), change)).over(cycle))
    wanted = F.col("convicted") & (F.size("changes") > 0)
    own = F.sort_array(F.filter("changes", _belongs))
    belonging = gathered.withColumn("belonging", F.when(wanted, own))
    linked = F.when(F.size("belonging") > 0, F.col("belonging.count_order"))
    return belonging.withColumns({**_extended(), "linked": linked}).drop(
        "changes", "belonging", "ofn", "charge_key"
    )


def with_unlinked(counts: DataFrame) -> DataFrame:
    """A row is a count; a change of a conviction that no conviction took on is flagged.

    Args:
        counts: `cycles.with_cycle`, which gathers the cycle's `linked_in_cycle`.
    """
    linked = F.array_contains(F.flatten("linked_in_cycle"), F.col("count_order"))
    found = flags(UNLINKED_DISPOSITION=_loose() & ~linked)
    return counts.withColumn("flags", F.col("flags").bitwiseOR(found)).drop(
        "linked", "linked_in_cycle", "modifies"
    )


def _loose() -> Column:
    """Whether the count changes a conviction and is none."""
    return F.col("modifies") & ~F.col("convicted")


def _extended() -> dict[str, Column]:
    """The count's own dispositions and sentence, and after them those that belong to it."""
    more = F.size("belonging") > 0
    theirs = F.flatten(F.transform("belonging", lambda one: one["dispositions"]))
    ends = F.array_max(F.transform("belonging", lambda one: one["later_end"]))
    bits = F.aggregate(
        "belonging",
        F.col("sentence_bits"),
        lambda sum_, one: sum_.bitwiseOR(one["sentence_bits"]),
    )
    extended = {
        "dispositions": F.concat("dispositions", theirs),
        "later_end": F.greatest("later_end", ends),
        "sentence_bits": bits,
    }
    return {name: F.when(more, new).otherwise(F.col(name)) for name, new in extended.items()}


def _belongs(change: Column) -> Column:
    """Whether a change on a later step is about this conviction."""
    same_charge = change["charge_key"].isNull() | (change["charge_key"] == F.col("charge_key"))
    return F.coalesce(
        (change["step"] > F.col("step")) & (change["ofn"] == F.col("ofn")) & same_charge,
        F.lit(False),
    )
