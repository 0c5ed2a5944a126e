"""The units with other answers in two sets of determinations, and their numbers."""

from __future__ import annotations

from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

KEY = ("subject_id", "unit", "unit_id", "pack")
ANSWER = ("outcome", "relief", "reason", "rule", "eligible_on")
# The columns that tell kinds of change apart, each of the row before and of the row after.
COUNTED_BY = ("pack_version", "rule", "reason", "outcome", "relief")

WHOLE, BY_PACK, BY_CHANGE = "all", "pack", "change"


def changes(before: DataFrame, after: DataFrame) -> DataFrame:
    """One row per unit and pack whose answer differs, or that only one side has.

    Args:
        before: rows of `determinations`, one per unit and pack.
        after: the rows of another time, of other rules or of another store.

    Returns:
        `subject_id`, `unit`, `unit_id`, `pack` (strings); `county` (string), as it is after where
        there is a row; then `pack_version`, `outcome`, `relief`, `reason`, `rule` (strings) and
        `eligible_on` (date), each with `_before` and `_after`. `outcome_before` is null where only
        the side after has the row, `outcome_after` where only the side before has it. Sweeps,
        versions, cites and evidence that differ make no row.
    """
    sides = {"before": _side(before), "after": _side(after)}
    old, new = (rows.alias(side) for side, rows in sides.items())
    same_unit = reduce(Column.__and__, (_old(name).eqNullSafe(_new(name)) for name in KEY))
    differs = reduce(or_, (~_old(name).eqNullSafe(_new(name)) for name in ANSWER))
    compared = ("pack_version", *ANSWER)
    return (
        old.join(new, on=same_unit, how="full")
        .where(differs)
        .select(
            *(F.coalesce(_new(name), _old(name)).alias(name) for name in (*KEY, "county")),
            *(_old(name).alias(f"{name}_before") for name in compared),
            *(_new(name).alias(f"{name}_after") for name in compared),
        )
    )


def figures(changed: DataFrame, *, by: tuple[str, ...] = ()) -> DataFrame:
    """The numbers of units and people: one row per kind of change, per pack, and for all changes.

    A person is counted once in each row, however many of their units changed. So the people of a
    pack are not the sum of the people of its changes.

    Args:
        changed: what `changes` returns.
        by: further columns of it that tell kinds of change apart (`county`).

    Returns:
        `level` (string): `all`, `pack` or `change`; `pack` (string), null on the row of all;
        `by` and the columns of `COUNTED_BY` with `_before` and `_after` (strings), null but on the
        rows of a change; `units`, `people` (bigint).
    """
    sides = [f"{name}_{side}" for name in COUNTED_BY for side in ("before", "after")]
    kinds = ["pack", *by, *sides]
    sets: list[list[Column]] = [[F.col(name) for name in kinds], [F.col("pack")], []]
    level = (
        F.when(F.grouping("pack") == 1, WHOLE)
        .when(F.grouping("outcome_after") == 1, BY_PACK)
        .otherwise(BY_CHANGE)
    )
    counted = changed.groupingSets(sets, *kinds).agg(
        level.alias("level"),
        F.count("*").alias("units"),
        F.count_distinct("subject_id").alias("people"),
    )
    return counted.select("level", *kinds, "units", "people")


def _side(rows: DataFrame) -> DataFrame:
    return rows.select(*KEY, "county", "pack_version", *ANSWER)


def _old(name: str) -> Column:
    return F.col(f"before.{name}")


def _new(name: str) -> Column:
    return F.col(f"after.{name}")
