"""A feed in the store: replaced whole, dated, versioned, and absent until it is loaded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.cli import exit_code
from clearance.errors import InputRefused
from clearance.feed.read import checked_feed
from clearance.feed.state import feed_state
from clearance.feed.step import FeedResult, load_feed
from clearance.platform.store.store import Store
from clearance.schemas import FEEDS
from tests.support.feed_files import HASH, kind_of, text_of, write

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@dataclass
class Bench:
    """A store, and feeds of made-up subjects to put into it."""

    spark: SparkSession
    store: Store
    folder: Path

    def take(self, kind: str, *changes: dict[str, str], dated: date | None = None) -> FeedResult:
        file = write(self.folder / "feed.csv", text_of(kind, *changes))
        with checked_feed(kind_of(kind), [file]) as feed:
            return load_feed(self.spark, self.store, feed=feed, dated=dated)

    def rows(self, kind: str, version: int | None = None) -> list[dict[str, Any]]:
        first, *_ = FEEDS[kind].columns
        table = self.store.read(self.spark, kind, version=version)
        return [row.asDict() for row in table.orderBy(first).collect()]

    def subjects(self, version: int | None = None) -> list[str]:
        return [row["subject_id"] for row in self.rows("registry", version)]


@pytest.fixture
def bench(spark: SparkSession, tmp_path: Path) -> Bench:
    # A name that Spark would take for a pattern.
    return Bench(spark, Store(str(tmp_path / "store [1]")), tmp_path)


def test_a_feed_is_absent_until_it_is_loaded_and_then_it_may_be_empty(bench: Bench) -> None:
    assert feed_state(bench.spark, bench.store, "registry") is None
    nobody = bench.spark.createDataFrame([], FEEDS["registry"].ddl)
    bench.store.append(nobody, "registry")  # by something else than `clearance feed`
    assert feed_state(bench.spark, bench.store, "registry") is None
    result = bench.take("registry", dated=OCTOBER)
    state = feed_state(bench.spark, bench.store, "registry")
    assert state is not None
    assert (state.rows, state.dated, state.version) == (0, OCTOBER, result.version)
    assert bench.rows("registry") == []
    assert feed_state(bench.spark, bench.store, "petitions") is None
    again = bench.take("registry", dated=OCTOBER)
    assert (again.nothing_new, again.version) == (True, result.version)


def test_a_feed_replaces_the_one_before_and_an_older_one_never_does(bench: Bench) -> None:
    first = bench.take("registry", {"subject_id": "1"}, {"subject_id": "2"}, dated=OCTOBER)
    again = bench.take("registry", {"subject_id": "2"}, {"subject_id": "1"}, dated=OCTOBER)
    assert (again.nothing_new, again.version) == (True, first.version)
    undated = bench.take("registry", {"subject_id": "1"}, {"subject_id": "2"})
    assert (undated.nothing_new, undated.dated) == (True, OCTOBER)

    second = bench.take("registry", {"subject_id": "3"}, dated=NOVEMBER)
    assert (second.replaced_rows, second.replaced_dated) == (2, OCTOBER)
    assert bench.subjects() == ["3"]
    assert bench.subjects(first.version) == ["1", "2"]
    notes = bench.store.delta(bench.spark, "registry").history().orderBy("version")
    days = [json.loads(row["userMetadata"])["feed"]["dated"]
            for row in notes.collect() if row["userMetadata"]]  # fmt: skip
    assert days == ["2026-10-01", "2026-11-01"]

    with pytest.raises(InputRefused, match=r"as of 2026-11-01; this one is as of 2026-10-31"):
        bench.take("registry", {"subject_id": "4"}, dated=date(2026, 10, 31))
    assert bench.store.version(bench.spark, "registry") == second.version
    same_day = bench.take("registry", {"subject_id": "5"}, dated=NOVEMBER)
    assert (bench.subjects(), same_day.nothing_new) == (["5"], False)

    without = bench.take("registry", {"subject_id": "6"})
    assert (bench.subjects(), without.dated) == (["6"], None)
    with pytest.raises(InputRefused):
        bench.take("registry", {"subject_id": "7"}, dated=OCTOBER)
    assert bench.subjects() == ["6"]


def test_every_kind_keeps_its_values_types_and_chains(bench: Bench) -> None:
    note = 'He said "no", twice.\nThen Peña signed.'
    left = Path(bench.store.uri) / ".lent" / "clearance-killed"
    left.mkdir(parents=True)
    registered = {"registered_on": "", "ended_on": "2020-02-29"}
    bench.take("registry", registered, dated=OCTOBER)
    bench.take("supervision", {"county": "yolo"})
    bench.take("petitions", {"status": "pending", "decided_on": ""})
    bench.take("merges", {}, {"from_subject_id": "10000002", "into_subject_id": "10000003"})
    bench.take("reviews", {"note": note})
    file = str(bench.folder / "feed.csv")
    (registry,) = bench.rows("registry")
    assert registry == {
        "subject_id": "10000001",
        "registration": "290",
        "registered_on": None,
        "ended_on": date(2020, 2, 29),
        "dated": OCTOBER,
        "source_file": file,
    }
    (supervision,), (petition,), (review,) = map(
        bench.rows, ("supervision", "petitions", "reviews")
    )
    assert (supervision["county"], supervision["started_on"]) == ("YOLO", date(2001, 2, 3))
    assert (petition["cnt_order"], petition["decided_on"]) == ("101002001000", None)
    assert (review["note"], review["content_hash"], review["dated"]) == (note, HASH, None)
    ends = [(row["into_subject_id"], row["surviving_subject_id"]) for row in bench.rows("merges")]
    assert ends == [("10000002", "10000003"), ("10000003", "10000003")]
    assert {path.name for path in Path(bench.store.uri).iterdir()} == set(FEEDS)


def test_the_command_takes_a_feed_into_an_empty_store_or_changes_nothing(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(text: str, *more: str) -> int:
        file = write(bench.folder / "feed.csv", text)
        return exit_code(["feed", "registry", file, "--store", bench.store.uri, *more], debug=False)

    assert command("subject_id,registration\n1,290\n") == 3
    assert not Path(bench.store.uri).exists()
    assert "registered_on: this column is missing" in capsys.readouterr().err
    assert command(text_of("registry", {}), "--dated", "2026-11-01", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["rows"], result["dated"], result["nothing_new"]) == (1, "2026-11-01", False)
    assert command(text_of("registry", {}), "--dated", "2026-11-01") == 0
    assert (
        "the same 1 rows as of 2026-11-01 are loaded already; nothing to do"
        in capsys.readouterr().out
    )
    assert command(text_of("registry", {"registered_on": "soon"}), "--dated", "2026-11-02") == 3
    assert command(text_of("registry"), "--dated", "2026-10-01") == 3
    assert "or correct --dated" in capsys.readouterr().err.splitlines()[-1]
    assert bench.store.version(bench.spark, "registry") == result["version"]
    assert {path.name for path in Path(bench.store.uri).iterdir()} == {"registry"}
