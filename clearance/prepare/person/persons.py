"""Facts of a person: on the whole record, in any county, and before each conviction.

A fact is unknown (null) where a conviction without a date could change it and no conviction with a
date decides it. The same holds for a count that may be a conviction, and for a conviction whose
charge is not read.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from clearance.prepare.person.blocking_facts import blocking_facts, is_charge, is_felony
from clearance.prepare.person.cycles import P64
from clearance.prepare.person.earlier import earlier_convictions, of_section
from clearance.prepare.person.limitation import is_prior
from clearance.prepare.person.outcomes import OF_SENTENCE, SUPER_STRIKE
from clearance.prepare.projection import projected
from clearance.prepare.record.quality import flags
from clearance.prepare.record.rules import Registration
from clearance.prepare.statutes.limitation_periods import Limitation
from clearance.prepare.statutes.list_bits import ListBits
from clearance.prepare.statutes.match import POSSIBLE
from clearance.schemas import CHARGES

REGISTRABLE = "registrable_290c"
REGISTERS = "registers_290"
# The columns of Prop 64 convictions by section have the section in their names.
P64_BY_SECTION = tuple(name for name in CHARGES.columns if name[:4] == "p64_" and name[4].isdigit())
MONTHS_TO_20 = 240
# Columns of `charges` that no step here changes pass through the window as one struct.
OWN = "own"
_OWN = (
    *("step_kind", "code_book", "section", "parsed", "level", "tags", "status", "set_aside"),
    *("arrest_date", "as_charged", "as_decided"),
    *("p64_in_cycle", "only_p64_and_pleas_in_cycle"),
)
_FIRST_DAY = "0001-01-01"


def with_person(
    counts: DataFrame,
    *,
    registrations: tuple[Registration, ...],
    lists: ListBits,
    limitation: Limitation,
    merged: bool,
) -> DataFrame:
    """A row is a count, with the facts of its person on the whole record and before the count.

    Other columns of the count itself are one struct, `own`. Merged subjects are one person with one
    birth date.

    Args:
        counts: `enhancements.with_enhanced_felonies`.
        registrations: the register that each charge of a REGISTRATION step means.
        lists: the statute lists.
        limitation: the periods, with the convictions that make another offence a felony.
        merged: whether any subjects are merged.
    """
    with_events = _with_sentence(counts).withColumns(
        {
            **_events_of_count(registrations=registrations, lists=lists),
            "is_felony": is_felony(),
            "is_prior": _perhaps_prior(limitation, lists),
            # Without the day of the conviction every end is only the latest possible.
            "sentence_end_bounded": F.col("length_bounded")
            | (F.col("conviction_latest").isNotNull() & F.col("sentence_end").isNotNull()),
            **of_section(),
            OWN: F.struct(*_OWN),
        }
    )
    person = Window.partitionBy("person_id")
    with_facts = with_events.withColumns(
        {
            **_facts_of_record(person),
            **_events(person),
            **_birth(person, merged=merged),
            **blocking_facts(person),
        }
    )
    return projected(
        with_facts,
        {
            **_facts_before(),
            **earlier_convictions(),
            "super_strike_charges": _in_order("super_strike_charges"),
            "registrable_charges": _in_order("registrable_charges"),
            "super_strike_on_record": _on_record("super_strike"),
            "registrable_on_record": _on_record("registrable"),
            **_of_birth(),
        },
        without=(*_OWN, "conviction_latest", "sentence_unread", "conviction_unread"),
    )


def _events_of_count(
    *, registrations: tuple[Registration, ...], lists: ListBits
) -> dict[str, Column]:
    """Whether the count is a conviction of each kind, or a registration; and whether it may be.

    The columns `perhaps_...` are of counts that may be a conviction, or a registration: their
    outcome, charge or step is not read.
    """
    convicted, tags = F.col("convicted"), F.col("tags")
    perhaps = F.col("perhaps_convicted") & is_charge()
    strike = lists.any_of(tags, SUPER_STRIKE, SUPER_STRIKE + POSSIBLE)
    registrable, p64 = lists.any_of(tags, REGISTRABLE), lists.any_of(tags, P64)
    registers = _registers(registrations, "registered_290")
    registration, unread = F.col("step_kind") == "registration", ~F.col("parsed")
    on_unknown_step = F.col("step_kind") == "unknown"
    return {
        "is_super_strike": convicted & strike,
        "is_registrable": convicted & registrable,
        "is_p64": convicted & p64,
        "is_unread": convicted & is_charge() & unread,
        REGISTERS: registers & registration,
        "perhaps_convicted": perhaps,
        "perhaps_is_super_strike": perhaps & (strike | unread),
        "perhaps_is_registrable": perhaps & (registrable | unread),
        "perhaps_is_p64": perhaps & p64,
        "perhaps_is_unread": perhaps & unread,
        "perhaps_is_serious": perhaps & (strike | registrable),
        f"perhaps_{REGISTERS}": (registers & on_unknown_step) | (registration & unread),
    }


def _with_sentence(counts: DataFrame) -> DataFrame:
    return counts.withColumns({name: F.col(f"as_decided.{name}") for name in OF_SENTENCE})


def with_person_of_arrest(
    counts: DataFrame, *, lists: ListBits, limitation: Limitation, merged: bool
) -> DataFrame:
    """A row is a count, with the facts of its person that arrests have, too.

    `perhaps_prior`: whether the person has, or may have, a conviction that makes some offences a
    felony.

    Args:
        counts: `enhancements.with_enhanced_felonies`.
        lists: the statute lists.
        limitation: the periods, with those convictions.
        merged: whether any subjects are merged.
    """
    person = Window.partitionBy("person_id")
    prior = F.max(_perhaps_prior(limitation, lists)).over(person)
    with_facts = counts.withColumns(
        {"deceased": _deceased(person), "perhaps_prior": prior, **_birth(person, merged=merged)}
    )
    return with_facts.withColumns(_of_birth())


def _perhaps_prior(limitation: Limitation, lists: ListBits) -> Column:
    """Whether the count is, or may be, a conviction that makes some other offences a felony."""
    maybe_convicted = F.col("convicted") | F.col("perhaps_convicted")
    return maybe_convicted & is_charge() & is_prior(limitation=limitation, lists=lists)


def _deceased(person: WindowSpec) -> Column:
    return F.max(F.col("step_kind") == "deceased").over(person)


def _of_birth() -> dict[str, Column]:
    several = F.col("first_born") != F.col("last_born")
    # The birth date or the date of the event is wrong.
    after_event = F.coalesce(F.col("born") >= F.col("first_event"), F.lit(False))
    return {
        "turned_20_on": F.when(~after_event, F.add_months("born", MONTHS_TO_20)),
        "flags": F.col("flags").bitwiseOR(
            flags(SEVERAL_BIRTH_DATES=several, BAD_BIRTH_DATE=after_event)
        ),
    }


def _registers(registrations: tuple[Registration, ...], fact: str) -> Column:
    """Whether the charge is that of a register with the fact."""
    registers = F.lit(False)
    for registration in registrations:
        if registration.fact == fact:
            same = (F.col("code_book") == registration.code_book) & (
                F.col("section") == registration.section
            )
            registers = registers | F.coalesce(same, F.lit(False))
    return registers


def _facts_of_record(person: WindowSpec) -> dict[str, Column]:
    """Facts of the person's convictions on the whole record."""
    convicted, date = F.col("convicted"), F.col("conviction_date")
    perhaps, perhaps_p64 = F.col("perhaps_convicted"), F.col("perhaps_is_p64")
    undated = (convicted & date.isNull()) | perhaps
    unknown_end = (convicted & F.col("sentence_end").isNull()) | perhaps
    p64 = F.col("is_p64")
    end, bounded = F.when(convicted, F.col("sentence_end")), F.col("sentence_end_bounded")
    unread = F.col("is_unread") | F.col("perhaps_is_unread")

    def known_number(condition: Column, perhaps: Column) -> Column:
        return F.when(~F.max(perhaps).over(person), _count_where(condition, person))

    by_section = {}
    for name in P64_BY_SECTION:
        of_section = F.col("section") == name.removeprefix("p64_")
        perhaps_of_section = F.coalesce(perhaps_p64 & of_section, F.lit(False))
        by_section[name] = known_number(p64 & of_section, perhaps_of_section | unread)
    other = F.max(convicted & ~p64).over(person)
    perhaps_other = F.max(perhaps & ~perhaps_p64).over(person)
    return {
        "convictions_on_record": known_number(convicted, perhaps),
        "latest_conviction": F.max(F.when(convicted, date)).over(person),
        "every_conviction_dated": F.when(~F.max(undated).over(person), True),
        "last_sentence_end": F.max(end).over(person),
        "last_sentence_end_bounded": F.coalesce(
            F.max(F.when(bounded, end)).over(person)
            > F.coalesce(F.max(F.when(~bounded, end)).over(person), F.lit(_FIRST_DAY).cast("date")),
            F.lit(False),
        ),
        "every_sentence_known": F.when(~F.max(unknown_end).over(person), True),
        "only_p64": F.when(other, False).when(~perhaps_other, F.max(p64).over(person)),
        "p64_convictions": known_number(p64, perhaps_p64 | unread),
        **by_section,
        "deceased": _deceased(person),
        "convictions": F.collect_list("convicted_of").over(person),
        "void_convictions": F.collect_list("void_of").over(person),
    }


