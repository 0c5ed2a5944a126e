"""The final state of a count: status, level, dates, sentence, and the lists its charge is on."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.charges.dispositions import outcome
from clearance.charges.history import LEVELS
from clearance.charges.quality import flags
from clearance.charges.sentences import MARKS, sentence_of
from clearance.charges.tag_table import looked_up

SUPER_STRIKE = "super_strike"
GANG_OFFENCE = "gang_offence"
GANG_ENHANCEMENT = "gang_enhancement"
POSSIBLE = ":possible"


def with_outcome(counts: DataFrame) -> DataFrame:
    """A row is a count, with what its dispositions and sentence parts make of it.

    Args:
        counts: `later.with_later_dispositions`.
    """
    toc = F.when(F.col("toc").isin(*LEVELS), F.col("toc"))
    # What a court has said about the level of a conviction goes before the level charged.
    level = F.when(F.col("convicted"), F.coalesce("stated_level", toc)).otherwise(
        F.coalesce(toc, F.when(F.col("toc").isNull(), F.col("stated_level")))
    )
    decided = counts.withColumn("outcome", outcome(F.col("dispositions"), level=level))
    convicted = F.col("convicted")
    sentence = sentence_of(convicted_on=F.col("conviction_date"))
    named = decided.withColumns(
        {
            **{
                name: F.col(f"outcome.{name}")
                for name in ("status", "set_aside", "probation_revoked", "level")
            },
            "sentence_end": F.when(convicted, sentence["sentence_end"]),
            "sentence_basis": F.when(convicted, sentence["sentence_basis"]),
            **{
                name: convicted & sentence[name] for name in ("probation_granted", "prison_imposed")
            },
        }
    )
    found = flags(
        DISMISSED_AFTER_CONVICTION=F.col("outcome.contradicted"),
        UNDATED_CONVICTION=convicted & F.col("conviction_date").isNull(),
        CONVICTION_WITHOUT_LEVEL=convicted & F.col("level").isNull(),
        SEVERAL_CHARGES=(F.col("source") == "comment") & F.col("names_several"),
        UNPARSED_CHARGE=~F.col("parsed") & (F.col("text").isNotNull() | convicted),
    )
    return named.withColumn("flags", F.col("flags").bitwiseOR(found)).drop(
        "dispositions", "outcome", *MARKS
    )


def with_tags(counts: DataFrame) -> DataFrame:
    """A row is a count, with the lists its charge is on.

    Args:
        counts: `with_outcome`.
    """
    convicted = F.col("convicted")
    on = F.when(convicted, F.col("conviction_date")).otherwise(F.col("event_date"))
    listed = looked_up(level=F.col("level"), on=on)
    return counts.withColumn("tags", listed).drop("matches", "turns", "tag_table")


def gang_enhancement() -> Column:
    """Step and charge of a conviction that is a gang enhancement; null on other counts."""
    enhances = F.col("convicted") & F.array_contains("tags", GANG_ENHANCEMENT)
    return F.when(enhances, F.struct("step", "shown"))


def with_gang_combination(counts: DataFrame) -> DataFrame:
    """A row is a count; a gang offence with an enhancement in its step is a super-strike.

    It is then written with the enhancement. Both must be convictions.

    Args:
        counts: `cycles.with_cycle`, which gathers the cycle's `gang_enhancements`.
    """
    own_step = F.filter("gang_enhancements", lambda one: one["step"] == F.col("step"))
    combined = F.col("convicted") & F.array_contains("tags", GANG_OFFENCE)
    combined = combined & (F.size("gang_enhancements") > 0)
    with_enhancement = counts.withColumn(
        "enhancement", F.when(combined, F.array_min(own_step["shown"]))
    )
    is_combined = F.col("enhancement").isNotNull()
    return with_enhancement.withColumns(
        {
            "tags": F.when(is_combined, _with_super_strike(F.col("tags"))).otherwise(F.col("tags")),
            "shown": F.when(
                is_combined, F.concat_ws(" + ", F.col("shown"), F.col("enhancement"))
            ).otherwise(F.col("shown")),
        }
    ).drop("enhancement", "gang_enhancements")


def _with_super_strike(tags: Column) -> Column:
    sure = F.array_remove(tags, SUPER_STRIKE + POSSIBLE)
    return F.array_sort(F.array_union(sure, F.array(F.lit(SUPER_STRIKE))))
