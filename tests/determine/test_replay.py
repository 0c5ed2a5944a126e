"""What two months of sweeps leave: a digest that can be repeated, changes, a turn, a replay."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from clearance.determine.digest import CONTENT
from clearance.determine.replay import replay
from clearance.determine.step import SweepResult
from clearance.errors import DifferenceFound, SweepConflict, UsageError
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from tests.determine.sweeps import DECEMBER, NOVEMBER, SECOND, THIRD, fill, sweep


@dataclass(frozen=True)
class Months:
    """A store of three counts, the sweeps of two months on it; to be left as it is."""

    store: Store
    sweeps: tuple[SweepResult, SweepResult]

    def copied(self, folder: Path) -> Store:
        shutil.copytree(self.store.uri, folder / "copy")
        return Store(str(folder / "copy"))


@pytest.fixture(scope="module")
def months(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Months:
    store = Store(str(tmp_path_factory.mktemp("months") / "store"))
    fill(spark, store, {}, SECOND, THIRD)
    return Months(store, (sweep(spark, store, NOVEMBER), sweep(spark, store, DECEMBER)))


def test_the_digest_can_be_repeated_without_spark(spark: SparkSession, months: Months) -> None:
    result = months.sweeps[-1]
    totals: dict[tuple[str, str], list[int]] = {}
    for row in months.store.read(spark, "determinations").collect():
        values = ["\\N" if row[name] is None else str(row[name]) for name in CONTENT]
        digest = hashlib.sha256("\x1f".join(values).encode()).hexdigest()
        words = [int(digest[i : i + 16], 16) for i in range(0, 64, 16)]
        total = totals.setdefault((row["county"], row["pack"]), [0] * 5)
        total[0] += 1
        for i, word in enumerate(words):
            total[i + 1] = (total[i + 1] + word) % 2**64
    lines = sorted("\x1f".join(map(str, (*key, *total))) for key, total in totals.items())
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == result.digest


def test_the_table_refuses_words_that_are_not_in_the_vocabulary(
    spark: SparkSession, months: Months, tmp_path: Path
) -> None:
    from clearance.errors import StoreFault

    store = months.copied(tmp_path)
    rows = store.read(spark, "determinations")
    for column, word in (("outcome", "MAYBE"), ("relief", "forget"), ("reason", "not a code")):
        with pytest.raises(StoreFault):
            store.append(rows.withColumn(column, F.lit(word)), "determinations")


def test_changes_can_be_read_from_the_feed(spark: SparkSession, months: Months) -> None:
    feed = (
        spark.read.format("delta")
        .option("readChangeFeed", "true")
        .option("startingVersion", months.sweeps[1].version)
        .load(months.store.path("determinations"))
    )
    kinds = {row[0] for row in feed.select("_change_type").distinct().collect()}
    assert kinds == {"update_preimage", "update_postimage"}


def test_of_two_sweeps_that_read_the_same_state_one_is_refused(
    spark: SparkSession, months: Months, tmp_path: Path
) -> None:
    store = months.copied(tmp_path)
    # December's sweep is written after this one has read the table, and before it writes.
    before = months.sweeps[0].version
    standing = store.read(spark, "determinations")
    with (
        pytest.raises(SweepConflict, match="Another run changed determinations"),
        store.compare_and_commit(spark, "determinations", after=before, note="mine"),
    ):
        store.replace(standing.limit(0), "determinations")
    assert standing.count() == 6
    assert store.version(spark, "determinations") == before + 1


def test_an_old_sweep_is_decided_again_with_the_same_digest(
    spark: SparkSession, months: Months, tmp_path: Path
) -> None:
    store, done = months.copied(tmp_path), list(months.sweeps)
    fill(spark, store, {}, {**SECOND, "county": "INYO"})
    done.append(sweep(spark, store, NOVEMBER, selected=["dismiss_all_p64"]))
    for one in done:
        again = replay(spark, store, sweep_id=one.sweep_id, rules=rules_folder())
        assert (again.agrees, again.digest, again.differing) == (True, one.digest, 0)
    with pytest.raises(UsageError, match="no sweep `nobody`"):
        replay(spark, store, sweep_id="nobody", rules=rules_folder())

    # What was done to the record of the last sweep by hand is found and named.
    version = store.version(spark, "determinations")
    table = store.delta(spark, "determinations")
    table.update("unit_id LIKE '2-%' AND kind = 'policy'", {"reason": F.lit("TAMPERED")})
    row = {"determinations_version": F.lit(version + 1)}
    store.delta(spark, "sweeps").update(f"sweep_id = '{done[2].sweep_id}'", row)
    found = replay(spark, store, sweep_id=done[2].sweep_id, rules=rules_folder())
    assert not found.agrees
    assert (found.differing, found.units) == (1, (f"{SECOND['unit_id']} prop64_statute",))
    assert found.columns == ("reason",)
    with pytest.raises(DifferenceFound, match=SECOND["unit_id"]) as caught:
        found.raise_for_difference()
    assert done[2].sweep_id in caught.value.message
    assert "restore `determinations`" in caught.value.remedy
    # Where the rows are those that were written, and the code is another, nothing is broken.
    newer = replace(found, stored_digest=found.recorded_digest, engine="9+another")
    with pytest.raises(DifferenceFound, match="differ in reason: ") as caught:
        newer.raise_for_difference()
    assert "Nothing has to be mended" in caught.value.remedy
    assert store.version(spark, "determinations") == version + 1
