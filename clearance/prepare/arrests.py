"""Arrest events: the ARREST/DETAINED/CITED counts of one step, and what became of their cycle."""

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
from clearance.prepare.statutes.list_bits import all_of, either
from clearance.schemas import ARRESTS

_COURT, _POSSIBLY = 2, 1


def arrests(features: Features) -> DataFrame:
    """A row is an arrest event: worst level, what became of its counts and cycle, dates.

    Args:
        features: `tables.features`; its partitions by person serve here too.
    """
    arrested = (
        features.counts
        # The person's facts that an arrest asks for.
        .transform(
            with_person_of_arrest,
            lists=features.lists,
            limitation=features.limitation,
            merged=features.feeds.merges is not None,
        )
        .transform(with_holes, feeds=features.feeds)
        # A step of a cycle: its arrest counts and its court counts, summed.
        .transform(_sum_by_step)
        # What the court steps of the cycle say, on each of its steps.
        .transform(_with_facts_of_court_steps)
        .where("is_arrest")
    )
    level = _worst_level()
    lists = features.lists
    none = F.lit(0).cast("bigint")
    tags = either(*(F.coalesce(name, none) for name in ("tags", "court_tags")))
    every_felony = all_of(F.col("felony_on"), F.col("court_felony_on"))
    named = arrested.withColumns({"level": level, "tags": tags, "felony_on": every_felony})
    until = last_day_to_file(arrested=F.col("arrest_date"), years=F.col("years_to_file"))
    return named.withColumns(
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
            "chargeable_until": until,
            "never_barred": F.coalesce(F.col("years_to_file") == NEVER, F.lit(False)),
        }
    ).select(*ARRESTS.columns)


def _sum_by_step(counts: DataFrame) -> DataFrame:
    """A row is a step of a cycle, with the sums of its arrest counts and of its court counts."""
    is_charge = ~F.col("toc").eqNullSafe(NO_CHARGE)
    arrest, court = F.col("step_kind") == "arrest", F.col("step_kind") == "court"
    strange = F.col("step_kind").isin(UNKNOWN_STEP, *OF_SENTENCES)
    level_unread = F.col("unread_bits").bitwiseAND(UNREAD_LEVEL) != 0
    own, of_court = arrest & is_charge, court & is_charge & F.col("has_text")
    county = F.col("as_charged.county")
    undisposed = is_charge & (F.col("status") == "undisposed")
    stands = F.col("convicted") & (F.col("status") != VOIDED)
    # A charge on a step of an unknown kind may be one in court, and what became of it is not known;
    # one on a step of a sentence was.
    perhaps_court = strange & is_charge & (F.col("has_text") | (F.col("status") != "undisposed"))
    of_cycle = F.when(court & is_charge, status_bits()).when(perhaps_court, status_bit("unknown"))
    return counts.groupBy(*CYCLE, "step").agg(
        F.max(arrest).alias("is_arrest"),
        F.min(F.when(arrest & (county != UNKNOWN_COUNTY), county)).alias("county"),
        F.max(F.when(arrest & ~level_unread, rank(F.col("toc")))).alias("rank"),
        F.max((own | of_court) & level_unread).alias("level_unread"),
        F.min(F.when(arrest, F.col("event_date"))).alias("arrest_date"),
        F.count(F.when(own, 1)).cast("int").alias("counts"),
        F.bit_or(F.when(own, status_bits())).alias("bits"),
        F.bit_or(F.when(arrest, F.col("flags"))).alias("flags"),
        F.max(own & ~F.col("parsed")).alias("unread"),
        F.bit_or(F.when(own, F.col("tags"))).alias("tags"),
        F.bit_and(F.when(own, F.col("felony_on"))).alias("felony_on"),
        F.max(F.when(own, years_of_person())).alias("years_to_file"),
        # A step of an unknown kind may be in court, and one of a sentence follows on one.
        F.max(F.when(court, _COURT).when(strange, _POSSIBLY).otherwise(0)).alias("court_step"),
        F.max("convicted").alias("conviction"),
        F.max(stands).alias("standing_conviction"),
        F.max(
            F.when(court & undisposed, _COURT)
            .when(perhaps_court & undisposed, _POSSIBLY)
            .otherwise(0)
        ).alias("open_count"),
        F.max(F.when(of_court & ~level_unread, rank(F.col("level")))).alias("court_rank"),
        F.max(of_court & level_unread).alias("court_level_unread"),
        F.bit_or(of_cycle).alias("court_bits"),
        F.max(of_court & ~F.col("parsed")).alias("court_unread"),
        F.bit_or(F.when(of_court, F.col("tags"))).alias("court_tags"),
        F.bit_and(F.when(of_court, F.col("felony_on"))).alias("court_felony_on"),
        # Facts of the person are the same on each of its counts.
        F.max("deceased").alias("deceased"),
        F.max("turned_20_on").alias("turned_20_on"),
        F.max("record_incomplete").alias("record_incomplete"),
    )


def _with_facts_of_court_steps(steps: DataFrame) -> DataFrame:
    """A row is a step of a cycle, with what the court steps of its cycle say."""
    cycle = Window.partitionBy(*CYCLE)
    return steps.withColumns(
        {
            "court_step_in_cycle": _true_if_in_court(F.max("court_step").over(cycle)),
            "conviction_in_cycle": F.max("conviction").over(cycle),
            "standing_conviction_in_cycle": F.max("standing_conviction").over(cycle),
            "undisposed_court_count": _true_if_in_court(F.max("open_count").over(cycle)),
            "court_rank": F.max("court_rank").over(cycle),
            "level_unread": F.max("level_unread").over(cycle),
            "court_level_unread": F.max("court_level_unread").over(cycle),
            "court_bits": F.bit_or("court_bits").over(cycle),
            "court_unread": F.max("court_unread").over(cycle),
            "court_tags": F.bit_or("court_tags").over(cycle),
            "court_felony_on": F.bit_and("court_felony_on").over(cycle),
        }
    )


def _worst_level() -> Column:
    """The worst level; null where one that is not read may be worse than those that are."""
    worst = F.greatest("rank", "court_rank")
    return F.when((worst == RANKS["F"]) | ~F.col("level_unread"), level_of(worst))


def _true_if_in_court(place: Column) -> Column:
    return F.when(place == _COURT, True).when(place == 0, False)
