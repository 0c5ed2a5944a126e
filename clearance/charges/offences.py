"""Counts that are no offence: a level that says so, and sections that only carry a sentence out.

Such a count is no conviction. What it says of a sentence, it says of another count's: a term under
PC 1203.2 is that of the conviction whose probation was violated.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.charges.counts import CHANGES
from clearance.charges.dispositions import CONVICTS
from clearance.charges.history import NO_CHARGE
from clearance.charges.list_bits import ListBits
from clearance.charges.quality import flags
from clearance.charges.sentence_ends import as_later

NOT_AN_OFFENCE = "not_an_offence"


def with_offences(counts: DataFrame, *, lists: ListBits) -> DataFrame:
    """A row is a count; one that is no offence has the level X and is no conviction.

    `imposes` marks one that was written as a conviction: it changes another count's sentence.

    Args:
        counts: `texts.with_charge`.
        lists: the statute lists.
    """
    listed = lists.any_of(F.get("tag_table", F.lit(0)), NOT_AN_OFFENCE)
    none = (F.col("toc") == NO_CHARGE) | listed
    known = counts.withColumn("no_offence", F.coalesce(none, listed, F.lit(False)))
    imposes = F.col("no_offence") & F.col("convicted")
    changed = F.transform(
        "dispositions",
        lambda one: F.struct(
            one["at"].alias("at"),
            F.when(one["effect"] == CONVICTS, "modifies").otherwise(one["effect"]).alias("effect"),
            one["reduced_to"].alias("reduced_to"),
            one["under"].alias("under"),
        ),
    )
    theirs = as_later(dated=F.col("conviction_date"))
    return known.withColumns(
        {
            "toc": F.when(F.col("no_offence"), NO_CHARGE).otherwise(F.col("toc")),
            "imposes": imposes,
            "convicted": F.col("convicted") & ~F.col("no_offence"),
            "dispositions": F.when(imposes, changed).otherwise(F.col("dispositions")),
            "later_bits": F.when(imposes, F.col("later_bits").bitwiseOR(CHANGES)).otherwise(
                F.col("later_bits")
            ),
            **{name: F.when(imposes, mark).otherwise(F.col(name)) for name, mark in theirs.items()},
            "flags": F.col("flags").bitwiseOR(flags(NOT_A_CHARGE=F.col("no_offence"))),
        }
    )
