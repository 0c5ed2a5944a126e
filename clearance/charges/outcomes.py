"""The final state of a count: status, level, dates, sentence, and the lists its charge is on."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.charges.dispositions import outcome
from clearance.charges.history import LEVELS
from clearance.charges.quality import flags
from clearance.charges.sentences import MARKS, sentence_of
from clearance.charges.statutes import resolve_tags
from clearance.charges.texts import names_several, written

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
            "probation_granted": convicted & sentence["probation_granted"],
        }
    )
    found = flags(
        DISMISSED_AFTER_CONVICTION=F.col("outcome.contradicted"),
        UNDATED_CONVICTION=convicted & F.col("conviction_date").isNull(),
        CONVICTION_WITHOUT_LEVEL=convicted & F.col("level").isNull(),
        SEVERAL_CHARGES=(F.col("source") == "comment") & names_several(F.col("charge")),
        UNPARSED_CHARGE=~F.col("parsed") & (F.col("text").isNotNull() | convicted),
    )
    return named.withColumn("flags", F.col("flags").bitwiseOR(found)).drop(
        "dispositions", "outcome", *MARKS
    )


def with_tags(counts: DataFrame) -> DataFrame:
    """A row is a count, with the lists its charge is on and its charge as people write it.

    A conviction on the list of gang offences is a super-strike when the same step has one on the
    list of gang enhancements; it is then written with it.

    Args:
        counts: `with_outcome`.
    """
    convicted, charge = F.col("convicted"), F.col("charge")
    listed = resolve_tags(
        F.col("matches"),
        level=F.col("level"),
        on=F.when(convicted, F.col("conviction_date")).otherwise(F.col("event_date")),
    )
    tagged = counts.withColumns({"tags": listed, "shown": written(charge)})
    enhances = convicted & F.array_contains("tags", GANG_ENHANCEMENT)
    enhancement = F.min(F.when(enhances, F.col("shown"))).over(
        Window.partitionBy("subject_id", "cycle", "step")
    )
    combined = convicted & F.array_contains("tags", GANG_OFFENCE)
    with_enhancement = tagged.withColumn("enhancement", F.when(combined, enhancement))
    is_combined = F.col("enhancement").isNotNull()
    return with_enhancement.withColumns(
        {
            "tags": F.when(is_combined, _with_super_strike(F.col("tags"))).otherwise(F.col("tags")),
            "shown": F.when(
                is_combined, F.concat_ws(" + ", F.col("shown"), F.col("enhancement"))
            ).otherwise(F.col("shown")),
        }
    ).drop("enhancement")


def _with_super_strike(tags: Column) -> Column:
    sure = F.array_remove(tags, SUPER_STRIKE + POSSIBLE)
    return F.array_sort(F.array_union(sure, F.array(F.lit(SUPER_STRIKE))))
