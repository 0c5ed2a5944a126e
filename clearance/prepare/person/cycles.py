"""Facts of a cycle: one contact with the system, from arrest to the last court step."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from clearance.prepare.person.counts import CYCLE, UNREAD_EVENT
from clearance.prepare.person.enhancements import enhancements_in
from clearance.prepare.person.outcomes import gang_enhancement
from clearance.prepare.record.events import NO_CHARGE
from clearance.prepare.statutes.list_bits import ListBits

P64 = "p64"
PLEA = "p64_plea"
# What stands beside a plea: the highest of a cycle says whether all its charges go with one.
PLEA_FORM, PROP_64, ANOTHER = 0, 1, 2
_LONG_AGO = "0001-01-01"


def with_cycle(counts: DataFrame, *, lists: ListBits) -> DataFrame:
    """A row is a count, with the facts of its cycle.

    Args:
        counts: `outcomes.with_tags`.
        lists: the statute lists.
    """
    cycle = Window.partitionBy(*CYCLE)
    in_court = F.col("step_kind") == "court"
    is_charge = ~F.col("toc").eqNullSafe(NO_CHARGE)
    return counts.withColumns(
        {
            "arrest_date": _arrested_on(cycle),
            "gang_enhancements": F.collect_list(gang_enhancement(lists)).over(cycle),
            "p64_in_cycle": F.max(lists.any_of(F.col("tags"), P64)).over(cycle),
            "only_p64_and_pleas_in_cycle": F.max(_beside_a_plea(is_charge, lists))
            .over(cycle)
            .eqNullSafe(PROP_64),
            "cycle_active_on": F.max("event_date").over(cycle),
            "court_step_in_cycle": F.max(in_court).over(cycle),
            **enhancements_in(cycle, lists=lists),
        }
    )


def _arrested_on(cycle: WindowSpec) -> Column:
    """The first day of an arrest; null where what is not read may be an earlier one."""
    arrest, on = F.col("step_kind") == "arrest", F.col("event_date")
    first = F.min(F.when(arrest, on)).over(cycle)
    not_read = arrest & (F.col("unread_bits").bitwiseAND(UNREAD_EVENT) != 0)
    # A step of an unknown kind may be an arrest.
    perhaps_on = F.coalesce(on, F.lit(_LONG_AGO).cast("date"))
    perhaps = F.min(F.when(F.col("step_kind") == "unknown", perhaps_on)).over(cycle)
    known = ~F.max(not_read).over(cycle) & F.coalesce(perhaps >= first, F.lit(True))
    return F.when(known, first)


def _beside_a_plea(is_charge: Column, lists: ListBits) -> Column:
    """Prop 64, the form of a plea, or another charge; null where the prosecutor rejected it.

    An arrest or a filed charge that cannot be read is another charge.
    """
    stands_for_a_charge = F.col("has_text") | F.col("step_kind").isin("arrest", "court")
    live = (is_charge | F.col("convicted")) & stands_for_a_charge & (F.col("status") != "rejected")
    kind = (
        F.when(lists.any_of(F.col("tags"), P64), PROP_64)
        .when(lists.any_of(F.col("tags"), PLEA), PLEA_FORM)
        .otherwise(ANOTHER)
    )
    return F.when(live, kind)
