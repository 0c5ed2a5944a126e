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
    """The rows of `impacts`, each pack as of the day of the sweep that decided it.

    Args:
        determinations: of every pack.
        charges: `charges`.
        days: by pack; at least one; other packs are left out where they are of several days.
        by: see `impacts`; packs of several days share no row.
        kinds: see `impacts`.
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
    """A row is a county and a policy or scenario, with counts of people.

    Of the people whom it gives some relief in the county's courts: those who had a felony (a
    conviction, one in the seven years before as-of) on record, in any county, and are left with
    none. Dismissal and the relief of a law remove the conviction, redesignation makes the felony
    less; resentencing removes nothing. A conviction of unknown level may be a felony, an undated
    one may be recent: who keeps one is not counted. One exactly seven years old is not recent; the
    seventh anniversary of 29 February is the 28th.

    Args:
        determinations: of every pack.
        charges: `charges`.
        as_of: the sweep's date.
        by: columns of the determinations that a row stands for.
        kinds: of the packs that are looked at.
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
    removed = by_person.agg(
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
    people = removed.join(on_record, on="subject_id", how="inner")
    no_felony = _none_left("felonies") & _all_gone("unlevelled")
    return people.groupBy(*by).agg(
        F.count("*").alias("people_with_some_relief"),
        _count_where(no_felony).alias("people_left_with_no_felony"),
        _count_where(_none_left("convictions")).alias("people_left_with_no_conviction"),
        _count_where(_none_left("recent") & _all_gone("undated")).alias(
            "people_left_with_no_conviction_in_7_years"
        ),
    )


def _count_where(condition: Column) -> Column:
    return F.count_if(F.coalesce(condition, F.lit(False)))


def _none_left(what: str) -> Column:
    return (F.col(what) > 0) & _all_gone(what)


def _all_gone(what: str) -> Column:
    return F.col(what) == F.col(f"{what}_removed")
