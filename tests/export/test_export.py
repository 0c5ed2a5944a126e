"""What a sweep decided as one file: each row bears the sweep that was asked for."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from clearance.cli import exit_code
from clearance.commands.demo import AS_OF
from clearance.errors import EXIT_USAGE
from clearance.export.step import COLUMNS
from clearance.platform.store.store import Store
from tests.support.stores import Line

LATER = date(AS_OF.year + 1, AS_OF.month, 1)
KEY = ("unit_id", "pack")
DECISION = ("kind", "pack_version", "outcome", "relief", "reason", "rule", "eligible_on")


@pytest.fixture(scope="module")
def store(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The suite's store with a second sweep, of a day on which only some answers are others."""
    store = Store(str(line.place.copy_to(tmp_path_factory.mktemp("export")).store))
    assert (
        exit_code(["determine", "--as-of", LATER.isoformat(), "--store", store.uri], debug=True)
        == 0
    )
    return store


def exported(store: Store, out: Path, *more: str, capsys: pytest.CaptureFixture[str]) -> Any:
    capsys.readouterr()
    given = ["export", "--store", store.uri, "--out", str(out), "--json", *more]
    assert exit_code(given, debug=True) == 0
    return json.loads(capsys.readouterr().out)


def _decisions(rows: list[Row]) -> dict[tuple[str, ...], tuple[Any, ...]]:
    return {tuple(row[n] for n in KEY): tuple(row[n] for n in DECISION) for row in rows}


def test_every_row_bears_the_sweep_that_was_asked_for_whichever_changed_it(
    spark: SparkSession, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = sorted(store.read(spark, "sweeps").collect(), key=lambda row: row["as_of"])
    for sweep in (first, second):
        out = tmp_path / "decided.parquet"
        said = exported(store, out, "--sweep", sweep["sweep_id"], capsys=capsys)
        rows = spark.read.parquet(str(out)).collect()
        stored = store.read(spark, "determinations", version=sweep["determinations_version"])
        assert said["rows"] == len(rows)
        assert said["sweep_id"] == sweep["sweep_id"]
        assert _decisions(rows) == _decisions(stored.collect())
        assert {row["as_of"] for row in rows} == {sweep["as_of"]}
        assert {row["sweep_id"] for row in rows} == {sweep["sweep_id"]}
    # Most rows of the second sweep are the first's, which a filter on the table would lose.
    assert len({row["last_changed_in"] for row in rows}) == 2


def test_a_file_for_other_tools_has_charges_and_reasons_in_words(
    spark: SparkSession, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "decided.csv"
    said = exported(store, out, capsys=capsys)
    with out.open(encoding="utf-8", newline="") as text:
        header, *rows = list(csv.reader(text))
    assert tuple(header) == COLUMNS
    assert len(rows) == said["rows"] > 500
    fields = [dict(zip(header, row, strict=True)) for row in rows]
    assert all(row["reason_text"] and row["reason_text"] != row["reason"] for row in fields)
    assert not any("{" in row["reason_text"] for row in fields)
    read = {
        f"{row.subject_id}-{row.count_order}"
        for row in store.read(spark, "charges").where("convicted AND parsed").collect()
    }
    shown = {row["unit_id"] for row in fields if row["charge"]}
    assert {row["unit_id"] for row in fields if row["unit"] == "conviction"} & read <= shown
    assert any(row["charge"] for row in fields if row["unit"] == "arrest")
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("file", "more", "words"),
    [
        ("decided.xlsx", [], "has no known format"),
        ("decided.csv", ["--sweep", "no-such"], "no sweep"),
        ("no-such-folder/decided.csv", [], "cannot be written"),
    ],
)
def test_what_cannot_be_exported_is_said(
    file: str,
    more: list[str],
    words: str,
    store: Store,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = ["export", "--store", store.uri, "--out", str(tmp_path / file), *more]
    assert exit_code(given, debug=False) == EXIT_USAGE
    assert words in capsys.readouterr().err


def test_the_table_of_reasons_says_of_every_decision_what_export_says(
    spark: SparkSession, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "decided.parquet"
    exported(store, out, capsys=capsys)
    by_key = {
        tuple(row[name] for name in KEY): row for row in spark.read.parquet(str(out)).collect()
    }
    decided = store.read(spark, "determinations").drop("kind", "cite", "pack_version")
    reasons = store.read(spark, "reasons").drop("pack")
    rows = decided.join(reasons, on=["pack_fingerprint", "reason"], how="left").collect()
    assert len(rows) == len(by_key) > 500
    for row in rows:
        in_file = by_key[row["unit_id"], row["pack"]]
        assert [row[name] for name in ("kind", "pack_version")] == [
            in_file[name] for name in ("kind", "pack_version")
        ]
        assert in_file["cite"] in row["cite"].split("; ")
        if "(section)" not in row["reason_text"] and "(the charge" not in row["reason_text"]:
            assert row["reason_text"] == in_file["reason_text"]
