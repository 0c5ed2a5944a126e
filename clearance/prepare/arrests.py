"""Arrest events: the ARREST/DETAINED/CITED counts of one step, and the outcome of their cycle."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.prepare.features import Features
from clearance.prepare.person.counts import CYCLE, UNREAD_LEVEL
from clearance.prepare.person.limitation import NEVER, last_day_to_file, years_of_person
from clearance.prepare.person.persons import with_person_of_arrest
from clearance.prepare.record.events import NO_CHARGE
from clearance.prepare.record.levels import (
    RANKS,
    VOIDED,
    level_of,
    rank,
    status_bit,
    status_bits,
    statuses,
)
from clearance.prepare.record.places import OF_SENTENCES, UNKNOWN_COUNTY, UNKNOWN_STEP
from clearance.prepare.record.quality import flag_words
from clearance.prepare.side_feeds import with_holes
from clearance.prepare.statutes.list_bits import common_lists, lists_of_any
from clearance.schemas import ARRESTS

# Whether a step is in court, or a charge open in court.
_IN_COURT, _MAYBE_IN_COURT, _NOT_IN_COURT = 2, 1, 0


def arrests(features: Features) -> DataFrame:
    """A row is an arrest event: its worst level, the outcomes of its counts and cycle, its dates.

    Args:
        features: `features.features`; the partitions of its counts by person are used again.
    """
    arrest_steps = (
        features.counts
        # The facts of the person that a decision about an arrest needs.
        .transform(
            with_person_of_arrest,
            lists=features.lists,
            limitation=features.limitation,
            merged=features.feeds.merges is not None,
        )
        .transform(with_holes, feeds=features.feeds)
        # Each step of a cycle: the sums of its arrest counts and of its court counts.
        .transform(_sum_by_step)
        # The facts of all steps of the cycle, on each of its steps.
        .transform(_with_facts_of_cycle)
        .where("is_arrest")
    )
    lists = features.lists
    no_list = F.lit(0).cast("bigint")
    tags = lists_of_any(*(F.coalesce(name, no_list) for name in ("tags", "court_tags")))
    every_felony_on = common_lists(F.col("felony_on"), F.col("court_felony_on"))
    with_lists = arrest_steps.withColumns(
        {"level": _worst_level(), "tags": tags, "felony_on": every_felony_on}
    )
    last_day = last_day_to_file(arrested=F.col("arrest_date"), years=F.col("years_to_file"))
    return with_lists.withColumns(
        {
            "unit_id": F.concat_ws("-", "subject_id", "step"),
            "county": F.coalesce("county", F.lit(UNKNOWN_COUNTY)),
            "tags": lists.names_of("tags"),
            "every_felony_on": F.when(F.col("level") == "F", lists.names_of("felony_on")),
            "court_level": F.when(~F.col("court_level_unread"), level_of(F.col("court_rank"))),
            "unread_charge": F.col("unread") | F.coalesce("court_unread", F.lit(False)),
            "court_statuses": statuses(F.col("court_bits")),
            "arrest_statuses": statuses(F.col("bits")),
            "quality": flag_words("flags"),
            "chargeable_until": last_day,
            "never_barred": F.coalesce(F.col("years_to_file") == NEVER, F.lit(False)),
        }
    ).select(*ARRESTS.columns)


def _sum_by_step(counts: DataFrame) -> DataFrame:
    """A row is a step of a cycle, with the sums of its arrest counts and of its court counts."""
    is_charge = ~F.col("toc").eqNullSafe(NO_CHARGE)
    arrest_charge = (F.col("step_kind") == "arrest") & is_charge
    court_charge = (F.col("step_kind") == "court") & is_charge & F.col("has_text")
    level_unread = F.col("unread_bits").bitwiseAND(UNREAD_LEVEL) != 0
    sums = {
        **_sums_of_arrest_counts(arrest_charge, level_unread=level_unread),
        **_sums_of_court_counts(court_charge, level_unread=level_unread),
        **_court_outcome(is_charge),
        "level_unread": F.max((arrest_charge | court_charge) & level_unread),
        "conviction": F.max("convicted"),
        "standing_conviction": F.max(F.col("convicted") & (F.col("status") != VOIDED)),
        # Facts of the person are the same on each of the person's counts.
        **{name: F.max(name) for name in ("deceased", "turned_20_on", "record_incomplete")},
    }
    aggregates = [aggregate.alias(name) for name, aggregate in sums.items()]
    return counts.groupBy(*CYCLE, "step").agg(*aggregates)


def _sums_of_arrest_counts(is_charge: Column, *, level_unread: Column) -> dict[str, Column]:
    """Sums over the arrest counts of a step; `is_charge` are those that are a charge."""
    is_arrest, county = F.col("step_kind") == "arrest", F.col("as_charged.county")
    return {
        "is_arrest": F.max(is_arrest),
        "county": F.min(F.when(is_arrest & (county != UNKNOWN_COUNTY), county)),
        "rank": F.max(F.when(is_arrest & ~level_unread, rank(F.col("toc")))),
        "arrest_date": F.min(F.when(is_arrest, F.col("event_date"))),
        "flags": F.bit_or(F.when(is_arrest, F.col("flags"))),
        "counts": F.count(F.when(is_charge, 1)).cast("int"),
        "bits": F.bit_or(F.when(is_charge, status_bits())),
        "unread": F.max(is_charge & ~F.col("parsed")),
        "tags": F.bit_or(F.when(is_charge, F.col("tags"))),
        "felony_on": F.bit_and(F.when(is_charge, F.col("felony_on"))),
        "years_to_file": F.max(F.when(is_charge, years_of_person())),
    }


def _sums_of_court_counts(is_charge: Column, *, level_unread: Column) -> dict[str, Column]:
    """Sums over the court counts of a step; `is_charge` are those with the text of a charge."""
    return {
        "court_rank": F.max(F.when(is_charge & ~level_unread, rank(F.col("level")))),
        "court_level_unread": F.max(is_charge & level_unread),
        "court_unread": F.max(is_charge & ~F.col("parsed")),
        "court_tags": F.bit_or(F.when(is_charge, F.col("tags"))),
        "court_felony_on": F.bit_and(F.when(is_charge, F.col("felony_on"))),
    }


def _court_outcome(is_charge: Column) -> dict[str, Column]:
    """Whether a step is in court, whether a charge is open in court, and the court's statuses.

    A step of an unknown kind may be in court. The outcome of a charge on such a step is unknown.
    `sentence_step`: whether the step is of a sentence, which mostly follows on a court.
    """
    in_court, unknown_kind = F.col("step_kind") == "court", F.col("step_kind") == UNKNOWN_STEP
    undisposed = F.col("status") == "undisposed"
    court_charge = in_court & is_charge
    maybe_court_charge = unknown_kind & is_charge & (F.col("has_text") | ~undisposed)

    def certainty(surely: Column, perhaps: Column) -> Column:
        return F.when(surely, _IN_COURT).when(perhaps, _MAYBE_IN_COURT).otherwise(_NOT_IN_COURT)

    return {
        "sentence_step": F.max(F.col("step_kind").isin(*OF_SENTENCES)),
        "court_step": F.max(certainty(in_court, unknown_kind)),
        "open_count": F.max(certainty(court_charge & undisposed, maybe_court_charge & undisposed)),
        "court_bits": F.bit_or(
            F.when(court_charge, status_bits()).when(maybe_court_charge, status_bit("unknown"))
        ),
    }


def _with_facts_of_cycle(steps: DataFrame) -> DataFrame:
    """A row is a step of a cycle, with the sums over all steps of the cycle."""
    cycle = Window.partitionBy(*CYCLE)
    # A sentence without a conviction: a court had the case, and its outcome is not in the cycle.
    unexplained = F.max("sentence_step").over(cycle) & ~F.max("conviction").over(cycle)
    court_step = F.greatest(
        F.max("court_step").over(cycle), F.when(unexplained, F.lit(_MAYBE_IN_COURT))
    )
    court_bits = F.bit_or("court_bits").over(cycle)
    with_unknown = F.coalesce(court_bits, F.lit(0)).bitwiseOR(status_bit("unknown"))
    return steps.withColumns(
        {
            "court_step_in_cycle": _true_if_in_court(court_step),
            "conviction_in_cycle": F.max("conviction").over(cycle),
            "standing_conviction_in_cycle": F.max("standing_conviction").over(cycle),
            "undisposed_court_count": _true_if_in_court(F.max("open_count").over(cycle)),
            "court_rank": F.max("court_rank").over(cycle),
            "level_unread": F.max("level_unread").over(cycle),
            "court_level_unread": F.max("court_level_unread").over(cycle),
            "court_bits": F.when(unexplained, with_unknown).otherwise(court_bits),
            "court_unread": F.max("court_unread").over(cycle),
            "court_tags": F.bit_or("court_tags").over(cycle),
            "court_felony_on": F.bit_and("court_felony_on").over(cycle),
        }
    )


def _worst_level() -> Column:
    """The worst level; null where a level that is not read may be worse than those that are."""
    worst = F.greatest("rank", "court_rank")
    return F.when((worst == RANKS["F"]) | ~F.col("level_unread"), level_of(worst))


def _true_if_in_court(certainty: Column) -> Column:
    """True, false, or null where the step may be in court."""
    return F.when(certainty == _IN_COURT, True).when(certainty == _NOT_IN_COURT, False)
