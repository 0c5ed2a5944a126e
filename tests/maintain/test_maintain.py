"""Maintenance: few files, old records gone, every sweep and every needed record as before."""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.cli import exit_code
from clearance.determine.recorded import Sweep, sweep_of
from clearance.errors import StoreFault
from clearance.grant.last_looked import CheckedVersions
from clearance.maintain.needed import oldest_record
from clearance.maintain.step import maintain
from clearance.platform.clock import wall_clock
from clearance.platform.store.store import Store, storage_faults
from tests.determine.test_recorded import COUNT, decided, left
from tests.support.literal_tables import charge, court, frame, recorded, source_row, sweep, write

# Four months, the last of them now.
MONTHS = ("first", "second", "third", "last")
NOW = wall_clock()
MONTH = timedelta(days=30)
GRANT = {
    "pack": "law",
    "unit": "conviction",
    "relief": "dismiss",
    "subject_id": "x",
    "unit_id": "x",
}


def ended(at: int) -> datetime:
    """When the month's sweep did."""
    return NOW - MONTH * (len(MONTHS) - 1 - at)


@pytest.fixture(scope="module")
def made(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Each month another record of everybody, prepared and decided; made in a moment."""
    store = Store(str(tmp_path_factory.mktemp("made") / "store"))
    for at, name in enumerate(MONTHS):
        rows = [source_row(1, court(name, COUNT, "MARIN", "459 PC"))]
        store.replace(frame(spark, "source_rows", rows), "source_rows")
        left(spark, store, "charges", [charge(name, COUNT, "MARIN", "459")])
        write(spark, store, "determinations", [decided(name)])
        row = sweep(
            sweep_id=name,
            finished_at=ended(at).astimezone().replace(tzinfo=None),
            input_versions={"charges": store.version(spark, "charges")},
            determinations_version=store.version(spark, "determinations"),
        )
        write(spark, store, "sweeps", [row])
    return store


@pytest.fixture
def months(made: Store, tmp_path: Path) -> Store:
    """The same, each commit to the record as old as its month."""
    store = Store(str(tmp_path / "months"))
    shutil.copytree(made.uri, store.uri)
    table = Path(store.path("source_rows"))
    for at in range(len(MONTHS)):
        log = table / "_delta_log" / f"{at:020}.json"
        moment = int(ended(at).timestamp() * 1000)
        text = re.sub(r'"(timestamp|deletionTimestamp)":\d+', rf'"\1":{moment}', log.read_text())
        log.write_text(text)
        for line in map(json.loads, text.splitlines()):
            if "add" in line:
                os.utime(table / line["add"]["path"], (moment / 1000, moment / 1000))
    for checksum in (table / "_delta_log").glob("*.crc"):
        checksum.unlink()
    return store


def sweeps(spark: SparkSession, store: Store) -> dict[str, Sweep]:
    return {row["sweep_id"]: sweep_of(row) for row in store.read(spark, "sweeps").collect()}


def people(spark: SparkSession, store: Store, of: Sweep, table: str) -> list[str]:
    with storage_faults("looking"):
        rows = of.read(spark, store, table).select("subject_id").collect()
    return sorted(row["subject_id"] for row in rows)


def test_files_are_few_and_only_records_that_nothing_needs_are_gone(
    spark: SparkSession, months: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    done = maintain(spark, months, clock=lambda: NOW, keep_days=40, most_files=1)
    assert capfd.readouterr().out == "", "what is printed there is the command's document"
    assert done.files["determinations"] == done.files["sweeps"] == (len(MONTHS), 1)
    assert done.files["charges"] == (1, 1)
    assert done.record_since == MONTHS.index("third")
    for at, (name, of) in enumerate(sorted(sweeps(spark, months).items(), key=_order)):
        assert people(spark, months, of, "charges") == [name]
        assert people(spark, months, of, "determinations") == sorted(MONTHS[: at + 1])
        if name == "first":
            with pytest.raises(StoreFault):
                people(spark, months, of, "source_rows")
        else:
            assert people(spark, months, of, "source_rows") == [name]
    again = maintain(spark, months, clock=lambda: NOW, keep_days=40, most_files=1)
    assert all(before == now for before, now in again.files.values())


def _order(item: tuple[str, Sweep]) -> int:
    return MONTHS.index(item[0])


def test_a_record_is_needed_that_a_grant_was_last_held_against(
    spark: SparkSession, months: Store
) -> None:
    assert oldest_record(spark, months, since=NOW + MONTH) == MONTHS.index("last")
    assert oldest_record(spark, months, since=NOW - MONTH * 1.5) == MONTHS.index("third")
    write(spark, months, "grants", [_grant("first"), _grant("third")])
    assert oldest_record(spark, months, since=NOW + MONTH) == MONTHS.index("first")
    # Once these have been held against a later record, that one is what counts.
    versions = sweeps(spark, months)["second"].input_versions | {"arrests": 0}
    looked = CheckedVersions().with_checked(["first", "third"], versions=versions)
    after = months.version(spark, "grants")
    with months.compare_and_commit(spark, "grants", after=after, note=looked.in_note({})):
        months.append(frame(spark, "grants", [_grant("last")]), "grants")
    assert oldest_record(spark, months, since=NOW + MONTH) == MONTHS.index("second")


def _grant(name: str) -> dict[str, Any]:
    return {**GRANT, "sweep_id": name, "granted_on": recorded().as_of}


def test_the_verb_says_what_it_did_and_an_empty_store_is_refused(
    spark: SparkSession, months: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["maintain", "--store", months.uri, "--json", "--quiet"], debug=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["files"]["determinations"] == [len(MONTHS), len(MONTHS)]
    assert said["record_since"] is None, "every month is younger than 400 days"
    assert exit_code(["maintain", "--store", str(tmp_path / "none"), "--quiet"], debug=False) == 2
