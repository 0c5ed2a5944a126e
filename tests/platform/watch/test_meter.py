"""What steps take is measured from what Spark counts anyway, and said step by step."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.platform.watch import meter
from clearance.platform.watch.log import logged
from clearance.platform.watch.meter import (
    COUNTED,
    CPU,
    MILLISECONDS,
    Meter,
    metered,
    steps_behind,
    steps_taken,
)


@pytest.fixture(autouse=True)
def _no_steps_before() -> None:
    meter.begin_command()


class NoSpark:
    """A session whose platform shows nothing of itself."""

    sparkContext = SimpleNamespace(master="local[2]")


def take(step: str, root: str, spark: Any = NoSpark) -> None:
    with metered(step, spark, root):
        pass


def work(spark: SparkSession, out: Path) -> None:
    rows = spark.range(0, 5_000, 1, 3).selectExpr("id", "id % 7 AS of")
    rows.repartition(2, "of").write.mode("overwrite").parquet(str(out))


def test_rows_bytes_and_cpu_of_a_step_are_those_of_the_work_in_it(
    spark: SparkSession, tmp_path: Path
) -> None:
    work(spark, tmp_path / "before")
    with metered("prepare", spark, "here") as running:
        work(spark, tmp_path / "inside")
        so_far = running.figures()
    work(spark, tmp_path / "after")
    taken = steps_taken()["prepare"]
    assert taken["rows_written"] == so_far["rows_written"] == 5_000
    assert taken["bytes_written"] > 5_000
    assert taken["bytes_shuffled"] > 5_000
    assert taken["bytes_spilled"] == 0
    assert taken[MILLISECONDS] > 0 and taken[CPU] > 0


def test_on_a_cluster_the_stages_say_what_one_machine_s_counters_say(
    spark: SparkSession, tmp_path: Path
) -> None:
    here, cluster = Meter(spark), Meter(spark)
    cluster._local = False
    cluster._stage = meter._newest_stage(spark.sparkContext)
    cluster._before = cluster._counted()
    work(spark, tmp_path / "rows")
    one, other = here.figures(), cluster.figures()
    for name, _, _ in COUNTED:
        assert one[name] == other[name], name
    assert other[CPU] >= 0


def test_where_a_platform_shows_nothing_there_is_the_time_alone() -> None:
    take("ingest", "here")
    assert steps_taken()["ingest"].keys() == {MILLISECONDS}


def test_a_step_that_fails_is_not_counted() -> None:
    with pytest.raises(ValueError), metered("ingest", NoSpark, "here"):
        raise ValueError
    assert steps_taken() == {}


def test_a_sweep_rests_on_the_steps_of_its_own_store_since_the_sweep_before() -> None:
    take("ingest", "here")
    take("determine", "here")
    take("prepare", "here")
    take("ingest", "elsewhere")
    with metered("determine", NoSpark, "here"):
        assert list(steps_behind("here")) == ["prepare", "determine"]
    assert steps_behind("here") == {}
    assert list(steps_behind("elsewhere")) == ["ingest"]
    assert list(steps_taken()) == ["ingest", "determine", "prepare"]


def test_steps_of_one_name_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = [
        meter._EndedStep("here", "feed", {"rows_read": rows, MILLISECONDS: 5}) for rows in (2, 3)
    ]
    monkeypatch.setattr(meter, "_steps", taken)
    assert steps_taken() == {"feed": {"rows_read": 5, MILLISECONDS: 10}}


def test_what_a_step_is_given_first_is_what_is_measured() -> None:
    @logged("grant")
    def step(spark: Any, store: Any) -> int:
        return 1

    @logged("grant")
    def other() -> int:
        return 1

    assert step(NoSpark, SimpleNamespace(root="here")) == other() == 1
    assert list(steps_taken()) == ["grant"]


def test_the_summary_has_a_line_a_step_and_one_for_all() -> None:
    figures = {MILLISECONDS: 61_500, CPU: 90_000, **dict.fromkeys((n for n, _, _ in COUNTED), 0)}
    figures |= {"rows_read": 1_234_567, "bytes_spilled": 2_500_000_000, "bytes_read": 12_300}
    lines = meter.summary({"ingest": figures, "prepare": {MILLISECONDS: 1_000}})
    assert [line.split()[0] for line in lines] == ["seconds", "ingest", "prepare", "all"]
    assert lines[1].split() == ("ingest 61.5 90.0 1,234,567 0 12.3 kB 0 B 0 B 2.5 GB".split())
    assert lines[2].split() == ["prepare", "1.0", *["-"] * 7]
    assert lines[3].split()[:4] == ["all", "62.5", "90.0", "1,234,567"]
    assert len(meter.summary({"ingest": figures})) == 2
    assert meter.summary({}) == []
