"""What stands open against a person: sentences served, charges pending; and later felonies.

Dates and yes or no, never whether a term is over: that depends on the day.
"""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column, DataFrame, WindowSpec
from pyspark.sql import functions as F

from clearance.prepare.person.counts import CONVICTED_WITHIN
from clearance.prepare.person.limitation import NEVER, last_day_to_file
from clearance.prepare.projection import projected
from clearance.prepare.record.events import NO_CHARGE
from clearance.prepare.record.levels import VOIDED, turned_over

_AT_LAST = "9999-12-31"


def blocking_facts(person: WindowSpec) -> dict[str, Column]:
    """Columns over all counts of a person, worked out in one pass with the others of `people`.

    Args:
        person: the counts of a person, with the facts of their cycles.
    """
    return {**_serving_facts(person), **_pending_facts(person), **_felony_days(person)}


def with_blocking_facts(counts: DataFrame) -> DataFrame:
    """A row is a count, with what the convictions of its person make of other facts.

    The felonies after it, from which a pack counts years without one; the latest end of a parole;
    until when a case may be filed over an open arrest.

    Args:
        counts: `people.with_person`, with `side_feeds.with_side_feeds`.
    """
    with_later = counts.withColumns(
        {
            "parole_bound_end": _parole_end(),
            "open_arrest_until": _open_arrest_until(),
            **_felonies_since(),
        }
    )
    return projected(
        with_later,
        _later_felonies(),
        without=("felony_dates", "felony_spans", "parole_months", "parole_on_record"),
    )


def _serving_facts(person: WindowSpec) -> dict[str, Column]:
    """Ends of the convictions that are served: not those set aside or relieved."""
    serves = F.col("convicted") & ~F.col("set_aside")
    # Prison may have come of any felony: a term without a place does not say.
    in_prison = F.col("is_felony") | F.col("as_decided.prison_imposed")
    sent_on = F.when(in_prison, F.coalesce("conviction_date", F.lit(_AT_LAST).cast("date")))
    end, without_end = F.col("sentence_end"), F.col("as_decided.sentence_without_end")
    # A length that is not on record makes nobody appear to serve; a day that is not known does.
    bounded = F.col("length_bounded")
    # What has no end at all, or none that anything bounds.
    unbounded = F.max(serves & end.isNull()).over(person)
    # A charge on a step of an unknown kind may be in court, or an arrest that goes on elsewhere.
    goes_on = F.col("status").isin("undisposed", "combined") | turned_over()
    strange_step = (F.col("step_kind") == "unknown") & goes_on
    not_read = (
        (serves & F.col("sentence_unread"))
        | F.col("conviction_unread")
        | (is_charge() & (F.col("perhaps_convicted") | strange_step))
    )
    return {
        "last_serving_end": F.max(F.when(serves & ~bounded, end)).over(person),
        "serving_end_known": F.max(serves & ~bounded & end.isNotNull()).over(person),
        "serving_end_unknown": F.max(serves & (end.isNull() | bounded)).over(person),
        "serving_bound_end": F.when(~unbounded, F.max(F.when(serves & bounded, end)).over(person)),
        "serving_without_end": F.max(serves & without_end).over(person),
        "unread_on_record": F.max(not_read).over(person),
        # On one day: then it is one custody, and one parole.
        "one_custody": F.min(sent_on).over(person) == F.max(sent_on).over(person),
    }


def is_charge() -> Column:
    """Whether the count is a charge of an offence, of somebody who is not only registered."""
    about_charges = ~F.col("step_kind").isin("registration", "applicant", "deceased")
    return about_charges & ~F.col("toc").eqNullSafe(NO_CHARGE)


