"""Determinations in numbers by county, pack, outcome and reason."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

COLUMNS = ("county", "pack", "outcome", "reason", "units", "people")


def statistics(determinations: DataFrame) -> DataFrame:
    """A row is a county, pack, outcome and reason, with its units and people.

    Args:
        determinations: of every pack.
    """
    keys = COLUMNS[:4]
    counted = determinations.groupBy(*keys).agg(
        F.count("*").alias("units"), F.countDistinct("subject_id").alias("people")
    )
    return counted.select(*COLUMNS).orderBy(*keys)
