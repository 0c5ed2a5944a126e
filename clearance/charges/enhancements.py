"""Enhancements convicted of in the same step: what they make of the felony they belong to.

The record puts an enhancement on a count of its own and does not say which felony it belongs to.
Beside one felony it belongs to that; beside several it may belong to each.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from clearance.charges.counts import CYCLE
from clearance.charges.history import NO_CHARGE
from clearance.charges.list_bits import ListBits
from clearance.charges.projection import projected
from clearance.charges.statutes import POSSIBLE

ENHANCEMENT = "enhancement"
# The list of enhancements, and the list on which they put the felony they belong to.
MAKES = {"makes_serious": "serious", "makes_violent": "violent"}
_MARKS = ("enhanced_by", "felonies_in_step")


def with_enhanced_felonies(counts: DataFrame, *, lists: ListBits) -> DataFrame:
    """A row is a count; a felony that an enhancement makes serious or violent is on that list.

    Both must be convictions of one step. The list is possible where the enhancement is only
    possibly such a one, where the step has several felonies, or the level is not known.

    Args:
        counts: `outcomes.with_gang_combination`.
        lists: the statute lists.
    """
    step = Window.partitionBy(*CYCLE, "step")
    base, asked = _is_base(lists), _bits(lists, *MAKES)
    enhances = F.when(F.col("convicted"), F.col("tags").bitwiseAND(F.lit(asked).cast("bigint")))
    marked = counts.withColumns(
        {
            "enhanced_by": F.coalesce(F.bit_or(enhances).over(step), F.lit(0).cast("bigint")),
            "felonies_in_step": F.count(F.when(base, 1)).over(step),
        }
    )
    enhanced = base & (F.col("enhanced_by") != 0)
    sure = (F.col("level") == "F") & (F.col("felonies_in_step") == 1)
    tags = F.col("tags")
    for makes, list_name in MAKES.items():
        surely = sure & lists.any_of(F.col("enhanced_by"), makes)
        perhaps = lists.any_of(F.col("enhanced_by"), makes, makes + POSSIBLE)
        tags = (
            F.when(surely, lists.made_sure(tags, list_name))
            .when(perhaps, lists.made_possible(tags, list_name))
            .otherwise(tags)
        )
    whole = F.when(enhanced, tags).otherwise(F.col("tags"))
    return projected(marked, {"tags": whole}, without=_MARKS)


def _is_base(lists: ListBits) -> Column:
    """Whether a count is a felony to which an enhancement may belong."""
    charge = ~F.col("toc").eqNullSafe(NO_CHARGE)
    itself = lists.any_of(F.col("tags"), ENHANCEMENT)
    felony = F.coalesce(F.col("level") == "F", F.lit(True))
    return F.col("convicted") & charge & felony & ~itself


def _bits(lists: ListBits, *names: str) -> int:
    return sum(lists.by_tag.get(name + mark, 0) for name in names for mark in ("", POSSIBLE))
