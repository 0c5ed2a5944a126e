"""Enhancements that make a felony of the same step serious or violent.

The record has an enhancement on a count of its own, without the felony that it belongs to. In a
step with one felony it belongs to that felony; in a step with several it may belong to each.
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
# The list of enhancements, and the list that their felony is on through them.
MAKES = {"makes_serious": "serious", "makes_violent": "violent"}
_ENHANCEMENTS, _FELONY_STEPS = "enhancements", "felony_steps"


def enhancements_in(cycle: WindowSpec, *, lists: ListBits) -> dict[str, Column]:
    """The cycle's enhancements with their steps and lists, and the steps of its felonies.

    Args:
        cycle: the window over the counts of a cycle.
        lists: the statute lists.
    """
    enhancement_lists = F.lit(_bits(lists, *MAKES)).cast("bigint")
    made = F.col("tags").bitwiseAND(enhancement_lists)
    enhances = F.when(F.col("convicted") & (made != 0), F.struct("step", made.alias("made")))
    felony_steps = F.collect_list(F.when(_is_base(lists), F.col("step"))).over(cycle)
    return {_ENHANCEMENTS: F.collect_list(enhances).over(cycle), _FELONY_STEPS: felony_steps}


def with_enhanced_felonies(counts: DataFrame, *, lists: ListBits) -> DataFrame:
    """A row is a count; a felony that an enhancement makes serious or violent is on that list.

    Both must be convictions of one step. The felony is only possibly on the list where the
    enhancement possibly has this effect, where the step has several felonies, or where the level is
    not known.

    Args:
        counts: `outcomes.with_gang_combination`, with the columns of `enhancements_in`.
        lists: the statute lists.
    """
    of_step = F.filter(_ENHANCEMENTS, lambda row: row["step"] == F.col("step"))
    no_list = F.lit(0).cast("bigint")
    made = F.aggregate(of_step, no_list, lambda made, row: made.bitwiseOR(row["made"]))
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

    # Few cycles have an enhancement: the others are spared the rest.
    may_be_enhanced = (F.size(_ENHANCEMENTS) > 0) & _is_base(lists)
    tags = F.when(may_be_enhanced, bind_once(made, with_lists)).otherwise(F.col("tags"))
    return projected(counts, {"tags": tags}, without=(_ENHANCEMENTS, _FELONY_STEPS))


def _is_base(lists: ListBits) -> Column:
    """Whether a count is a felony to which an enhancement may belong."""
    charge = ~F.col("toc").eqNullSafe(NO_CHARGE)
    is_enhancement = lists.any_of(F.col("tags"), ENHANCEMENT)
    felony = F.coalesce(F.col("level") == "F", F.lit(True))
    return F.col("convicted") & charge & felony & ~is_enhancement


def _bits(lists: ListBits, *names: str) -> int:
    return sum(lists.by_tag.get(name + suffix, 0) for name in names for suffix in ("", POSSIBLE))
