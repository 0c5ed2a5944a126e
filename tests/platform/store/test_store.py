"""The store under two writers at once, after a killed creation, and with a damaged table."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.errors import ClearanceError, StoreFault, SweepConflict
from clearance.platform.store.comments import column_comments
from clearance.platform.store.first_write import MARK
from clearance.platform.store.store import Store, storage_faults
from clearance.schemas import ARRESTS, REVIEWS, TABLES
from tests.support.vacuum import vacuum


def packs(spark: SparkSession, mark: str) -> DataFrame:
    return spark.range(3, numPartitions=1).selectExpr(
        f"'{mark}' fingerprint", "'p' pack", "'1' version", "'y' yaml", "array('a') facts"
    )


def arrests(spark: SparkSession, mark: str) -> DataFrame:
    values = {"subject_id": mark, "unit_id": mark, "county": "YOLO", "level": "M"}
    nothing = {name: F.lit(values.get(name)).cast(kind) for name, kind in ARRESTS.types.items()}
    return spark.range(3, numPartitions=1).select(
        *[column.alias(name) for name, column in nothing.items()]
    )


def reviews(spark: SparkSession, *, relief: str) -> DataFrame:
    values = {"unit_id": "A-101", "pack": "p", "outcome": "ELIGIBLE", "relief": relief}
    nothing = {name: F.lit(values.get(name)).cast(kind) for name, kind in REVIEWS.types.items()}
    return spark.range(1).select(*[column.alias(name) for name, column in nothing.items()])


def commit_files(store: Store, table: str) -> list[str]:
    log = Path(store.path(table)) / "_delta_log"
    return sorted(path.name for path in log.glob("*.json"))


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


def test_of_runs_that_make_a_table_at_once_one_wins_and_none_adds_to_it(
    spark: SparkSession, store: Store
) -> None:
    for table, rows in (("packs", [packs(spark, mark) for mark in "abc"]),
                        ("arrests", [arrests(spark, mark) for mark in "abc"])):  # fmt: skip
        ends = at_once(*[lambda new=new, table=table: store.append(new, table) for new in rows])
        assert [end for end in ends if not isinstance(end, SweepConflict | None)] == []
        assert ends.count(None) == 1
        assert store.read(spark, table).count() == 3


def test_of_runs_that_replace_a_table_at_once_one_wins_and_none_adds_to_it(
    spark: SparkSession, store: Store
) -> None:
    store.append(packs(spark, "0"), "packs")
    rows = [packs(spark, mark) for mark in "abc"]
    ends = at_once(*[lambda new=new: store.replace(new, "packs") for new in rows])
    assert [end for end in ends if not isinstance(end, SweepConflict | None)] == []
    assert None in ends
    found = store.read(spark, "packs").collect()
    assert len(found) == 3
    assert len({row["fingerprint"] for row in found}) == 1


def test_the_first_write_is_one_commit_with_columns_clustering_and_constraints(
    spark: SparkSession, store: Store
) -> None:
    store.append(arrests(spark, "a"), "arrests")
    assert commit_files(store, "arrests") == [f"{0:020}.json"]
    detail = store.delta(spark, "arrests").detail().first()
    assert detail is not None
    assert detail["clusteringColumns"] == ["subject_id"]
    assert (
        detail["properties"]["delta.constraints.known_level"] == ARRESTS.constraints["known_level"]
    )
    assert store.read(spark, "arrests").dtypes == [
        (name, kind) for name, kind in ARRESTS.types.items()
    ]
    for column, value in (("level", F.lit("X")), ("unit_id", F.lit(None).cast("string"))):
        with pytest.raises(ClearanceError):
            store.append(arrests(spark, "b").withColumn(column, value), "arrests")
    assert store.read(spark, "arrests").count() == 3


def test_a_first_write_that_was_killed_is_made_good_with_every_property(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    whole = Store(str(tmp_path / "whole"))
    for table, rows in (("packs", packs(spark, "a")), ("arrests", arrests(spark, "a"))):
        whole.append(rows, table)
        # What a kill leaves: files that no commit names, and the mark beside the table.
        shutil.copytree(whole.path(table), store.path(table))
        log = Path(store.path(table)) / "_delta_log"
        shutil.rmtree(log)
        log.mkdir()
        (log / ".00000000000000000000.json.0f0f.tmp").write_text('{"protocol":{"minRe')
        (Path(store.uri) / f"{MARK}{table}").touch()
        assert not store.exists(spark, table)
        store.append(rows, table)
        mended, made = (
            each.delta(spark, table)
            .detail()
            .select("properties", "clusteringColumns", "minWriterVersion", "tableFeatures")
            .first()
            for each in (store, whole)
        )
        assert mended == made
        assert store.read(spark, table).schema == whole.read(spark, table).schema
        assert store.read(spark, table).count() == 3
        assert not (Path(store.uri) / f"{MARK}{table}").exists()


def test_a_table_of_an_earlier_release_gains_the_columns_it_lacks(
    spark: SparkSession, store: Store
) -> None:
    packs(spark, "a").drop("facts").write.format("delta").save(store.path("packs"))
    store.append(packs(spark, "b"), "packs")
    found = {row["fingerprint"]: row["facts"] for row in store.read(spark, "packs").collect()}
    assert found == {"a": None, "b": ["a"]}


@pytest.mark.parametrize("table", ["packs", "arrests"])
def test_the_first_write_says_what_a_row_and_every_column_is(
    table: str, spark: SparkSession, store: Store
) -> None:
    rows = {"packs": packs, "arrests": arrests}[table]
    store.append(rows(spark, "a"), table)
    assert commit_files(store, table) == [f"{0:020}.json"]
    detail = store.delta(spark, table).detail().first()
    assert detail is not None and detail["description"] == f"One row is {TABLES[table].row}."
    assert comments_of(spark, store, table) == column_comments(TABLES[table])


def test_a_table_of_an_earlier_release_gains_its_comments_in_one_commit_and_once(
    spark: SparkSession, store: Store
) -> None:
    arrests(spark, "a").write.format("delta").save(store.path("arrests"))
    assert set(comments_of(spark, store, "arrests").values()) == {None}
    with store.compare_and_commit(spark, "arrests", after=0, note="theirs"):
        store.append(arrests(spark, "b"), "arrests")
    assert comments_of(spark, store, "arrests") == column_comments(ARRESTS)
    assert len(commit_files(store, "arrests")) == 3, "the rows, the comments, the rows"
    since = store.commits_since(spark, "arrests", version=0)
    assert [commit.changes_by_row for commit in since] == [False, True]
    store.append(arrests(spark, "c"), "arrests")
    assert len(commit_files(store, "arrests")) == 4
    assert store.read(spark, "arrests").count() == 9


def comments_of(spark: SparkSession, store: Store, table: str) -> dict[str, str | None]:
    """The comment of each column in the store."""
    columns = spark.read.format("delta").load(store.path(table)).schema
    return {column.name: column.metadata.get("comment") for column in columns}


def test_every_column_of_every_table_has_words() -> None:
    without = {
        f"{name}.{column}"
        for name, spec in TABLES.items()
        for column in spec.columns
        if not column_comments(spec).get(column)
    }
    assert without == set()


def test_a_table_of_an_earlier_release_takes_the_words_that_have_been_added(
    spark: SparkSession, store: Store
) -> None:
    store.append(reviews(spark, relief="dismiss"), "reviews")
    at = f"delta.`{store.path('reviews')}`"
    spark.sql(f"ALTER TABLE {at} DROP CONSTRAINT known_relief")
    spark.sql(f"ALTER TABLE {at} ADD CONSTRAINT known_relief CHECK (relief = 'dismiss')")
    before = store.version(spark, "reviews")
    added = reviews(spark, relief="detention_only")
    with store.compare_and_commit(spark, "reviews", after=before, note="theirs"):
        store.append(added, "reviews")
    assert store.read(spark, "reviews").count() == 2
    files = len(commit_files(store, "reviews"))
    # One that a killed command took away comes back; what stands as it should is let be.
    spark.sql(f"ALTER TABLE {at} DROP CONSTRAINT known_relief")
    store.append(added, "reviews")
    store.append(added, "reviews")
    assert len(commit_files(store, "reviews")) == files + 4
    with pytest.raises(StoreFault):
        store.append(reviews(spark, relief="pardon"), "reviews")


def test_what_an_operator_does_to_a_table_does_not_hide_the_note_on_its_rows(
    spark: SparkSession, store: Store
) -> None:
    with store.compare_and_commit(spark, "packs", after=-1, note="ours"):
        store.append(packs(spark, "a"), "packs")
    at = f"delta.`{store.path('packs')}`"
    spark.sql(f"ALTER TABLE {at} SET TBLPROPERTIES ('delta.checkpointInterval' = '20')")
    spark.sql(f"ALTER TABLE {at} UNSET TBLPROPERTIES ('delta.checkpointInterval')")
    spark.sql(f"ALTER TABLE {at} ADD CONSTRAINT named CHECK (pack IS NOT NULL)")
    spark.sql(f"OPTIMIZE {at}")
    last = store.last_commit(spark, "packs")
    assert last is not None
    assert (last.version, last.note) == (0, "ours")
    assert store.version(spark, "packs") == 0
    spark.sql(f"DELETE FROM {at} WHERE fingerprint = 'a'")
    last = store.last_commit(spark, "packs")
    assert last is not None
    assert (last.note, last.version) == (None, int(commit_files(store, "packs")[-1][:20]))
    until = store.last_commit(spark, "packs", until=0)
    assert until is not None and until.note == "ours"


def test_an_address_is_listed_and_read_as_a_folder_is(spark: SparkSession, store: Store) -> None:
    with store.compare_and_commit(spark, "packs", after=-1, note="ours"):
        store.append(packs(spark, "a"), "packs")
    there = Store(Path(store.uri).as_uri())
    assert there.is_address
    commit = there.last_commit(spark, "packs")
    assert commit is not None
    assert (commit.version, commit.note, commit.rows_written) == (0, "ours", 3)
    assert there.last_commit(spark, "sweeps") is None
    there.append(arrests(spark, "a"), "arrests")
    assert there.read(spark, "arrests").count() == 3
    assert [path.name for path in Path(store.uri).glob(f"{MARK}*")] == []


def test_a_table_whose_log_is_gone_is_a_fault_and_not_an_empty_table(
    spark: SparkSession, store: Store
) -> None:
    store.append(packs(spark, "a"), "packs")
    # A first write that was killed after its commit leaves its mark to the next write.
    (Path(store.uri) / f"{MARK}packs").touch()
    store.append(packs(spark, "b"), "packs")
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
    for mark in "ab":
        store.append(packs(spark, mark), "packs")
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
        broken.read(spark, "packs")
    assert "damaged" in fault.value.message
    assert "from a copy" in fault.value.remedy


def test_a_version_whose_files_a_vacuum_removed_is_told_as_gone_and_the_next_is_read(
    spark: SparkSession, store: Store
) -> None:
    store.append(packs(spark, "old"), "packs")
    store.replace(packs(spark, "new"), "packs")
    vacuum(spark, store, "packs")
    with (
        pytest.raises(StoreFault, match="is gone while reading packs") as caught,
        storage_faults("reading packs"),
    ):
        store.read(spark, "packs", version=0).collect()
    assert "VACUUM" in caught.value.remedy
    assert {row["fingerprint"] for row in store.read(spark, "packs").collect()} == {"new"}
