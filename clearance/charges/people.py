"""Facts of a person: what stands on the whole record, any county, and what came before a count.

An undated conviction makes unknown what it could change, unless a dated one already decides.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from clearance.charges.cycles import P64
from clearance.charges.earlier import earlier_convictions, of_section
from clearance.charges.outcomes import SUPER_STRIKE
from clearance.charges.quality import flags
from clearance.charges.record_rules import Registration
from clearance.charges.standing import standing
from clearance.charges.statutes import POSSIBLE
from clearance.schemas import CHARGES

REGISTRABLE = "registrable_290c"
# The columns that count Prop 64 convictions by section carry the section in their names.
P64_BY_SECTION = tuple(name for name in CHARGES.columns if name[:4] == "p64_" and name[4].isdigit())
MONTHS_TO_20 = 240


def with_person(
    counts: DataFrame, *, registrations: tuple[Registration, ...], merged: bool
) -> DataFrame:
    """A row is a count, with the facts of its person and of what came before it.

    Merged subjects are one person: all of them have the facts of all, and one birth date.

    Args:
        counts: `cycles.with_cycle`.
        registrations: which charge of a REGISTRATION step is which register.
        merged: whether any subjects are.
    """
    convicted, tags = F.col("convicted"), F.col("tags")
    marked = counts.withColumns(
        {
            "is_super_strike": convicted
            & F.arrays_overlap(tags, F.array(F.lit(SUPER_STRIKE), F.lit(SUPER_STRIKE + POSSIBLE))),
            "is_registrable": convicted & F.array_contains(tags, REGISTRABLE),
            "is_p64": convicted & F.array_contains(tags, P64),
            "registers_290": _registers(registrations, "registered_290"),
            **of_section(),
        }
    )
    person = Window.partitionBy("person_id")
    gathered = marked.withColumns(
        {**_record(person), **_events(person), **_birth(person, merged=merged), **standing(person)}
    )
    several = F.col("first_born") != F.col("last_born")
    return gathered.withColumns(
        {
            **_before(),
            **earlier_convictions(),
            "super_strike_charges": _in_order("super_strike_charges"),
            "registrable_charges": _in_order("registrable_charges"),
            "super_strike_on_record": F.col("is_super_strike_number") > 0,
            "turned_20_on": F.add_months("born", MONTHS_TO_20),
            "flags": F.col("flags").bitwiseOR(flags(SEVERAL_BIRTH_DATES=several)),
        }
    )


def _registers(registrations: tuple[Registration, ...], fact: str) -> Column:
    entered = F.lit(False)
    for one in registrations:
        if one.fact == fact:
            same = (F.col("code_book") == one.code_book) & (F.col("section") == one.section)
            entered = entered | F.coalesce(same, F.lit(False))
    return entered & (F.col("step_kind") == "registration")


def _record(person: WindowSpec) -> dict[str, Column]:
    """The person's convictions."""
    convicted, date = F.col("convicted"), F.col("conviction_date")
    undated = convicted & date.isNull()
    unknown_end = convicted & F.col("sentence_end").isNull()
    p64 = F.col("is_p64")
    by_section = {
        name: _number(p64 & (F.col("section") == name.removeprefix("p64_")), person)
        for name in P64_BY_SECTION
    }
    other = F.max(convicted & ~p64).over(person)
    return {
        "convictions_on_record": _number(convicted, person),
        "latest_conviction": F.max(F.when(convicted, date)).over(person),
        "every_conviction_dated": F.when(~F.max(undated).over(person), True),
        "last_sentence_end": F.max(F.when(convicted, F.col("sentence_end"))).over(person),
        "every_sentence_known": F.when(~F.max(unknown_end).over(person), True),
        "only_p64": F.max(p64).over(person) & ~other,
        "p64_convictions": _number(p64, person),
        **by_section,
        "deceased": F.max(F.col("step_kind") == "deceased").over(person),
        "convictions": F.collect_list("convicted_of").over(person),
    }


def _events(person: WindowSpec) -> dict[str, Column]:
    """What may stand before a conviction: its first date, and how many are undated."""
    columns: dict[str, Column] = {}
    for name, date in (
        ("is_super_strike", "conviction_date"),
        ("is_registrable", "conviction_date"),
        ("registers_290", "event_date"),
    ):
        holds = F.col(name)
        columns |= {
            f"{name}_first": F.min(F.when(holds, F.col(date))).over(person),
            f"{name}_undated": _number(holds & F.col(date).isNull(), person),
            f"{name}_number": _number(holds, person),
        }
    for name, mark in (
        ("super_strike_charges", "is_super_strike"),
        ("registrable_charges", "is_registrable"),
    ):
        shown = F.when(F.col(mark), F.struct("count_order", "shown"))
        columns[name] = F.collect_list(shown).over(person)
    return columns | {"registered_290": F.max("registers_290").over(person)}


def _in_order(name: str) -> Column:
    """The charges in the record's order, each once."""
    several = F.array_distinct(F.sort_array(F.col(name))["shown"])
    return F.when(F.size(name) > 1, several).otherwise(F.col(name)["shown"])


def _number(condition: Column, person: WindowSpec) -> Column:
    return F.count(F.when(condition, 1)).over(person).cast("int")


def _before() -> dict[str, Column]:
    """What stands strictly before this conviction; null where the count is none."""
    convicted = F.col("convicted")
    return {
        "super_strike_before": F.when(convicted, _earlier("is_super_strike")),
        "registrable_before": F.when(convicted, _earlier("is_registrable")),
        "registration_before": F.when(convicted, _earlier("registers_290")),
    }


def _earlier(name: str) -> Column:
    """Whether one of the events is dated strictly before this conviction; null where unknown.

    This count's own event is not before itself.
    """
    date = F.col("conviction_date")
    others = F.col(f"{name}_number") - F.col(name).cast("int")
    undated = F.col(f"{name}_undated") > 0
    return (
        F.when(date.isNull(), F.when(others == 0, False))
        .when(F.col(f"{name}_first") < date, True)
        .when(~undated, False)
    )


def _birth(person: WindowSpec, *, merged: bool) -> dict[str, Column]:
    """The birth date of most counts, the earliest where several tie; and whether they differ.

    Of merged subjects it is that of the one that is left, where the record has it.
    """
    born = F.mode("first_birth_date", True).over(person)
    if merged:
        survivor = F.col("subject_id") == F.col("person_id")
        own = F.mode(F.when(survivor, F.col("first_birth_date")), True).over(person)
        born = F.coalesce(own, born)
    return {
        "born": born,
        "first_born": F.min("first_birth_date").over(person),
        "last_born": F.max("last_birth_date").over(person),
    }
