"""The latest sweep, and the tables as it knew them, whatever is written afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.determine.recorded import Sweep, deciding_sweeps, latest_sweep, sweep_of
from clearance.errors import StoreFault, UsageError
from clearance.platform.store.store import Store, storage_faults
from clearance.prepare.changed_people import PrepareState
from tests.support.literal_tables import (
    charge,
    court,
    determination,
    frame,
    recorded,
    source_row,
    sweep,
    write,
)
from tests.support.vacuum import vacuum

COUNT = "101002001000"


def left(spark: SparkSession, store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    """Rows as prepare leaves them: of the source rows that there are."""
    note = PrepareState("by hand", store.version(spark, "source_rows"), {}).as_json()
    with store.compare_and_commit(spark, table, after=store.version(spark, table), note=note):
        store.replace(frame(spark, table, rows), table)


def decided(subject: str) -> dict[str, Any]:
    return determination(f"{subject}-{COUNT}", "MARIN", "quiet", "ELIGIBLE", "dismiss", "NO_RECENT")


def record_of(spark: SparkSession, store: Store, subject: str) -> None:
    """One person more in the record, prepared and decided."""
    write(spark, store, "source_rows", [source_row(1, court(subject, COUNT, "MARIN", "459 PC"))])
    left(spark, store, "charges", [charge(subject, COUNT, "MARIN", "459")])
    write(spark, store, "determinations", [decided(subject)])


@dataclass(frozen=True)
class Swept:
    store: Store
    sweep: Sweep

    def people(self, spark: SparkSession, table: str) -> list[str]:
        """Whom the table names at the sweep."""
        with storage_faults("looking"):
            rows = self.sweep.read(spark, self.store, table).select("subject_id").collect()
        return sorted(row["subject_id"] for row in rows)


READ = ("source_rows", "charges", "determinations")


@pytest.fixture
def swept(spark: SparkSession, store: Store) -> Swept:
    """A store whose sweep knows of A, and into which B came afterwards."""
    record_of(spark, store, "A")
    inputs = {"charges": store.version(spark, "charges")}
    found = recorded(
        input_versions=inputs, determinations_version=store.version(spark, "determinations")
    )
    record_of(spark, store, "B")
    return Swept(store, found)


def test_a_sweep_reads_every_table_as_it_was_for_it(spark: SparkSession, swept: Swept) -> None:
    assert {table: swept.people(spark, table) for table in READ} == {name: ["A"] for name in READ}
    now = swept.store.read(spark, "source_rows").count()
    assert now == swept.store.read(spark, "determinations").count() == 2


def test_rows_that_only_moved_to_other_files_are_read_after_a_vacuum_too(
    spark: SparkSession, store: Store
) -> None:
    record_of(spark, store, "A")
    write(spark, store, "determinations", [decided("C")])
    version = store.version(spark, "determinations")
    swept = Swept(store, recorded(determinations_version=version))
    store.delta(spark, "determinations").optimize().executeCompaction()
    vacuum(spark, store, *READ)
    with pytest.raises(StoreFault), storage_faults("reading the files of then"):
        store.read(spark, "determinations", version=version).collect()
    assert swept.people(spark, "determinations") == ["A", "C"]


def test_a_version_that_a_vacuum_took_is_refused_with_what_to_do(
    spark: SparkSession, swept: Swept
) -> None:
    vacuum(spark, swept.store, *READ)
    # Rows were only added to these two: no file of theirs is of an earlier version alone.
    assert swept.people(spark, "source_rows") == swept.people(spark, "determinations") == ["A"]
    with pytest.raises(StoreFault, match="is gone while looking") as refused:
        swept.people(spark, "charges")
    assert "VACUUM" in refused.value.remedy
    assert "`clearance prepare` and `clearance determine`" in refused.value.remedy
    with pytest.raises(StoreFault, match="is gone while opening charges") as refused:
        swept.store.read(spark, "charges", version=99)
    assert "`clearance determine`" in refused.value.remedy


def test_the_latest_sweep_is_the_last_that_was_written_whatever_the_clocks_said(
    spark: SparkSession, store: Store
) -> None:
    with pytest.raises(UsageError, match="no sweeps yet"):
        latest_sweep(spark, store)
    fast, slow = datetime(2026, 11, 3, 9, 0), datetime(2026, 11, 2, 9, 0)
    times = {
        "first": {"started_at": fast, "finished_at": fast, "determinations_version": 3},
        "second": {"started_at": slow, "finished_at": slow, "determinations_version": 4},
    }
    write(spark, store, "sweeps", [sweep(sweep_id=name, **said) for name, said in times.items()])
    found = latest_sweep(spark, store)
    assert (found.sweep_id, found.determinations_version) == ("second", 4)
    assert found.input_versions == {"charges": 0}


def test_each_pack_is_of_the_sweep_that_decided_it_last(spark: SparkSession, store: Store) -> None:
    made = {
        "before": ({"a": "a1", "b": "b1", "c/YOLO": "c1"}, []),
        "whole": ({"a": "a1", "b": "b2", "c/YOLO": "c2"}, []),
        "of a": ({"a": "a3"}, ["a"]),
        "of c": ({"c/YOLO": "c4"}, ["c"]),
        "of a again": ({"a": "a5"}, ["a"]),
        "after": ({"a": "a6"}, []),
    }
    rows = [
        sweep(
            sweep_id=name,
            determinations_version=version,
            pack_fingerprints=used,
            selected=selected,
        )
        for version, (name, (used, selected)) in enumerate(made.items())
    ]
    write(spark, store, "sweeps", rows)
    sweeps = {row["sweep_id"]: sweep_of(row) for row in store.read(spark, "sweeps").collect()}
    found = deciding_sweeps(spark, store, sweeps["of a again"])
    by_pack = {pack: found.of(pack).sweep_id for pack in "abc"}
    assert by_pack == {"a": "of a again", "b": "whole", "c": "of c"}
    assert found.fingerprints == {"a5", "b2", "c4"}
    assert (found.latest.sweep_id, found.whole.sweep_id) == ("of a again", "whole")
    whole = deciding_sweeps(spark, store, sweeps["whole"])
    assert (whole.whole, whole.later) == (sweeps["whole"], {})
