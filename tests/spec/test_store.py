"""The store under two writers at once, after a killed creation, and with a damaged table."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from pyspark.sql import DataFrame, SparkSession

from clearance.errors import ClearanceError, StoreFault, SweepConflict
from clearance.store import Store


def packs(spark: SparkSession, mark: str) -> DataFrame:
    return spark.range(3, numPartitions=1).selectExpr(
        f"'{mark}' fingerprint", "'p' pack", "'1' version", "'y' yaml", "array('a') facts"
    )


def at_once(*runs: Callable[[], None]) -> list[ClearanceError | None]:
    """What each run ended with, all let go together."""
    start = Barrier(len(runs))

    def let_go(run: Callable[[], None]) -> ClearanceError | None:
        start.wait()
        try:
            run()
        except ClearanceError as error:
            return error
        return None

    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(let_go, runs))


def test_runs_that_create_a_table_at_once_all_find_it(spark: SparkSession, store: Store) -> None:
    ends = at_once(*[lambda: store.create(spark, "packs")] * 3)
    assert ends == [None, None, None]
    assert store.read(spark, "packs").isEmpty()


def test_of_runs_that_replace_a_table_at_once_one_wins_and_none_adds_to_it(
    spark: SparkSession, store: Store
) -> None:
    store.create(spark, "packs")
    rows = [packs(spark, mark) for mark in "abc"]
    ends = at_once(*[lambda new=new: store.replace(new, "packs") for new in rows])
    assert [end for end in ends if not isinstance(end, SweepConflict | None)] == []
    assert None in ends
    found = store.read(spark, "packs").collect()
    assert len(found) == 3
    assert len({row["fingerprint"] for row in found}) == 1


def test_a_creation_that_was_killed_is_made_good_with_every_property(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    whole = Store(str(tmp_path / "whole"))
    for table in ("sweeps", "charges"):
        log = Path(store.path(table)) / "_delta_log"
        log.mkdir(parents=True)
        (log / ".00000000000000000000.json.0f0f.tmp").write_text('{"protocol":{"minRe')
        store.create(spark, table)
        whole.create(spark, table)
        mended, made = (
            each.delta(spark, table)
            .detail()
            .select("properties", "clusteringColumns", "minWriterVersion", "tableFeatures")
            .first()
            for each in (store, whole)
        )
        assert mended == made
        assert store.read(spark, table).schema == whole.read(spark, table).schema
        assert store.read(spark, table).isEmpty()


def test_a_table_whose_log_is_gone_is_a_fault_and_not_an_empty_table(
    spark: SparkSession, store: Store
) -> None:
    store.append(packs(spark, "a"), "packs")
    shutil.rmtree(Path(store.path("packs")) / "_delta_log")
    for use in (
        lambda: store.read(spark, "packs"),
        lambda: store.append(packs(spark, "b"), "packs"),
        lambda: store.replace(packs(spark, "b"), "packs"),
    ):
        with pytest.raises(StoreFault, match="holds files of packs") as fault:
            use()
        assert store.uri in fault.value.message
        assert "_delta_log" in fault.value.remedy


@pytest.mark.parametrize("damage", ["first commit gone", "last commit cut"])
def test_a_damaged_log_is_a_fault_that_names_the_table(
    damage: str, spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    store.append(packs(spark, "a"), "packs")
    # A copy, since Spark remembers what it saw of a table by its path.
    broken = Store(str(tmp_path / "broken"))
    shutil.copytree(store.uri, broken.uri)
    log = Path(broken.path("packs")) / "_delta_log"
    for sums in log.glob("*.crc"):
        sums.unlink()
    for sums in log.glob(".*.crc"):
        sums.unlink()
    if damage == "first commit gone":
        (log / f"{0:020}.json").unlink()
    else:
        last = log / f"{1:020}.json"
        last.write_bytes(last.read_bytes()[:40])
    with pytest.raises(StoreFault, match="packs") as fault:
        broken.version(spark, "packs")
    assert "damaged or gone" in fault.value.message
