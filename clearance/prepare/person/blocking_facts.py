"""Facts of a person that block relief: running sentences, pending charges, later felonies.

They are dates, true or false. None says whether a term is over: that depends on the as-of date.
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

_LAST_DAY = "9999-12-31"


def blocking_facts(person: WindowSpec) -> dict[str, Column]:
    """Columns over all counts of a person; `persons` computes them in one pass with its others.

    Args:
        person: the window over a person's counts, which have the facts of their cycles.
    """
    return {**_serving_facts(person), **_pending_facts(person), **_felony_days(person)}


def with_blocking_facts(counts: DataFrame) -> DataFrame:
    """A row is a count, with facts that depend on the other convictions of its person.

    These are the felonies after it, from which a pack counts the years without a felony; the latest
    possible end of parole; and the last day to file a case over an open arrest.

    Args:
        counts: `persons.with_person`, with `side_feeds.with_side_feeds`.
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
    """The ends of the sentences that a person serves, without those set aside or relieved."""
    serves = F.col("convicted") & ~F.col("set_aside")
    # Any felony may have led to prison, since a term may have no place.
    maybe_prison = F.col("is_felony") | F.col("as_decided.prison_imposed")
    prison_from = F.when(maybe_prison, F.coalesce("conviction_date", F.lit(_LAST_DAY).cast("date")))
    end, without_end = F.col("sentence_end"), F.col("as_decided.sentence_without_end")
    # Where the length is missing, the end is a bound: it makes nobody appear to serve. An end of
    # which only the day of the conviction is not known does.
    bounded = F.col("length_bounded")
    unbounded = F.max(serves & end.isNull()).over(person)
    # A charge on a step of an unknown kind may be open in court, or continue elsewhere.
    may_be_open = F.col("status").isin("undisposed", "combined") | turned_over()
    on_unknown_step = (F.col("step_kind") == "unknown") & may_be_open
    not_read = (
        (serves & F.col("sentence_unread"))
        | F.col("conviction_unread")
        | (is_charge() & (F.col("perhaps_convicted") | on_unknown_step))
    )
    return {
        "last_serving_end": F.max(F.when(serves & ~bounded, end)).over(person),
        "serving_end_known": F.max(serves & ~bounded & end.isNotNull()).over(person),
        "serving_end_unknown": F.max(serves & (end.isNull() | bounded)).over(person),
        "serving_bound_end": F.when(~unbounded, F.max(F.when(serves & bounded, end)).over(person)),
        "serving_without_end": F.max(serves & without_end).over(person),
        "unread_on_record": F.max(not_read).over(person),
        # All prison of one day is one custody, with one parole.
        "one_custody": F.min(prison_from).over(person) == F.max(prison_from).over(person),
    }


def is_charge() -> Column:
    """Whether the count is a charge of an offence, not a registration or an application."""
    step_of_charges = ~F.col("step_kind").isin("registration", "applicant", "deceased")
    return step_of_charges & ~F.col("toc").eqNullSafe(NO_CHARGE)


def _pending_facts(person: WindowSpec) -> dict[str, Column]:
    """Charges without an outcome. A court step settles the arrest counts of its cycle."""
    charge = is_charge()
    in_court, arrest = F.col("step_kind") == "court", F.col("step_kind") == "arrest"
    settled = arrest & F.col("court_step_in_cycle")
    undisposed = charge & (F.col("status") == "undisposed")
    in_diversion = charge & (F.col("status") == "diverted") & ~settled
    pending = (undisposed & in_court) | in_diversion
    # The outcome of a charge that continues elsewhere is as unknown as that of an open charge.
    elsewhere = charge & ((F.col("status") == "combined") | turned_over())
    open_arrest = (undisposed | elsewhere) & arrest & ~settled
    on, active_on = F.col("event_date"), F.col("cycle_active_on")

    def until(years: Column) -> Column:
        return F.max(F.when(open_arrest, last_day_to_file(arrested=on, years=years))).over(person)

    years, without_prior = F.col("years_to_file"), F.col("years_without_prior")
    return {
        "pending_charge": F.max(pending).over(person),
        "pending_charge_active_on": F.max(F.when(pending, active_on)).over(person),
        "every_pending_charge_dated": _always(~(pending & active_on.isNull()), person),
        "open_arrest": F.max(open_arrest).over(person),
        "latest_open_arrest": F.max(F.when(open_arrest, on)).over(person),
        "every_open_arrest_dated": _always(~(open_arrest & on.isNull()), person),
        "perhaps_prior": F.max("is_prior").over(person),
        "until_with_prior": until(years),
        "until_without_prior": until(F.coalesce(without_prior, years)),
        "open_arrest_unbarred": F.max(open_arrest & (years == NEVER)).over(person),
    }


