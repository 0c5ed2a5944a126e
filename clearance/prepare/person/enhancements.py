"""Enhancements convicted of in the same step: what they make of the felony they belong to.

The record puts an enhancement on a count of its own and does not say which felony it belongs to.
Beside one felony it belongs to that; beside several it may belong to each.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, WindowSpec
from pyspark.sql import functions as F

from clearance.prepare.bind_once import bind_once
from clearance.prepare.projection import projected
from clearance.prepare.record.events import NO_CHARGE
from clearance.prepare.statutes.list_bits import ListBits
from clearance.prepare.statutes.match import POSSIBLE

ENHANCEMENT = "enhancement"
# The list of enhancements, and the list on which they put the felony they belong to.
MAKES = {"makes_serious": "serious", "makes_violent": "violent"}
_ENHANCEMENTS, _FELONY_STEPS = "enhancements", "felony_steps"


def enhancements_in(cycle: WindowSpec, *, lists: ListBits) -> dict[str, Column]:
    """The cycle's enhancements with their steps and lists, and the steps of its felonies.

    Args:
        cycle: the counts of a cycle.
        lists: the statute lists.
    """
    asked = F.lit(_bits(lists, *MAKES)).cast("bigint")
    made = F.col("tags").bitwiseAND(asked)
    enhances = F.when(F.col("convicted") & (made != 0), F.struct("step", made.alias("made")))
    felony_steps = F.collect_list(F.when(_is_base(lists), F.col("step"))).over(cycle)
    return {_ENHANCEMENTS: F.collect_list(enhances).over(cycle), _FELONY_STEPS: felony_steps}


def with_enhanced_felonies(counts: DataFrame, *, lists: ListBits) -> DataFrame:
    """A row is a count; a felony that an enhancement makes serious or violent is on that list.

    Both must be convictions of one step. The list is possible where the enhancement is only
    possibly such a one, where the step has several felonies, or the level is not known.

    Args:
        counts: `outcomes.with_gang_combination`, with the columns of `enhancements_in`.
        lists: the statute lists.
    """
    own = F.filter(_ENHANCEMENTS, lambda row: row["step"] == F.col("step"))
    nothing = F.lit(0).cast("bigint")
    made = F.aggregate(own, nothing, lambda made, row: made.bitwiseOR(row["made"]))
    felonies = F.size(F.filter(_FELONY_STEPS, lambda step: step == F.col("step")))
    sure = (F.col("level") == "F") & (felonies == 1)

    def with_lists(made: Column) -> Column:
        tags = F.col("tags")
        for makes, list_name in MAKES.items():
            surely = sure & lists.any_of(made, makes)
            perhaps = lists.any_of(made, makes, makes + POSSIBLE)
            tags = (
                F.when(surely, lists.made_sure(tags, list_name))
                .when(perhaps, lists.made_possible(tags, list_name))
                .otherwise(tags)
            )
        return tags

    # Few cycles have any.
    enhanced = (F.size(_ENHANCEMENTS) > 0) & _is_base(lists)
    whole = F.when(enhanced, bind_once(made, with_lists)).otherwise(F.col("tags"))
    return projected(counts, {"tags": whole}, without=(_ENHANCEMENTS, _FELONY_STEPS))


def _is_base(lists: ListBits) -> Column:
    """Whether a count is a felony to which an enhancement may belong."""
    charge = ~F.col("toc").eqNullSafe(NO_CHARGE)
    itself = lists.any_of(F.col("tags"), ENHANCEMENT)
    felony = F.coalesce(F.col("level") == "F", F.lit(True))
    return F.col("convicted") & charge & felony & ~itself


def _bits(lists: ListBits, *names: str) -> int:
    return sum(lists.by_tag.get(name + mark, 0) for name in names for mark in ("", POSSIBLE))
