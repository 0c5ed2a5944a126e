"""Months in a row: extracts, rule changes and as-of steps, each held against everything anew."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from clearance.settings import CountyPolicies, CountyPolicy, Settings
from scripts.soak.sequence import run

TWO_PACKS = Settings(
    county_policies=CountyPolicies(default=CountyPolicy(policy="prop64_statute")),
    packs=("pc1203_425",),
)


def test_incremental_full_and_replay_have_one_digest_in_a_random_sequence(
    spark: SparkSession, tmp_path: Path
) -> None:
    begins = ("merges", "whole", "earlier")
    few = {"steps": 4, "people": 16, "every": 4}
    told = run(spark, tmp_path, **few, seed=4, settings=TWO_PACKS, begins=begins)
    assert told.differences == []
    assert told.kinds == dict.fromkeys(("first", *begins), 1)
    # Also after an extract of everybody, in which few have changed.
    assert told.by_person == 2
