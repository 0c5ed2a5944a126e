"""The charge, level and day of each unit, as files show them."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.publish.column_order import format_charge


def describe_units(charges: DataFrame, *, arrests: DataFrame | None) -> DataFrame:
    """One row per unit: unit_id, charge, section, level, dated.

    `charge` of an arrest is the list of all its charges; `section` of an arrest is null; `dated` is
    the day of the conviction or arrest.

    Args:
        charges: `charges`.
        arrests: `arrests`; None leaves arrests out.
    """
    shown = format_charge(F.col("code_book"), F.col("section"), F.col("subdivisions"))
    convictions = charges.where("convicted").select(
        "unit_id",
        F.when(F.col("section").isNotNull(), shown).alias("charge"),
        "section",
        "level",
        F.col("conviction_date").alias("dated"),
    )
    if arrests is None:
        return convictions
    charged = charges.where("section IS NOT NULL").groupBy(
        F.concat_ws("-", "subject_id", F.substring("count_order", 1, 6)).alias("unit_id")
    )
    of_arrest = charged.agg(F.concat_ws("; ", F.sort_array(F.collect_set(shown))).alias("charge"))
    stops = arrests.select("unit_id", "level", F.col("arrest_date").alias("dated"))
    none = F.lit(None).cast("string").alias("section")
    return convictions.unionByName(
        stops.join(of_arrest, on="unit_id", how="left").select(
            "unit_id", "charge", none, "level", "dated"
        )
    )
