"""Counts that are no offence, by their level or by a section that only carries out a sentence.

Such a count is no conviction. Its sentence is a later sentence of another count: a term under
PC 1203.2 belongs to the conviction whose probation was violated.
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

# Columns that no step uses before `outcomes.with_tags` are one struct until then: every projection
# and every window copies a row column by column.
PASSED_ON = "passed_on"
PASSED = (
    *("toc", "step_kind", "first_birth_date", "last_birth_date", "has_text"),
    *("shown", "offence_from", "turns", "tag_table"),
)


def with_offences(counts: DataFrame, *, lists: ListBits, violations: tuple[str, ...]) -> DataFrame:
    """A row is a count, with its `level`; a count that is no offence has X and is no conviction.

    `no_offence`: whether it is such. `imposes`: whether the record has it as a conviction; it then
    changes another count's sentence. `passed_on`: the struct of the columns `PASSED`.

    Args:
        counts: `charge_texts.with_charge`.
        lists: the statute lists.
        violations: the sections under which probation is violated: a conviction of one revokes the
            probation of another count.
    """
    is_listed = lists.any_of(F.get("tag_table", F.lit(0)), NOT_AN_OFFENCE)
    no_offence = (F.col("toc") == NO_CHARGE) | is_listed
    marked = counts.withColumn("no_offence", F.coalesce(no_offence, is_listed, F.lit(False)))
    imposes = F.col("no_offence") & F.col("convicted")
    is_violation = F.concat_ws(" ", "code_book", "section").isin(*violations)
    change = F.when(is_violation, "revokes").otherwise("modifies")
    changing_dispositions = F.transform(
        "dispositions",
        lambda row: F.struct(
            row["at"].alias("at"),
            F.when(row["effect"] == CONVICTS, change).otherwise(row["effect"]).alias("effect"),
            row["reduced_to"].alias("reduced_to"),
            row["under"].alias("under"),
        ),
    )
    toc = F.when(F.col("no_offence"), NO_CHARGE).otherwise(F.col("toc"))
    convicted = F.col("convicted") & ~F.col("no_offence")
    later_sentence = as_later(dated=F.col("conviction_date"))
    return projected(
        marked,
        {
            PASSED_ON: F.struct(toc.alias("toc"), *PASSED[1:]),
            "level": _level(toc, convicted=convicted),
            "imposes": imposes,
            "convicted": convicted,
            "dispositions": F.when(imposes, changing_dispositions).otherwise(F.col("dispositions")),
            "later_bits": F.when(imposes, F.col("later_bits").bitwiseOR(CHANGES)).otherwise(
                F.col("later_bits")
            ),
            **{
                name: F.when(imposes, column).otherwise(F.col(name))
                for name, column in later_sentence.items()
            },
            "flags": F.col("flags").bitwiseOR(flags(NOT_A_CHARGE=F.col("no_offence"))),
        },
        without=("stated_level", *PASSED),
    )


def _level(toc: Column, *, convicted: Column) -> Column:
    """The level of a conviction as the court stated it, else as charged; null where not read."""
    charged = F.when(toc.isin(*LEVELS), toc)
    other = F.coalesce(charged, F.when(toc.isNull(), F.col("stated_level")))
    level = F.when(convicted, F.coalesce("stated_level", charged)).otherwise(other)
    return F.when(F.col("unread_bits").bitwiseAND(UNREAD_LEVEL) == 0, level)
