"""A store that an earlier release made is opened, goes on for a month, and replays its old sweep.

data/store-of-1877464.zip is the store of `clearance demo --people 6` at that commit: six made-up
people.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from clearance.cli import exit_code
from clearance.commands.demo import AS_OF
from clearance.platform.store.store import Store

EARLIER = Path(__file__).with_name("data") / "store-of-1877464.zip"


@pytest.fixture
def earlier(tmp_path: Path) -> Store:
    store = Store(str(tmp_path / "store"))
    with zipfile.ZipFile(EARLIER) as archive:
        archive.extractall(store.uri)
    return store


def test_a_store_of_an_earlier_release_goes_on_and_replays_its_old_sweep(
    spark: SparkSession, earlier: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = ["--store", earlier.uri, "--quiet"]
    old = earlier.read(spark, "sweeps").first()
    assert old is not None and old["as_of"] == AS_OF and "tally" not in old
    # Since then an eligible row names its day, and none before the law; nothing else is decided
    # otherwise.
    decided = earlier.read(spark, "determinations", version=old["determinations_version"])
    eligible = decided.where("outcome = 'ELIGIBLE'").select("unit_id", "pack").collect()
    assert exit_code(["replay", old["sweep_id"], *into, "--json"], debug=True) == 1
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert (found["differing"], found["columns"]) == (8, ["eligible_on"])
    assert "8 decisions differ in eligible_on: " in said.err
    assert "Nothing has to be mended" in said.err and "`clearance determine`" in said.err
    assert len(eligible) == 8
    assert set(found["units"]) == {f"{row['unit_id']} {row['pack']}" for row in eligible}

    rows = earlier.read(spark, "source_rows").where("record NOT LIKE 'RECORD_ID%'")
    someone = rows.orderBy("subject_id").first()
    assert someone is not None
    theirs = rows.where(rows["subject_id"] == someone["subject_id"]).orderBy("position").collect()
    extract = tmp_path / "november.csv"
    extract.write_text("\n".join([row["record"] for row in theirs[:-1]] + [""]), encoding="utf-8")
    month = ["run", str(extract), "--extract-date", "2026-11-15", "--as-of", "2026-11-20"]
    assert exit_code([*month, "--out", str(tmp_path / "out"), *into], debug=True) == 0

    sweeps = earlier.read(spark, "sweeps").orderBy("determinations_version").collect()
    assert [(row["sweep_id"] == old["sweep_id"], row["tally"] is None) for row in sweeps] == [
        (True, True),
        (False, False),
    ]
    assert exit_code(["replay", sweeps[1]["sweep_id"], *into], debug=True) == 0
    kept = earlier.read(spark, "source_rows")
    assert kept.where(kept["subject_id"] == someone["subject_id"]).count() == len(theirs) - 1
