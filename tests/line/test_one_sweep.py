"""Publish, report, explain and grant speak of one sweep, whatever else is in the store by then."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from soak.state import files_of

from clearance.cli import exit_code
from clearance.commands.demo import AS_OF
from clearance.platform.store.store import Store
from clearance.publish.packets import shares
from tests.support.stores import Line

READ = ("source_rows", "charges", "arrests", "determinations")


def gutted(spark: SparkSession, store: Store) -> None:
    """Take every row out of what a sweep rests on and what it decided."""
    for table in READ:
        store.delta(spark, table).delete()
        assert store.read(spark, table).isEmpty()


def said_by(*words: str) -> dict[str, Any]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert exit_code([*words, "--json", "--quiet"], debug=True) == 0
    return dict(json.loads(said.getvalue()))


def packets(out: Path) -> dict[str, str]:
    pages = ("report.html", "counties/")
    return {name: held for name, held in files_of(out).items() if not name.startswith(pages)}


def test_what_comes_into_the_store_after_a_sweep_changes_nothing_that_is_said_of_it(
    spark: SparkSession, line: Line, tmp_path: Path
) -> None:
    place = line.place.copy_to(tmp_path / "copy")
    store, at = Store(str(place.store)), ["--store", str(place.store)]
    someone = store.read(spark, "determinations").where("outcome = 'ELIGIBLE'").first()
    assert someone is not None
    explained = said_by("explain", someone["subject_id"], *at)
    gutted(spark, store)

    assert said_by("explain", someone["subject_id"], *at) == explained
    assert len(explained["decisions"]) > 1 and explained["units"]
    again = tmp_path / "again"
    assert exit_code(["publish", *at, "--out", str(again), "--quiet"], debug=True) == 0
    assert packets(again) == packets(line.place.out)
    report = ["report", *at, "--out", str(again / "report.html"), "--quiet"]
    assert exit_code(report, debug=True) == 0
    assert (again / "report.html").read_text() == (line.place.out / "report.html").read_text()
    assert files_of(again) == files_of(line.place.out)

    given = said_by("grant", line.said["determine"]["sweep_id"], *at)
    assert given["granted"] > 0
    courts = store.read(spark, "grants").where("court IS NOT NULL")
    assert courts.count() == given["granted"]
    assert said_by("publish", *at, "--out", str(again))["noticed"] == given["granted"]
    notices = [
        row
        for path in again.glob(f"courts/*/notice-{AS_OF:%Y-%m}.csv")
        for row in csv.DictReader(path.open(encoding="utf-8"))
    ]
    assert len(notices) == given["granted"]
    assert all(row["name"] and row["event_date"] for row in notices)


def test_what_is_written_while_publish_runs_is_not_in_its_packets(
    spark: SparkSession, line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, opened = line.place.copy_to(tmp_path / "copy"), shares.open_tables

    def meanwhile(*tables: Any, **more: Any) -> Any:
        gutted(spark, Store(str(place.store)))
        return opened(*tables, **more)

    monkeypatch.setattr(shares, "open_tables", meanwhile)
    again = tmp_path / "again"
    into = ["--store", str(place.store), "--out", str(again), "--quiet"]
    assert exit_code(["publish", *into], debug=True) == 0
    assert packets(again) == packets(line.place.out)


def test_a_sweep_that_died_before_it_was_recorded_is_not_spoken_of(
    spark: SparkSession, line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = line.place.copy_to(tmp_path / "copy")
    at = ["--store", str(place.store), "--quiet"]

    def dies(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("clearance.determine.step.record_sweep", dies)
        assert exit_code(["determine", "--as-of", "2025-11-01", *at], debug=False) != 0
    table = Store(str(place.store)).read(spark, "determinations")
    assert not table.where("as_of = '2025-11-01'").isEmpty()
    shutil.rmtree(place.out)
    assert exit_code(["publish", *at, "--out", str(place.out)], debug=True) == 0
    assert packets(place.out) == packets(line.place.out)
    page = place.out / "report.html"
    assert exit_code(["report", *at, "--out", str(page)], debug=True) == 0
    assert page.read_text() == (line.place.out / "report.html").read_text()
