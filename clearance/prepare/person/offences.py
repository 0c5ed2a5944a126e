"""Counts that are no offence: a level that says so, and sections that only carry a sentence out.

Such a count is no conviction. What it says of a sentence, it says of another count's: a term under
PC 1203.2 is that of the conviction whose probation was violated, and revoked.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.prepare.person.counts import CHANGES, UNREAD_LEVEL
from clearance.prepare.projection import projected
from clearance.prepare.record.dispositions import CONVICTS
from clearance.prepare.record.events import LEVELS, NO_CHARGE
from clearance.prepare.record.quality import flags
from clearance.prepare.record.sentence_ends import as_later
from clearance.prepare.statutes.list_bits import ListBits

NOT_AN_OFFENCE = "not_an_offence"

# What no step asks for before the lists of a charge are looked up goes on as one value: each
# projection and each window copies a row column by column.
PASSED_ON = "passed_on"
PASSED = (
    *("toc", "step_kind", "first_birth_date", "last_birth_date", "has_text"),
    *("shown", "offence_from", "turns", "tag_table"),
)


def with_offences(counts: DataFrame, *, lists: ListBits, violations: tuple[str, ...]) -> DataFrame:
    """A row is a count, with its `level`; one that is no offence is X and no conviction.

    Its kind of step, its charge's lists and what else passes are one value, `passed_on`.

    `imposes` marks one that was written as a conviction: it changes another count's sentence.

    Args:
        counts: `texts.with_charge`.
        lists: the statute lists.
        violations: the sections under which such a line revokes probation, supervision or parole.
    """
    listed = lists.any_of(F.get("tag_table", F.lit(0)), NOT_AN_OFFENCE)
    none = (F.col("toc") == NO_CHARGE) | listed
    known = counts.withColumn("no_offence", F.coalesce(none, listed, F.lit(False)))
    imposes = F.col("no_offence") & F.col("convicted")
    violated = F.concat_ws(" ", "code_book", "section").isin(*violations)
    effect = F.when(violated, "revokes").otherwise("modifies")
    changed = F.transform(
        "dispositions",
        lambda row: F.struct(
            row["at"].alias("at"),
            F.when(row["effect"] == CONVICTS, effect).otherwise(row["effect"]).alias("effect"),
            row["reduced_to"].alias("reduced_to"),
            row["under"].alias("under"),
        ),
    )
    toc = F.when(F.col("no_offence"), NO_CHARGE).otherwise(F.col("toc"))
    convicted = F.col("convicted") & ~F.col("no_offence")
    theirs = as_later(dated=F.col("conviction_date"))
    return projected(
        known,
        {
            PASSED_ON: F.struct(toc.alias("toc"), *PASSED[1:]),
            "level": _level(toc, convicted=convicted),
            "imposes": imposes,
            "convicted": convicted,
            "dispositions": F.when(imposes, changed).otherwise(F.col("dispositions")),
            "later_bits": F.when(imposes, F.col("later_bits").bitwiseOR(CHANGES)).otherwise(
                F.col("later_bits")
            ),
            **{name: F.when(imposes, mark).otherwise(F.col(name)) for name, mark in theirs.items()},
            "flags": F.col("flags").bitwiseOR(flags(NOT_A_CHARGE=F.col("no_offence"))),
        },
        without=("stated_level", *PASSED),
    )


def _level(toc: Column, *, convicted: Column) -> Column:
    """The level of the charge; what a court has said of a conviction's goes before it."""
    charged = F.when(toc.isin(*LEVELS), toc)
    other = F.coalesce(charged, F.when(toc.isNull(), F.col("stated_level")))
    level = F.when(convicted, F.coalesce("stated_level", charged)).otherwise(other)
    return F.when(F.col("unread_bits").bitwiseAND(UNREAD_LEVEL) == 0, level)
