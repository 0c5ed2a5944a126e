"""What a notice says, what a what-if tells, and what a run that ended leaves to the next.

What is granted, corrected and told from month to month is in `test_year_of_months.py`.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.determine.recorded import latest_sweep
from clearance.errors import StoreFault
from clearance.grant.step import grant
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.publish.files import open_workspace
from clearance.publish.notices import to_courts as notices
from clearance.publish.notices.due import MARKER, read_due_files, write_due_files
from clearance.publish.notices.to_courts import COLUMNS, write_notices
from tests.support.months import DECEMBER, NOVEMBER, PEOPLE
from tests.support.stores import November

RULES = rules_folder()


def publish(
    spark: SparkSession,
    store: Store,
    out: Path,
    as_of: date,
    *,
    counties: list[str] | None = None,
    **more: Any,
) -> int:
    with open_workspace(out) as workspace:
        return write_notices(
            *(spark, store),
            workspace=workspace,
            counties=counties,
            rules=RULES,
            sweep=replace(latest_sweep(spark, store), as_of=as_of, **more),
        )


def lines(out: Path, of: str) -> list[dict[str, str]]:
    with (out / "courts" / "yolo" / f"notice-{of}.csv").open(newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        assert tuple(reader.fieldnames or ()) == COLUMNS
    return rows


@pytest.fixture(scope="module")
def granted(
    spark: SparkSession, november: November, tmp_path_factory: pytest.TempPathFactory
) -> Store:
    """Everybody convicted in 2010 with two years of probation, granted in November."""
    store = november.copied(tmp_path_factory.mktemp("granted"))
    made = grant(spark, store, sweep_id=november.sweep_id, rules=RULES)
    assert made.granted == len(PEOPLE)
    return store


def names(rows: list[dict[str, str]]) -> list[str]:
    return sorted(row["subject_id"] for row in rows)


def copied(store: Store, tmp_path: Path) -> Store:
    shutil.copytree(store.uri, tmp_path / "store")
    return Store(str(tmp_path / "store"))


def test_a_grant_is_told_once_over_any_number_of_folders_with_what_a_court_needs(
    spark: SparkSession, granted: Store, tmp_path: Path
) -> None:
    store = copied(granted, tmp_path)
    first, second = tmp_path / "one", tmp_path / "other"
    assert publish(spark, store, first, date(2026, 10, 31)) == 0
    assert publish(spark, store, first, NOVEMBER) == len(PEOPLE)
    november = lines(first, "2026-11")
    assert names(november) == sorted(PEOPLE)
    first = november[0]
    assert (first["court"], first["case_number"]) == ("SUPERIOR COURT, YOLO", "CR-10")
    assert first["name"] == f"NAME OF {first['subject_id']}"
    assert (first["birth_date"], first["event_date"]) == ("1980-02-29", "2010-02-28")
    assert (first["county"], first["charge"]) == ("YOLO", "484 PC")
    assert (first["kind"], first["granted_on"]) == ("grant", NOVEMBER.isoformat())

    whole = (first / "courts" / "yolo" / "notice-2026-11.csv").read_bytes()
    versions = [store.version(spark, table) for table in ("grants", "notices")]
    assert publish(spark, store, first, NOVEMBER) == 0
    assert (first / "courts" / "yolo" / "notice-2026-11.csv").read_bytes() == whole
    assert publish(spark, store, second, NOVEMBER) == 0
    assert lines(second, "2026-11") == []
    assert [store.version(spark, table) for table in ("grants", "notices")] == versions


def test_a_what_if_tells_no_court_anything_new(
    spark: SparkSession, granted: Store, tmp_path: Path
) -> None:
    store, out = copied(granted, tmp_path), tmp_path / "out"
    assert publish(spark, store, out, DECEMBER, what_if=True) == 0
    assert not store.exists(spark, "notices")
    assert not list(out.rglob("notice-*.csv"))
    assert publish(spark, store, out, NOVEMBER) == len(PEOPLE)
    content = (out / "courts" / "yolo" / "notice-2026-11.csv").read_bytes()
    assert publish(spark, store, out, NOVEMBER, what_if=True) == 0
    assert (out / "courts" / "yolo" / "notice-2026-11.csv").read_bytes() == content


def test_a_run_that_ended_after_the_notices_were_noted_is_made_good_by_the_next(
    spark: SparkSession,
    granted: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = copied(granted, tmp_path)
    out = tmp_path / "out"

    def ends(made: Any) -> None:
        raise OSError(28, "No space left")

    with monkeypatch.context() as patched, pytest.raises(StoreFault):
        patched.setattr(notices, "move_lists", ends)
        publish(spark, store, out, NOVEMBER)
    assert store.read(spark, "notices").count() == len(PEOPLE)
    assert {path.name for path in out.iterdir()} == {"packets", MARKER}
    assert read_due_files(out) == {("YOLO", "2026-11")}
    # The next run comes a month later.
    assert publish(spark, store, out, DECEMBER) == 0
    assert names(lines(out, "2026-11")) == sorted(PEOPLE)
    assert lines(out, "2026-12") == []
    assert store.read(spark, "grants").where("noticed_in = '2026-11'").count() == len(PEOPLE)
    assert read_due_files(out) == frozenset() and not (out / MARKER).exists()
    # What an office takes away afterwards stays away.
    (out / "courts" / "yolo" / "notice-2026-11.csv").unlink()
    publish(spark, store, out, DECEMBER)
    assert not (out / "courts" / "yolo" / "notice-2026-11.csv").exists()


def test_a_file_that_lacks_what_a_run_noted_before_it_ended_is_made_again(
    spark: SparkSession, granted: Store, tmp_path: Path
) -> None:
    store, out = copied(granted, tmp_path), tmp_path / "out"
    assert publish(spark, store, out, NOVEMBER) == len(PEOPLE)
    file = out / "courts" / "yolo" / "notice-2026-11.csv"
    whole = file.read_bytes()
    # As if the last line had been noted by a later run of the month, which ended before its move.
    file.write_bytes(whole[: whole.rindex(b"\n", 0, -1) + 1])
    write_due_files(out, {("YOLO", "2026-11"), ("MARIN", "2026-11")})
    publish(spark, store, out, DECEMBER, counties=["YOLO"])
    assert file.read_bytes() == whole
    assert read_due_files(out) == {("MARIN", "2026-11")}, "another run has that to make"
