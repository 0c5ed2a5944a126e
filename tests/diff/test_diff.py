"""Who gets another answer: two sweeps, other values, other rules; and nothing is written."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from clearance.cli import exit_code
from clearance.commands.demo import AS_OF
from clearance.determine.recorded import latest_sweep
from clearance.determine.step import determine
from clearance.diff.compare import changes
from clearance.diff.sides import OtherRules, decided_by
from clearance.errors import EXIT_USAGE
from clearance.platform.clock import wall_clock
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from clearance.schemas import TABLES
from clearance.settings import load_settings
from tests.support.stores import Line

LATER = date(AS_OF.year + 1, AS_OF.month, 1)


@pytest.fixture(scope="module")
def store(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(str(line.place.copy_to(tmp_path_factory.mktemp("diff")).store))


@pytest.fixture
def untouched(spark: SparkSession, store: Store) -> Iterator[None]:
    before = {table: store.version(spark, table) for table in TABLES}
    yield
    assert {table: store.version(spark, table) for table in TABLES} == before


def compared(store: Store, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    capsys.readouterr()
    assert exit_code(["diff", *more, "--store", store.uri, "--json"], debug=True) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def eligible(spark: SparkSession, store: Store, *, version: int) -> dict[str, int]:
    rows = store.read(spark, "determinations", version=version).where("outcome = 'ELIGIBLE'")
    counted = rows.groupBy("pack").agg(F.count_distinct("subject_id").alias("people"))
    return {row["pack"]: row["people"] for row in counted.collect()}


def test_the_rules_of_a_sweep_over_its_own_record_change_nothing(
    store: Store, untouched: None, capsys: pytest.CaptureFixture[str]
) -> None:
    found = compared(store, capsys)
    assert (found["units"], found["people"], found["changes"]) == (0, 0, [])
    assert all(pack["eligible_before"] == pack["eligible_after"] for pack in found["packs"])
    assert sum(pack["eligible_after"] for pack in found["packs"]) > 0


def test_what_if_the_threshold_were_seven_years_is_one_command(
    store: Store, untouched: None, capsys: pytest.CaptureFixture[str]
) -> None:
    found = compared(store, capsys, "--set", "felony_years=7")
    assert "felony_years=7" in found["after"]
    assert found["notes"] == []
    packs = {pack["pack"]: pack for pack in found["packs"]}
    # A felony arrest that waits seven years in place of three: fewer people, and no other pack.
    assert packs["pc851_93"]["eligible_after"] < packs["pc851_93"]["eligible_before"]
    assert {name for name, pack in packs.items() if pack["units"]} <= {"pc851_93", "pc1203_425"}
    # Nobody is better off: who waited long enough anyway has the same relief from a later day.
    assert all(
        change["outcome_before"] == "ELIGIBLE"
        for change in found["changes"]
        if change["outcome_after"] == "ELIGIBLE"
    )
    assert sum(change["units"] for change in found["changes"]) == found["units"]


def test_other_rules_decide_as_a_store_prepared_and_determined_by_them(
    spark: SparkSession, store: Store, untouched: None, tmp_path: Path
) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rules_folder(), folder)
    listed = folder / "statutes" / "p64.csv"
    kept = [row for row in listed.read_text().splitlines(keepends=True) if "11359" not in row]
    listed.write_text("".join(kept))
    copy = Store(str(tmp_path / "copy"))
    shutil.copytree(Path(store.uri), Path(copy.uri))
    settings, sweep = load_settings(None), latest_sweep(spark, store)
    prepare(spark, copy, rules=folder)
    determine(spark, copy, as_of=sweep.as_of, rules=folder, settings=settings, clock=wall_clock)
    with decided_by(OtherRules(folder, settings, {}), spark, store, sweep) as (rows, again):
        assert again
        assert changes(store.read(spark, "determinations"), rows).count() > 0
        assert changes(copy.read(spark, "determinations"), rows).count() == 0


def test_two_sweeps_are_compared_as_they_stand_and_as_files(
    spark: SparkSession, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = ["determine", "--as-of", LATER.isoformat(), "--store", store.uri, "--quiet"]
    assert exit_code(later, debug=True) == 0
    first, second = sorted(store.read(spark, "sweeps").collect(), key=lambda row: row["as_of"])
    asked = [first["sweep_id"], second["sweep_id"]]
    table, page = tmp_path / "changes.csv", tmp_path / "changes.html"
    found = compared(store, capsys, *asked, "--by-county", "--out", str(table))
    before = eligible(spark, store, version=first["determinations_version"])
    after = eligible(spark, store, version=second["determinations_version"])
    for pack in found["packs"]:
        people = (pack["eligible_before"], pack["eligible_after"])
        assert people == (before.get(pack["pack"], 0), after.get(pack["pack"], 0))
    with table.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert sum(int(row["units"]) for row in rows) == found["units"] > 0
    assert all(row["county"] for row in rows)
    compared(store, capsys, *asked, "--out", str(page))
    shown = page.read_text(encoding="utf-8")
    assert f"{found['people']:,} people get another answer" in shown
    assert "Do not publish" in shown
    assert "{" not in shown.partition("</style>")[2]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--set", "felony_year=7"], "Did you mean `felony_years`"),
        (["--set", "felony_years=seven"], "is a number"),
        (["--set", "felony_years"], "does not have the form NAME=VALUE"),
        (["no-such-sweep"], "no sweep"),
        (["a", "b", "c"], "not more"),
        (["--out", "changes.pdf"], "has no known format"),
    ],
)
def test_what_cannot_be_compared_is_said(
    more: list[str], words: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["diff", *more, "--store", store.uri], debug=False) == EXIT_USAGE
    assert words in capsys.readouterr().err
