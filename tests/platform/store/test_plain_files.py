"""Tables read by the files that a short log names: the rows are those that Delta reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.store.log_folder import LocalFolder
from clearance.platform.store.plain_files import MOST_COMMITS, MOST_FILES, plain_files
from clearance.platform.store.store import Store
from tests.support.vacuum import vacuum


def packs(spark: SparkSession, *marks: str) -> DataFrame:
    """A row is a pack version, in a file of its own."""
    each = [
        spark.range(1, numPartitions=1).selectExpr(
            f"'{mark}' fingerprint", "'p' pack", "'1' version", "'y' yaml", "array('a') facts"
        )
        for mark in marks
    ]
    whole = each[0]
    for rows in each[1:]:
        whole = whole.unionByName(rows)
    return whole


def log_of(store: Store) -> LocalFolder:
    return LocalFolder(Path(store.path("packs")) / "_delta_log")


def by_delta(spark: SparkSession, store: Store, version: int) -> DataFrame:
    reader = spark.read.format("delta").option("versionAsOf", version)
    return reader.load(store.path("packs"))


@pytest.fixture
def changed_often(spark: SparkSession, store: Store) -> Store:
    """A table that was made, added to, merged into, put together and replaced."""
    store.append(packs(spark, "a", "b"), "packs")
    store.append(packs(spark, "c"), "packs")
    changed = packs(spark, "b", "d").withColumn("yaml", F.lit("other"))
    store.upsert(changed, "packs", key=["fingerprint"])
    spark.sql(f"OPTIMIZE delta.`{store.path('packs')}`")
    store.replace(packs(spark, "e"), "packs")
    return store


def test_every_version_of_a_table_has_the_rows_and_columns_that_delta_reads(
    spark: SparkSession, changed_often: Store
) -> None:
    store = changed_often
    last = max(int(name[:20]) for name in log_of(store).names() if name.endswith(".json"))
    assert last >= 4
    for version in range(last + 1):
        assert plain_files(log_of(store), version=version) is not None, version
        read, expected = (
            store.read(spark, "packs", version=version),
            by_delta(spark, store, version),
        )
        assert [(field.name, field.dataType) for field in read.schema] == [
            (field.name, field.dataType) for field in expected.schema
        ]
        assert sorted(read.collect()) == sorted(expected.collect()), version
    assert [row.fingerprint for row in store.read(spark, "packs").collect()] == ["e"]


def listed_by(rows: DataFrame) -> str:
    """What has the list of the files that rows are read from."""
    plan: Any = rows._jdf.queryExecution().analyzed()  # type: ignore[operator]
    return str(plan.relation().location().getClass().getSimpleName())


def test_no_state_of_the_log_is_asked_of_spark(spark: SparkSession, changed_often: Store) -> None:
    assert listed_by(changed_often.read(spark, "packs")) == "InMemoryFileIndex"
    assert listed_by(by_delta(spark, changed_often, 0)).startswith("Tahoe")


def written(store: Store, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change the actions of a table's first commit."""
    path = Path(store.path("packs")) / "_delta_log" / f"{0:020}.json"
    actions = [json.loads(line) for line in path.read_text().splitlines()]
    change(actions)
    path.write_text("".join(json.dumps(action) + "\n" for action in actions))


def with_deletion_vector(actions: list[dict[str, Any]]) -> None:
    for action in actions:
        if "add" in action:
            action["add"]["deletionVector"] = {"storageType": "u", "cardinality": 1}


def in_partitions(actions: list[dict[str, Any]]) -> None:
    for action in actions:
        if "metaData" in action:
            action["metaData"]["partitionColumns"] = ["pack"]


def with_mapped_columns(actions: list[dict[str, Any]]) -> None:
    for action in actions:
        if "metaData" in action:
            action["metaData"]["configuration"]["delta.columnMapping.mode"] = "name"


def with_a_feature_of_tomorrow(actions: list[dict[str, Any]]) -> None:
    for action in actions:
        if "protocol" in action:
            action["protocol"] = {"minReaderVersion": 3, "readerFeatures": ["rowsElsewhere"]}


def in_another_folder(actions: list[dict[str, Any]]) -> None:
    for action in actions:
        if "add" in action:
            action["add"]["path"] = "file:/elsewhere/part-0.parquet"


@pytest.mark.parametrize(
    "change",
    [
        with_deletion_vector,
        in_partitions,
        with_mapped_columns,
        with_a_feature_of_tomorrow,
        in_another_folder,
    ],
)
def test_what_only_delta_can_read_is_left_to_delta(
    spark: SparkSession, store: Store, change: Callable[[list[dict[str, Any]]], None]
) -> None:
    store.append(packs(spark, "a"), "packs")
    assert plain_files(log_of(store), version=None) is not None
    written(store, change)
    assert plain_files(log_of(store), version=None) is None


def test_a_log_that_has_lost_its_first_commits_or_is_long_is_left_to_delta(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    store.append(packs(spark, "a"), "packs")
    store.append(packs(spark, "b"), "packs")
    first = Path(store.path("packs")) / "_delta_log" / f"{0:020}.json"
    text = first.read_text()
    first.unlink()
    assert plain_files(log_of(store), version=None) is None
    log = tmp_path / "long"
    log.mkdir()
    for version in range(MOST_COMMITS + 1):
        (log / f"{version:020}.json").write_text(text)
    assert plain_files(LocalFolder(log), version=MOST_COMMITS - 1) is not None
    assert plain_files(LocalFolder(log), version=MOST_COMMITS) is None


def test_many_files_are_left_to_delta(spark: SparkSession, store: Store) -> None:
    store.append(packs(spark, "a"), "packs")

    def with_files(number: int) -> Callable[[list[dict[str, Any]]], None]:
        def change(actions: list[dict[str, Any]]) -> None:
            add = next(action for action in actions if "add" in action)
            actions[:] = [action for action in actions if "add" not in action]
            actions += [
                {"add": {**add["add"], "path": f"{each}.parquet"}} for each in range(number)
            ]

        return change

    written(store, with_files(MOST_FILES))
    assert plain_files(log_of(store), version=None) is not None
    written(store, with_files(MOST_FILES + 1))
    assert plain_files(log_of(store), version=None) is None


def test_of_a_version_whose_files_are_gone_delta_says_so(spark: SparkSession, store: Store) -> None:
    store.append(packs(spark, "a"), "packs")
    store.replace(packs(spark, "b"), "packs")
    vacuum(spark, store, "packs")
    assert plain_files(log_of(store), version=0) is not None
    assert listed_by(store.read(spark, "packs", version=0)).startswith("Tahoe")


def test_a_folder_whose_name_has_signs_of_a_pattern_is_read(
    spark: SparkSession, tmp_path: Path
) -> None:
    store = Store(str(tmp_path / "state [1]"))
    store.append(packs(spark, "a"), "packs")
    rows = store.read(spark, "packs")
    assert listed_by(rows).startswith("Tahoe")
    assert [row.fingerprint for row in rows.collect()] == ["a"]
