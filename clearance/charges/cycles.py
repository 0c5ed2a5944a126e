"""Facts of a cycle: one contact with the system, from arrest to the last court step."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.charges.counts import CYCLE
from clearance.charges.history import NO_CHARGE
from clearance.charges.outcomes import gang_enhancement

P64 = "p64"
PLEA = "p64_plea"
# What stands beside a plea: the highest of a cycle says whether all its charges go with one.
PLEA_FORM, PROP_64, ANOTHER = 0, 1, 2
STATUSES = (
    "convicted",
    "dismissed",
    "acquitted",
    "rejected",
    "released",
    "diverted",
    "diversion_completed",
    "set_aside",
    "relieved",
    "pardoned",
    "undisposed",
    "unknown",
)
# What `arrests` asks of the cycle; `charges` does not hold it.
CYCLE_FACTS = (
    "court_step_in_cycle",
    "conviction_in_cycle",
    "undisposed_court_count",
    "court_statuses",
    "court_rank",
)
# Levels as numbers, so that the highest of several is their maximum.
RANKS = {"I": 1, "M": 2, "F": 3}


def with_cycle(counts: DataFrame) -> DataFrame:
    """A row is a count, with the facts of its cycle.

    Args:
        counts: `outcomes.with_tags`.
    """
    cycle = Window.partitionBy(*CYCLE)
    in_court = F.col("step_kind") == "court"
    is_charge = ~F.col("toc").eqNullSafe(NO_CHARGE)
    arrested_on = F.when(F.col("step_kind") == "arrest", F.col("event_date"))
    open_count = in_court & is_charge & (F.col("status") == "undisposed")
    return counts.withColumns(
        {
            "arrest_date": F.min(arrested_on).over(cycle),
            "gang_enhancements": F.collect_list(gang_enhancement()).over(cycle),
            "p64_in_cycle": F.max(F.array_contains("tags", P64)).over(cycle),
            "only_p64_and_pleas_in_cycle": F.max(_beside_a_plea(is_charge))
            .over(cycle)
            .eqNullSafe(PROP_64),
            "cycle_active_on": F.max("event_date").over(cycle),
            "court_step_in_cycle": F.max(in_court).over(cycle),
            "conviction_in_cycle": F.max("convicted").over(cycle),
            "undisposed_court_count": F.max(open_count).over(cycle),
            "court_statuses": F.bit_or(F.when(in_court & is_charge, status_bit())).over(cycle),
            "court_rank": F.max(
                F.when(in_court & F.col("text").isNotNull(), rank(F.col("level")))
            ).over(cycle),
        }
    )


def _beside_a_plea(is_charge: Column) -> Column:
    """Prop 64, the form of a plea, or another charge; null where the prosecutor rejected it.

    An arrest or a filed charge that cannot be read is another charge.
    """
    stands_for_a_charge = F.col("text").isNotNull() | F.col("step_kind").isin("arrest", "court")
    live = (is_charge | F.col("convicted")) & stands_for_a_charge & (F.col("status") != "rejected")
    kind = (
        F.when(F.array_contains("tags", P64), PROP_64)
        .when(F.array_contains("tags", PLEA), PLEA_FORM)
        .otherwise(ANOTHER)
    )
    return F.when(live, kind)


def rank(level: Column) -> Column:
    """The level as a number; a charge whose level is blank or unspecified is a felony.

    Null where the count is no charge.

    Args:
        level: F, M or I, or anything else for a level that is not given.
    """
    known = F.lit(RANKS["F"])
    for name, number in RANKS.items():
        known = F.when(level == name, number).otherwise(known)
    return F.when(~F.col("toc").eqNullSafe(NO_CHARGE), known)


def status_bit() -> Column:
    """The count's status as a bit, so that the statuses of several are one number."""
    bit = F.lit(0)
    for position, status in enumerate(STATUSES):
        bit = F.when(F.col("status") == status, 1 << position).otherwise(bit)
    return bit


def statuses(bits: Column) -> Column:
    """The statuses of a number, in the order of the list."""
    words = [
        F.when(bits.bitwiseAND(1 << position) != 0, status)
        for position, status in enumerate(STATUSES)
    ]
    return F.coalesce(F.array_compact(F.array(*words)), F.array().cast("array<string>"))
