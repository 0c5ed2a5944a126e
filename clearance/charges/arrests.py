"""Arrest events: the ARREST/DETAINED/CITED counts of one step, and what became of their cycle."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.charges.cycles import RANKS, rank, status_bit, statuses
from clearance.charges.history import NO_CHARGE, UNKNOWN_COUNTY
from clearance.charges.quality import flag_words
from clearance.schemas import ARRESTS


def arrests(features: DataFrame) -> DataFrame:
    """A row is an arrest event: worst level, what became of its counts and cycle, dates.

    Args:
        features: `tables.features`; its partitions by person serve here too.
    """
    is_charge = ~F.col("toc").eqNullSafe(NO_CHARGE)
    # Facts of the cycle and the person are the same on each of its counts.
    shared = {
        "court_step_in_cycle": F.max("court_step_in_cycle"),
        "conviction_in_cycle": F.max("conviction_in_cycle"),
        "undisposed_court_count": F.max("undisposed_court_count"),
        "court_statuses": statuses(F.max("court_statuses")),
        "deceased": F.max("deceased"),
        "turned_20_on": F.max("turned_20_on"),
    }
    tags = F.array_sort(F.array_distinct(F.flatten(F.collect_list("tags"))))
    named = F.min(F.when(F.col("county") != UNKNOWN_COUNTY, F.col("county")))
    events = (
        features.where(F.col("step_kind") == "arrest")
        .groupBy("subject_id", "cycle", "step")
        .agg(
            F.coalesce(named, F.lit(UNKNOWN_COUNTY)).alias("county"),
            _level(F.greatest(F.max(rank(F.col("toc"))), F.max("court_rank"))).alias("level"),
            F.min("event_date").alias("arrest_date"),
            F.count(F.when(is_charge, 1)).cast("int").alias("counts"),
            tags.alias("tags"),
            statuses(F.bit_or(F.when(is_charge, status_bit()))).alias("arrest_statuses"),
            flag_words(F.bit_or("flags")).alias("quality"),
            *[fact.alias(name) for name, fact in shared.items()],
        )
    )
    unit_id = F.concat_ws("-", "subject_id", "step")
    return events.withColumn("unit_id", unit_id).select(*ARRESTS.columns)


def _level(rank: Column) -> Column:
    level = F.lit(None).cast("string")
    for name, number in RANKS.items():
        level = F.when(rank == number, name).otherwise(level)
    return level
