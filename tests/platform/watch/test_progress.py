"""What is under way is output once, or on a terminal kept up with rows, parts and time left."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession
from rich.console import Console

from clearance.platform.watch import progress
from clearance.platform.watch.progress import print_line, show_on, show_parts_done, stage
from clearance.platform.watch.under_way import ENOUGH, Pace, Work, spark_work


@pytest.fixture(autouse=True)
def _said_nowhere_afterwards() -> Iterator[None]:
    yield
    show_on(None)


def test_rows_parts_and_time_left_are_said_once_enough_is_done() -> None:
    pace = Pace()
    assert pace.describe(Work("1", 0, 40, 0), now=100.0) == ": 0 of 40 tasks"
    assert pace.describe(Work("1", 10, 40, 5_000), now=101.0) == ": 5,000 rows, 10 of 40 tasks"
    later = pace.describe(Work("1", 10, 40, 5_000), now=100.0 + 60.0)
    assert later == ": 5,000 rows, 10 of 40 tasks, about 3 min left of this pass"
    # The next work has a pace of its own.
    assert pace.describe(Work("2", 10, 40, 0), now=161.0) == ": 10 of 40 tasks"
    whole = Work("2", 39, 40, 0, "people", whole=True)
    assert pace.describe(whole, now=161.0 + ENOUGH).endswith("39 of 40 people, about 1 s left")
    assert pace.describe(Work("2", 1, 10_001, 0), now=161.0 + 3.6).endswith(
        "about 10.0 h left of this pass"
    )
    assert pace.describe(None, now=170.0) == ""


def screen(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> io.StringIO:
    monkeypatch.setattr(progress, "EVERY", 0.02)
    output = io.StringIO()
    show_on(Console(file=output, force_terminal=terminal, width=200))
    return output


def test_on_a_terminal_the_line_keeps_up(monkeypatch: pytest.MonkeyPatch) -> None:
    output = screen(monkeypatch, terminal=True)
    with show_parts_done("Writing", parts="people", total=10_000) as done:
        done(700, 2_000)
        done(800, 3_000)
        until(lambda: "5,000 of 10,000 people" in output.getvalue())
    assert "Writing: 1,500 rows, 5,000 of 10,000 people" in output.getvalue()
    monkeypatch.setattr(progress, "spark_work", lambda: Work("7", 3, 9, 42))
    with stage("Preparing"):
        until(lambda: "3 of 9 tasks" in output.getvalue())
    assert "Preparing: 42 rows, 3 of 9 tasks" in output.getvalue()


def until(seen: object) -> None:
    assert callable(seen)
    for _ in range(500):
        if seen():
            return
        time.sleep(0.02)
    raise AssertionError("not output in 10 s")


def test_elsewhere_one_line_is_said_and_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    output = screen(monkeypatch, terminal=False)
    with show_parts_done("Writing", parts="people", total=10) as done:
        done(7, 10)
    print_line("a line " * 60)
    assert output.getvalue().splitlines() == ["Writing", "a line " * 60]


def test_where_nothing_is_to_be_said_nothing_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "spark_work", lambda: pytest.fail("looked"))
    show_on(None)
    with stage("Preparing"), show_parts_done("Writing", parts="people", total=10) as done:
        done(7, 10)
    screen(monkeypatch, terminal=False)
    with stage("Preparing"):
        time.sleep(0.05)


def test_the_jobs_that_spark_runs_are_seen_with_their_tasks(spark: SparkSession) -> None:
    assert spark_work() is None
    slow = spark.range(0, 8, 1, 8).selectExpr("reflect('java.lang.Thread', 'sleep', 400 + id * 0)")
    running = threading.Thread(target=slow.collect)
    running.start()
    seen = []
    while running.is_alive():
        seen.append(spark_work())
        time.sleep(0.05)
    running.join()
    totals = {work.total for work in seen if work is not None}
    assert totals == {8}
    assert max(work.done for work in seen if work is not None) >= 1