def _pending_facts(person: WindowSpec) -> dict[str, Column]:
    """Charges without an outcome. A court step settles the arrest counts of its cycle."""
    charge = is_charge()
    in_court, arrest = F.col("step_kind") == "court", F.col("step_kind") == "arrest"
    settled = arrest & F.col("court_step_in_cycle")
    undisposed = charge & (F.col("status") == "undisposed")
    in_diversion = charge & (F.col("status") == "diverted") & ~settled
    pending = (undisposed & in_court) | in_diversion
    # Of what goes on elsewhere the outcome is no more known than of what has none.
    elsewhere = charge & ((F.col("status") == "combined") | turned_over())
    open_arrest = (undisposed | elsewhere) & arrest & ~settled
    on, active_on = F.col("event_date"), F.col("cycle_active_on")

    def until(years: Column) -> Column:
        return F.max(F.when(open_arrest, last_day_to_file(arrested=on, years=years))).over(person)

    most, without = F.col("years_to_file"), F.col("years_without_prior")
    return {
        "pending_charge": F.max(pending).over(person),
        "pending_charge_active_on": F.max(F.when(pending, active_on)).over(person),
        "every_pending_charge_dated": _always(~(pending & active_on.isNull()), person),
        "open_arrest": F.max(open_arrest).over(person),
        "latest_open_arrest": F.max(F.when(open_arrest, on)).over(person),
        "every_open_arrest_dated": _always(~(open_arrest & on.isNull()), person),
        "perhaps_prior": F.max("is_prior").over(person),
        "until_with_prior": until(most),
        "until_without_prior": until(F.coalesce(without, most)),
        "open_arrest_unbarred": F.max(open_arrest & (most == NEVER)).over(person),
    }


def _open_arrest_until() -> Column:
    """The last day to file a case over an open arrest, by the person's convictions."""
    shorter = F.col("until_without_prior")
    return F.when(F.col("perhaps_prior"), F.col("until_with_prior")).otherwise(shorter)


def _always(holds: Column, person: WindowSpec) -> Column:
    """Yes where it holds on every count of the person, else unknown."""
    return F.when(F.min(holds).over(person), True)


def _felony_days(person: WindowSpec) -> dict[str, Column]:
    """The days of the person's felony convictions.

    Of one of which only the month or the year is known, its first and its last day, and its count.
    """
    felony = F.col("is_felony")
    first, last = map(F.col, CONVICTED_WITHIN)
    within = F.struct(first.alias("first"), last.alias("last"), "subject_id", "count_order")
    return {
        "felony_dates": F.collect_set(F.when(felony, F.col("conviction_date"))).over(person),
        "felony_spans": F.collect_list(F.when(felony & last.isNotNull(), within)).over(person),
    }


def is_felony() -> Column:
    """Whether the count is a conviction of a felony, or of unknown level; one void is none."""
    stands = F.col("convicted") & (F.col("status") != VOIDED)
    return stands & (F.coalesce("level", F.lit("F")) == "F")


def _parole_end() -> Column:
    """The latest possible end of a parole after prison; that of all terms where a record has it.

    Parole on record is that of this sentence only where no other can have led to prison. Null where
    no prison was imposed, where nothing bounds the parole, and where not all terms have an end.
    """
    end, months = F.col("terms_end"), F.col("parole_months")
    on_record = F.col("parole_on_record") & F.col("one_custody")
    most = F.greatest(end, F.add_months("sentence_end", months))
    return F.when(months.isNotNull() & end.isNotNull(), F.when(on_record, end).otherwise(most))


def _felonies_since() -> dict[str, Column]:
    """The felony convictions after this one; null where there is none to look through.

    After the conviction's date, or the first day that it may be; where neither is known, all.
    """
    since = F.coalesce("conviction_date", "conviction_earliest")

    def is_later(day: Column) -> Column:
        return F.coalesce(day > since, F.lit(True))

    def is_another(span: Column) -> Column:
        # Of its own month it is none of those after it; another may be.
        same = (span["subject_id"] == F.col("subject_id")) & (
            span["count_order"] == F.col("count_order")
        )
        return ~same & is_later(span["last"])

    def some(name: str, holds: Callable[[Column], Column]) -> Column:
        # Few people have any.
        return F.when(F.col("convicted") & (F.size(name) > 0), F.filter(name, holds))

    return {
        "felony_dates": some("felony_dates", is_later),
        "felony_spans": some("felony_spans", is_another),
    }


def _later_felonies() -> dict[str, Column]:
    """The days of the felony convictions after this one, in order, and whether some are ends only.

    Reads the columns of `_felonies_since`.
    """
    days = F.coalesce("felony_dates", F.array().cast("array<date>"))
    partly = F.coalesce(F.size("felony_spans") > 0, F.lit(False))
    ends = F.flatten(F.transform("felony_spans", lambda span: F.array(span["first"], span["last"])))
    return {
        "later_felonies": F.sort_array(F.when(partly, F.concat(days, ends)).otherwise(days)),
        "later_felonies_partly": partly,
    }
