"""A later sweep's digest comes from the rows it changed, and is that of the whole table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from clearance.determine import manifest
from clearance.determine.digest import Tally, digest_of, tally_of
from clearance.platform.paths import rules_folder
from clearance.prepare.step import prepare
from tests.support.months import DECEMBER, LAW, PEOPLE, row_of, sweep, take_in
from tests.support.stores import November


def test_a_month_adds_up_what_it_changed_and_never_the_whole_table(
    spark: SparkSession, november: November, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = november.copied(tmp_path)
    # One is withdrawn, one comes, one has another record, and for the others time passes.
    another = row_of("b", extract="x2", stp_event_date="20250101")
    come = row_of("i", extract="x2")
    take_in(spark, store, *(row_of(name) for name in PEOPLE if name not in "ab"), another, come)
    monkeypatch.setattr("clearance.prepare.changed_people.LARGEST_SHARE", 1.0)
    prepare(spark, store, rules=rules_folder())

    def whole(rows: DataFrame) -> Tally:
        raise AssertionError("the whole table was added up")

    monkeypatch.setattr(manifest, "tally_of", whole)
    second = sweep(spark, store, DECEMBER, LAW)
    table = store.read(spark, "determinations")
    assert second.digest == digest_of(table) != november.digest
    assert second.counts == tally_of(table).counts
    assert sum(second.counts.values()) == len(PEOPLE)
    third = sweep(spark, store, date(2030, 1, 1), LAW)
    assert third.digest == digest_of(store.read(spark, "determinations"))


def test_a_tally_is_written_and_read_again_as_it_was() -> None:
    tally = Tally({"p/REVIEW": 3}, {("YOLO", "p"): (3, 2**64 - 1, 0, 1, 2**63)})
    assert Tally.from_json(tally.counts, tally.as_json()) == tally
    gone = Tally({"p/REVIEW": -3}, {("YOLO", "p"): (-3, 1, 0, 2**64 - 1, 2**63)})
    assert tally.plus(gone) == Tally({}, {})