def _open_arrest_until() -> Column:
    """The last day to file a case over an open arrest, which may depend on other convictions."""
    shorter = F.col("until_without_prior")
    return F.when(F.col("perhaps_prior"), F.col("until_with_prior")).otherwise(shorter)


def _always(holds: Column, person: WindowSpec) -> Column:
    """True where the condition holds on every count of the person, else null."""
    return F.when(F.min(holds).over(person), True)


def _felony_days(person: WindowSpec) -> dict[str, Column]:
    """The days of the person's felony convictions.

    `felony_spans`: the first and the last day of those whose record gives only a month or a year.
    """
    felony = F.col("is_felony")
    first, last = map(F.col, CONVICTED_WITHIN)
    span = F.struct(first.alias("first"), last.alias("last"), "subject_id", "count_order")
    return {
        "felony_dates": F.collect_set(F.when(felony, F.col("conviction_date"))).over(person),
        "felony_spans": F.collect_list(F.when(felony & last.isNotNull(), span)).over(person),
    }


def is_felony() -> Column:
    """Whether the count is a conviction of a felony or of unknown level, and not void."""
    valid = F.col("convicted") & (F.col("status") != VOIDED)
    return valid & (F.coalesce("level", F.lit("F")) == "F")


def _parole_end() -> Column:
    """The latest possible end of parole after prison.

    Where the parole is on record, this is the end of all terms. Parole on record counts only where
    no other sentence can have led to prison. Null where no prison was imposed, where nothing bounds
    the parole, and where a term has no end.
    """
    end, months = F.col("terms_end"), F.col("parole_months")
    on_record = F.col("parole_on_record") & F.col("one_custody")
    most = F.greatest(end, F.add_months("sentence_end", months))
    return F.when(months.isNotNull() & end.isNotNull(), F.when(on_record, end).otherwise(most))


def _felonies_since() -> dict[str, Column]:
    """The felony convictions after the count's own conviction; null where the person has none.

    After the conviction date, or the first possible day; where neither is known, all of them.
    """
    since = F.coalesce("conviction_date", "conviction_earliest")

    def is_later(day: Column) -> Column:
        return F.coalesce(day > since, F.lit(True))

    def is_another(span: Column) -> Column:
        # The conviction itself is not after itself; another of the same month may be.
        is_itself = (span["subject_id"] == F.col("subject_id")) & (
            span["count_order"] == F.col("count_order")
        )
        return ~is_itself & is_later(span["last"])

    def later(name: str, is_after: Callable[[Column], Column]) -> Column:
        # Few people have felonies: the others are spared the filter.
        return F.when(F.col("convicted") & (F.size(name) > 0), F.filter(name, is_after))

    return {
        "felony_dates": later("felony_dates", is_later),
        "felony_spans": later("felony_spans", is_another),
    }


def _later_felonies() -> dict[str, Column]:
    """The days of the later felony convictions, in order; of some only the first and last day.

    `later_felonies_partly`: whether there are such. Reads the columns of `_felonies_since`.
    """
    days = F.coalesce("felony_dates", F.array().cast("array<date>"))
    partly = F.coalesce(F.size("felony_spans") > 0, F.lit(False))
    ends = F.flatten(F.transform("felony_spans", lambda span: F.array(span["first"], span["last"])))
    return {
        "later_felonies": F.sort_array(F.when(partly, F.concat(days, ends)).otherwise(days)),
        "later_felonies_partly": partly,
    }
