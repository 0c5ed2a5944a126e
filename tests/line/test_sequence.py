"""Months in a row: extracts, rule changes and as-of steps, each held against everything anew."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from scripts.soak.sequence import run


def test_incremental_full_and_replay_have_one_digest_in_a_random_sequence(
    spark: SparkSession, tmp_path: Path
) -> None:
    told = run(spark, tmp_path, steps=5, seed=4, people=16, every=3)
    assert told.differences == []
    assert told.steps == 5
    assert len(told.kinds) >= 3
