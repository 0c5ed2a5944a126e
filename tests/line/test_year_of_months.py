"""A year of runs, grants, corrections and notices, with a kill in each month.

A small one of scripts/soak/year.py, which has more people and more kills.
"""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from scripts.soak.year import CORRECTED, MONTHS, STORIES, run


def test_every_grant_and_correction_of_a_year_with_a_kill_a_month_is_noticed_once(
    spark: SparkSession, tmp_path: Path
) -> None:
    told = run(spark, tmp_path, people=len(STORIES) + 2, seed=5)
    assert told.differences == []
    assert told.months == len(MONTHS) <= told.kills
    assert told.granted > len(STORIES) and told.corrected >= len(CORRECTED)
