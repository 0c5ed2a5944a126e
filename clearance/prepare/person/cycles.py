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
# The kinds of charges in a cycle: a plea's form, Prop 64, any other; the maximum is the cycle's.
PLEA_FORM, PROP_64, ANOTHER = 0, 1, 2
_FIRST_DAY = "0001-01-01"


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
            "only_p64_and_pleas_in_cycle": F.max(_kind_of_charge(is_charge, lists))
            .over(cycle)
            .eqNullSafe(PROP_64),
            "cycle_active_on": F.max("event_date").over(cycle),
            "court_step_in_cycle": F.max(in_court).over(cycle),
            **enhancements_in(cycle, lists=lists),
        }
    )


def _arrested_on(cycle: WindowSpec) -> Column:
    """The first day of an arrest; null where a date or step that is not read may be earlier."""
    arrest, on = F.col("step_kind") == "arrest", F.col("event_date")
    first = F.min(F.when(arrest, on)).over(cycle)
    date_unread = arrest & (F.col("unread_bits").bitwiseAND(UNREAD_EVENT) != 0)
    # A step of an unknown kind may be an arrest.
    earliest = F.coalesce(on, F.lit(_FIRST_DAY).cast("date"))
    perhaps_first = F.min(F.when(F.col("step_kind") == "unknown", earliest)).over(cycle)
    known = ~F.max(date_unread).over(cycle) & F.coalesce(perhaps_first >= first, F.lit(True))
    return F.when(known, first)


def _kind_of_charge(is_charge: Column, lists: ListBits) -> Column:
    """The form of a plea, Prop 64, or another charge; null where the prosecutor rejected it.

    An arrest or a filed charge that cannot be read is another charge.
    """
    has_charge = F.col("has_text") | F.col("step_kind").isin("arrest", "court")
    counts = (is_charge | F.col("convicted")) & has_charge & (F.col("status") != "rejected")
    kind = (
        F.when(lists.any_of(F.col("tags"), P64), PROP_64)
        .when(lists.any_of(F.col("tags"), PLEA), PLEA_FORM)
        .otherwise(ANOTHER)
    )
    return F.when(counts, kind)
