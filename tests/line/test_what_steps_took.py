"""What the steps of a run took stands in its document and beside its sweep, in no digest."""

from __future__ import annotations

import json

from pyspark.sql import SparkSession

from clearance.determine.digest import CONTENT
from tests.support.stores import Line

STEPS = ["ingest", "prepare", "determine", "publish", "report"]


def test_a_run_says_what_each_step_took(line: Line) -> None:
    steps = line.said["steps"]
    assert sorted(steps) == sorted(STEPS)
    read = line.said["ingest"]["rows_read"]
    assert steps["ingest"]["rows_written"] >= read
    assert steps["determine"]["rows_written"] >= sum(line.said["determine"]["counts"].values())
    assert all(step["milliseconds"] > 0 and step["cpu_milliseconds"] > 0 for step in steps.values())


def test_the_sweep_s_row_has_the_steps_behind_it_and_nothing_rests_on_them(
    spark: SparkSession, line: Line
) -> None:
    (row,) = line.store.read(spark, "sweeps").collect()
    said = {name: dict(figures) for name, figures in row["steps"].items()}
    assert sorted(said) == ["determine", "ingest", "prepare"]
    whole = line.said["steps"]
    assert said["ingest"] == whole["ingest"] and said["prepare"] == whole["prepare"]
    # Its own row was not yet written.
    assert 0 < said["determine"]["milliseconds"] <= whole["determine"]["milliseconds"]
    assert "steps" not in CONTENT
    commit = line.store.last_commit(spark, "determinations")
    assert commit is not None and "milliseconds" not in json.dumps(commit.note)
