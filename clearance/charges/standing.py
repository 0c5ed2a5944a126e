"""What stands open against a person: sentences served, charges pending; and years without a felony.

Dates and yes or no, never whether a term is over: that depends on the day.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, WindowSpec
from pyspark.sql import functions as F

from clearance.charges.history import NO_CHARGE
from clearance.charges.levels import VOIDED
from clearance.charges.limitation import NEVER, last_day_to_file
from clearance.charges.projection import projected

# A new felony within so long after the sentence starts the years without one again.
MONTHS_WITHOUT_FELONY = 48


def standing(person: WindowSpec) -> dict[str, Column]:
    """Columns over all counts of a person, worked out in one pass with the others of `people`.

    Args:
        person: the counts of a person, with the facts of their cycles.
    """
    return {**_served(person), **_pending(person), **_felonies(person)}


def with_standing(counts: DataFrame) -> DataFrame:
    """A row is a count, with the years without a felony.

    Args:
        counts: `people.with_person`, with `side_feeds.with_side_feeds`.
    """
    with_parole = counts.withColumn("parole_bound_end", _parole_end())
    return projected(
        with_parole,
        _without_felony(),
        without=("felony_dates", "last_felony", "parole_months"),
    )


def _served(person: WindowSpec) -> dict[str, Column]:
    """Ends of the convictions that are served: not those set aside or relieved."""
    serves = F.col("convicted") & ~F.col("set_aside")
    end, without_end = F.col("sentence_end"), F.col("as_decided.sentence_without_end")
    bounded = F.col("sentence_end_bounded")
    # What has no end at all, or none that anything bounds.
    unbounded = F.max(serves & end.isNull()).over(person)
    # A charge on a step of an unknown kind may be in court.
    strange_step = (F.col("step_kind") == "unknown") & (F.col("status") == "undisposed")
    not_read = (
        (serves & F.col("sentence_unread"))
        | F.col("conviction_unread")
        | (is_charge() & (F.col("perhaps_convicted") | strange_step))
    )
    return {
        "last_serving_end": F.max(F.when(serves & ~bounded, end)).over(person),
        "serving_end_unknown": F.max(serves & (end.isNull() | bounded)).over(person),
        "serving_bound_end": F.when(~unbounded, F.max(F.when(serves & bounded, end)).over(person)),
        "serving_without_end": F.max(serves & without_end).over(person),
        "unread_on_record": F.max(not_read).over(person),
    }


def is_charge() -> Column:
    """Whether the count is a charge of an offence, of somebody who is not only registered."""
    about_charges = ~F.col("step_kind").isin("registration", "applicant", "deceased")
    return about_charges & ~F.col("toc").eqNullSafe(NO_CHARGE)


def _pending(person: WindowSpec) -> dict[str, Column]:
    """Charges without an outcome. A court step settles the arrest counts of its cycle."""
    charge = is_charge()
    in_court, arrest = F.col("step_kind") == "court", F.col("step_kind") == "arrest"
    settled = arrest & F.col("court_step_in_cycle")
    undisposed = charge & (F.col("status") == "undisposed")
    in_diversion = charge & (F.col("status") == "diverted") & ~settled
    pending = (undisposed & in_court) | in_diversion
    open_arrest = undisposed & arrest & ~settled
    on, active_on = F.col("event_date"), F.col("cycle_active_on")
    years = F.col("years_to_file")
    until = last_day_to_file(arrested=on, years=years)
    return {
        "pending_charge": F.max(pending).over(person),
        "pending_charge_active_on": F.max(F.when(pending, active_on)).over(person),
        "every_pending_charge_dated": _always(~(pending & active_on.isNull()), person),
        "open_arrest": F.max(open_arrest).over(person),
        "latest_open_arrest": F.max(F.when(open_arrest, on)).over(person),
        "every_open_arrest_dated": _always(~(open_arrest & on.isNull()), person),
        "open_arrest_until": F.max(F.when(open_arrest, until)).over(person),
        "open_arrest_unbarred": F.max(open_arrest & (years == NEVER)).over(person),
    }


def _always(holds: Column, person: WindowSpec) -> Column:
    """Yes where it holds on every count of the person, else unknown."""
    return F.when(F.min(holds).over(person), True)


def _felonies(person: WindowSpec) -> dict[str, Column]:
    """The days of the person's felony convictions; a conviction of unknown level is one.

    One that is void is none.
    """
    stands = F.col("convicted") & (F.col("status") != VOIDED)
    felony = stands & (F.coalesce("level", F.lit("F")) == "F")
    day = F.when(felony, F.col("conviction_date"))
    return {
        "last_felony": F.max(day).over(person),
        "felony_dates": F.collect_set(day).over(person),
    }


def _parole_end() -> Column:
    """The latest possible end of a parole after prison; that of all terms where a record has one.

    Null where no prison was imposed, and where nothing bounds the parole.
    """
    end = F.col("terms_end")
    on_record = end > F.col("sentence_end")
    most = F.add_months(end, F.col("parole_months"))
    return F.when(F.col("parole_months").isNotNull(), F.when(on_record, end).otherwise(most))


def _without_felony() -> dict[str, Column]:
    """From when the years without a new felony run; null where the end of a term is unknown.

    Where the end is a bound, so is the day: from an earlier end they run from no later day.
    """
    end, bounded, parole = F.col("terms_end"), F.col("terms_end_bounded"), F.col("parole_bound_end")

    def within(start: Column, day: Column) -> Column:
        return (day > start) & (day <= F.add_months(start, MONTHS_WITHOUT_FELONY))

    in_order = F.sort_array("felony_dates")

    def moved(start: Column) -> Column:
        return F.aggregate(
            in_order, start, lambda start, day: F.when(within(start, day), day).otherwise(start)
        )

    new_one = F.exists(in_order, lambda day: within(end, day))
    # Few convictions have a felony after them; only those need to look at each.
    any_later = F.coalesce(F.col("last_felony") > end, F.lit(False))
    # Of a felony between the conviction and a bound it is not known whether it came after the end.
    perhaps = F.exists(
        in_order,
        lambda day: (
            (day > F.col("conviction_date")) & (day <= F.add_months(end, MONTHS_WITHOUT_FELONY))
        ),
    )
    since_conviction = F.coalesce(F.col("last_felony") > F.col("conviction_date"), F.lit(False))
    return {
        "felony_free_from": F.when(any_later, moved(end)).otherwise(end),
        "felony_free_from_bounded": bounded,
        "felony_after_sentence": F.when(bounded & since_conviction, F.when(~perhaps, False))
        .when(any_later, new_one)
        .when(end.isNotNull(), False),
        "felony_free_after_parole": F.when(F.col("last_felony") > parole, moved(parole)).otherwise(
            parole
        ),
    }