def _events(person: WindowSpec) -> dict[str, Column]:
    """The events that may be before a conviction: first date, number, number without a date."""
    columns: dict[str, Column] = {}
    for name, date in (
        ("is_super_strike", "conviction_date"),
        ("is_registrable", "conviction_date"),
        ("is_unread", "conviction_date"),
        (REGISTERS, "event_date"),
    ):
        is_event, perhaps = F.col(name), F.col(f"perhaps_{name}")
        columns |= {
            f"{name}_first": F.min(F.when(is_event, F.col(date))).over(person),
            f"{name}_undated": _count_where((is_event & F.col(date).isNull()) | perhaps, person),
            f"{name}_number": _count_where(is_event | perhaps, person),
        }
    for name, event in (
        ("super_strike_charges", "is_super_strike"),
        ("registrable_charges", "is_registrable"),
    ):
        shown = F.when(F.col(event), F.struct("count_order", "shown"))
        columns[name] = F.collect_list(shown).over(person)
    registered = F.max(REGISTERS).over(person)
    perhaps = F.max(f"perhaps_{REGISTERS}").over(person)
    return columns | {
        "perhaps_serious": F.max("perhaps_is_serious").over(person),
        "registered_290": F.when(registered | ~perhaps, registered),
        "super_strike_sure": F.max("is_super_strike").over(person),
        "registrable_sure": F.max("is_registrable").over(person),
    }


