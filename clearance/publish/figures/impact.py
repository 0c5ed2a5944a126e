"""What relief would change in people's records: no felony, no conviction, none in seven years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

YEARS = 7


BY_COUNTY = ("county", "kind", "pack")
KINDS = ("policy", "scenario")


def count_impact_of_packs(
    determinations: DataFrame,
    *,
    charges: DataFrame,
    days: Mapping[str, date],
    by: tuple[str, ...] = BY_COUNTY,
    kinds: tuple[str, ...] = KINDS,
) -> DataFrame:
    """The rows of `count_impact`, each pack as of the day of the sweep that decided it.

    Args:
        determinations: of every pack.
        charges: `charges`.
        days: as-of by pack, at least one; if the days differ, packs that are not keys are left out.
        by: see `count_impact`; packs of several days share no row.
        kinds: see `count_impact`.
    """
    by_day: dict[date, list[str]] = defaultdict(list)
    for pack, day in days.items():
        by_day[day].append(pack)
    if len(by_day) == 1:
        return count_impact(determinations, charges=charges, as_of=min(by_day), by=by, kinds=kinds)
    parts = (
        count_impact(
            determinations.where(F.col("pack").isin(*packs)),
            charges=charges,
            as_of=day,
            by=by,
            kinds=kinds,
        )
        for day, packs in sorted(by_day.items())
    )
    return reduce(DataFrame.unionByName, parts)


def count_impact(
    determinations: DataFrame,
    *,
    charges: DataFrame,
    as_of: date,
    by: tuple[str, ...] = BY_COUNTY,
    kinds: tuple[str, ...] = KINDS,
) -> DataFrame:
    """One row per county and policy or scenario: people with relief, and people left with nothing.

    The people counted get some relief from the pack in the county's courts. A person is left with
    no felony (no conviction, no conviction in the seven years before as-of) if the record had one,
    in any county, and relief removes every one. Dismissal and the relief of a law remove the
    conviction; redesignation removes the felony; resentencing removes nothing. A conviction of
    unknown level may be a felony and an undated conviction may be recent: a person who keeps such
    a conviction is not counted. A conviction exactly seven years old is not recent; the seventh
    anniversary of 29 February is 28 February.

    Args:
        determinations: of every pack.
        charges: `charges`.
        as_of: the sweep's date.
        by: the columns of `determinations` to group by.
        kinds: the kinds of packs to count.
    """
    convictions = charges.where("convicted").select(
        "subject_id",
        "unit_id",
        (F.col("level") == "F").alias("felony"),
        F.col("level").isNull().alias("unlevelled"),
        (F.add_months("conviction_date", 12 * YEARS) > F.lit(as_of)).alias("recent"),
        F.col("conviction_date").isNull().alias("undated"),
    )
    relief = determinations.where(
        F.col("kind").isin(*kinds) & F.expr("outcome = 'ELIGIBLE' AND unit = 'conviction'")
    ).select(
        *by,
        "unit_id",
        F.col("relief").rlike("^(dismiss|grant_conviction)").alias("gone"),
        F.col("relief").startswith("redesignate").alias("less"),
    )
    gone, less = F.col("gone"), F.col("less")
    by_person = relief.join(convictions, on="unit_id", how="inner").groupBy(*by, "subject_id")
    removed_by_person = by_person.agg(
        _count_where((gone | less) & F.col("felony")).alias("felonies_removed"),
        _count_where((gone | less) & F.col("unlevelled")).alias("unlevelled_removed"),
        _count_where(gone).alias("convictions_removed"),
        _count_where(gone & F.col("recent")).alias("recent_removed"),
        _count_where(gone & F.col("undated")).alias("undated_removed"),
    )
    on_record = convictions.groupBy("subject_id").agg(
        _count_where(F.col("felony")).alias("felonies"),
        _count_where(F.col("unlevelled")).alias("unlevelled"),
        F.count("*").alias("convictions"),
        _count_where(F.col("recent")).alias("recent"),
        _count_where(F.col("undated")).alias("undated"),
    )
    people = removed_by_person.join(on_record, on="subject_id", how="inner")
    no_felony = _none_left("felonies") & _all_removed("unlevelled")
    return people.groupBy(*by).agg(
        F.count("*").alias("people_with_some_relief"),
        _count_where(no_felony).alias("people_left_with_no_felony"),
        _count_where(_none_left("convictions")).alias("people_left_with_no_conviction"),
        _count_where(_none_left("recent") & _all_removed("undated")).alias(
            "people_left_with_no_conviction_in_7_years"
        ),
    )


def _count_where(condition: Column) -> Column:
    return F.count_if(F.coalesce(condition, F.lit(False)))


def _none_left(count: str) -> Column:
    return (F.col(count) > 0) & _all_removed(count)


def _all_removed(count: str) -> Column:
    return F.col(count) == F.col(f"{count}_removed")
