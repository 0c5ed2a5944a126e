"""Arrest events: the ARREST/DETAINED/CITED counts of one step, and what became of their cycle."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.charges.counts import CYCLE
from clearance.charges.cycles import RANKS, rank, status_bit, statuses
from clearance.charges.history import NO_CHARGE, UNKNOWN_COUNTY
from clearance.charges.outcomes import POSSIBLE
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
    named = F.min(F.when(F.col("county") != UNKNOWN_COUNTY, F.col("county")))
    own_charges = F.collect_list(F.when(is_charge, _charge(F.col("toc"))))
    events = (
        _with_court_charges(features)
        .where(F.col("step_kind") == "arrest")
        .groupBy(*CYCLE, "step")
        .agg(
            F.coalesce(named, F.lit(UNKNOWN_COUNTY)).alias("county"),
            _level(F.greatest(F.max(rank(F.col("toc"))), F.max("court_rank"))).alias("level"),
            F.min("event_date").alias("arrest_date"),
            F.count(F.when(is_charge, 1)).cast("int").alias("counts"),
            F.concat(own_charges, F.max("court_charges")).alias("charges"),
            statuses(F.bit_or(F.when(is_charge, status_bit()))).alias("arrest_statuses"),
            flag_words(F.bit_or("flags")).alias("quality"),
            *[fact.alias(name) for name, fact in shared.items()],
        )
    )
    return events.withColumns(
        {
            "unit_id": F.concat_ws("-", "subject_id", "step"),
            "tags": _tags(F.col("charges")),
            "every_felony_on": F.when(F.col("level") == "F", _every_felony_on(F.col("charges"))),
            "unread_charge": F.exists("charges", lambda charge: ~charge["read"]),
        }
    ).select(*ARRESTS.columns)


def _with_court_charges(features: DataFrame) -> DataFrame:
    """A row is a count, with the charges of its cycle's court counts."""
    is_charge = ~F.col("toc").eqNullSafe(NO_CHARGE) & F.col("text").isNotNull()
    in_court = (F.col("step_kind") == "court") & is_charge
    charges = F.collect_list(F.when(in_court, _charge(F.col("level"))))
    cycle = Window.partitionBy(*CYCLE)
    return features.withColumn("court_charges", charges.over(cycle))


def _charge(level: Column) -> Column:
    felony = rank(level) == RANKS["F"]
    return F.struct(felony.alias("felony"), F.col("parsed").alias("read"), F.col("tags"))


def _level(rank: Column) -> Column:
    level = F.lit(None).cast("string")
    for name, number in RANKS.items():
        level = F.when(rank == number, name).otherwise(level)
    return level


def _tags(charges: Column) -> Column:
    """The lists that one of the charges is on."""
    each = F.flatten(F.transform(charges, lambda charge: charge["tags"]))
    return F.array_sort(F.array_distinct(each))


def _every_felony_on(charges: Column) -> Column:
    """The lists that every felony that can be read is on; null where there is none.

    With `LIST` goes `LIST:possible`, so that the latter says that each is on it at least possibly.
    """
    felonies = F.filter(charges, lambda charge: charge["felony"] & charge["read"])
    widened = F.transform(felonies, lambda charge: _with_possible(charge["tags"]))
    common = F.aggregate(widened, F.flatten(widened), F.array_intersect)
    return F.when(F.size(felonies) > 0, F.array_sort(common))


def _with_possible(tags: Column) -> Column:
    sure = F.filter(tags, lambda tag: ~F.endswith(tag, F.lit(POSSIBLE)))
    return F.array_union(tags, F.transform(sure, lambda tag: F.concat(tag, F.lit(POSSIBLE))))