def _on_record(name: str) -> Column:
    """Whether a conviction on record is such an event, whatever its date; null where it may be."""
    none = F.col(f"is_{name}_number") + F.col("is_unread_number") == 0
    return F.coalesce(F.when(F.col(f"{name}_sure"), True), F.when(none, False))


def _in_order(name: str) -> Column:
    """The charges of the events in the record's order, without repetitions."""
    several = F.array_distinct(F.sort_array(F.col(name))["shown"])
    return F.when(F.size(name) > 1, several).otherwise(F.col(name)["shown"])


def _count_where(condition: Column, person: WindowSpec) -> Column:
    return F.count(F.when(condition, 1)).over(person).cast("int")


def _facts_before() -> dict[str, Column]:
    """Whether the person had each event strictly before this conviction; null on other counts."""
    convicted = F.col("convicted")
    unread = F.coalesce(_earlier("is_unread"), F.lit(True))
    return {
        "super_strike_before": F.when(convicted, _earlier("is_super_strike", perhaps=unread)),
        "registrable_before": F.when(convicted, _earlier("is_registrable", perhaps=unread)),
        "registration_before": F.when(convicted, _earlier(REGISTERS)),
        "unread_charge_before": F.when(convicted, unread | F.col("perhaps_serious")),
    }


def _earlier(name: str, *, perhaps: Column | None = None) -> Column:
    """Whether an event has a date strictly before this conviction; null where unknown.

    The event of the count itself is not before it.

    Args:
        name: the name of the events.
        perhaps: whether an earlier conviction with an unread charge may be such an event.
    """
    date = F.col("conviction_date")
    others = F.col(f"{name}_number") - F.col(name).cast("int")
    undated = F.col(f"{name}_undated") > 0
    no_unread = F.lit(True) if perhaps is None else ~perhaps
    return (
        F.when(date.isNull(), F.when((others == 0) & no_unread, False))
        .when(F.col(f"{name}_first") < date, True)
        .when(~undated & no_unread, False)
    )


def _birth(person: WindowSpec, *, merged: bool) -> dict[str, Column]:
    """The birth date of most counts, the earliest of a tie; the dates by which it is checked.

    For merged subjects it is that of the survivor, where the record has one.
    """
    born = F.mode("first_birth_date", True).over(person)
    if merged:
        is_survivor = F.col("subject_id") == F.col("person_id")
        of_survivor = F.mode(F.when(is_survivor, F.col("first_birth_date")), True).over(person)
        born = F.coalesce(of_survivor, born)
    return {
        "born": born,
        "first_born": F.min("first_birth_date").over(person),
        "last_born": F.max("last_birth_date").over(person),
        "first_event": F.min("event_date").over(person),
    }
