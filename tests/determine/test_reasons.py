"""The table of reasons follows the packs that were used and the texts, and nothing else."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession
from soak.months import Place

from clearance.determine.step import SweepResult, determine
from clearance.errors import RulebookInvalid
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.settings import Settings
from tests.determine.sweeps import clock_of
from tests.support.months import LAW, NOVEMBER
from tests.support.stores import November

AND_SCENARIO = Settings(packs=LAW.packs, scenarios=("dismiss_all_p64",))
BETTERED = "In better words"


def reasons_of(spark: SparkSession, store: Store) -> dict[tuple[str, str], Row]:
    """The rows by their key; two rows of one key are refused."""
    rows = store.read(spark, "reasons").collect()
    by_key = {(row["pack_fingerprint"], row["reason"]): row for row in rows}
    assert len(by_key) == len(rows)
    return by_key


def decide(
    spark: SparkSession, store: Store, settings: Settings, *, rules: Path, on: date = NOVEMBER
) -> SweepResult:
    clock = clock_of(on)
    return determine(spark, store, as_of=on, rules=rules, settings=settings, clock=clock)


@pytest.fixture
def bettered(tmp_path: Path) -> Path:
    """The rules with another text for one reason."""
    rules = Path(shutil.copytree(rules_folder(), tmp_path / "rules"))
    texts = (rules / "reasons.yaml").read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(texts) if line.startswith("INCOMPLETE_RECORD:"))
    texts[at] = f'INCOMPLETE_RECORD: "{BETTERED}"'
    (rules / "reasons.yaml").write_text("\n".join(texts), encoding="utf-8")
    return rules


def test_a_store_without_the_table_gets_it_and_better_texts_without_a_new_sweep(
    spark: SparkSession, november: November, bettered: Path, tmp_path: Path
) -> None:
    store = november.copied(tmp_path)
    before = reasons_of(spark, store)
    shutil.rmtree(store.path("reasons"))
    again = decide(spark, store, LAW, rules=rules_folder())
    assert (again.nothing_new, again.digest) == (True, november.digest)
    assert reasons_of(spark, store) == before
    assert store.version(spark, "reasons") == 0
    assert decide(spark, store, LAW, rules=bettered).nothing_new
    (key,) = [key for key in before if key[1] == "INCOMPLETE_RECORD"]
    after = reasons_of(spark, store)
    assert after.pop(key)["reason_text"] == BETTERED != before.pop(key)["reason_text"]
    assert after == before
    decide(spark, store, LAW, rules=bettered)
    assert store.version(spark, "reasons") == 1, "a run with nothing new writes nothing"


def test_packs_that_are_new_are_added_and_those_of_earlier_sweeps_stay(
    spark: SparkSession, november: November, tmp_path: Path
) -> None:
    store = november.copied(tmp_path)
    before = reasons_of(spark, store)
    decide(spark, store, AND_SCENARIO, rules=rules_folder())
    after = reasons_of(spark, store)
    assert {row["pack"] for row in before.values()} == set(LAW.packs)
    assert {row["pack"] for row in after.values()} == {*LAW.packs, *AND_SCENARIO.scenarios}
    assert before.items() <= after.items()
    added = store.commits_since(spark, "reasons", version=0)
    assert [commit.rows_written for commit in added] == [len(after) - len(before)]
    packs = {row["fingerprint"] for row in store.read(spark, "packs").collect()}
    assert {fingerprint for fingerprint, _ in after} == packs


def test_every_reason_of_a_decision_is_in_the_table(spark: SparkSession, cases: Place) -> None:
    store = Store(str(cases.store))
    given = store.read(spark, "determinations").select("pack_fingerprint", "reason").distinct()
    keys = {(row["pack_fingerprint"], row["reason"]) for row in given.collect()}
    assert keys - reasons_of(spark, store).keys() == set()
    assert {"COUNTY_UNREAD", "INCOMPLETE_RECORD"} <= {reason for _, reason in keys}


def test_texts_that_are_no_texts_are_refused_and_nothing_is_decided(
    spark: SparkSession, november: November, bettered: Path, tmp_path: Path
) -> None:
    store = november.copied(tmp_path)
    (bettered / "reasons.yaml").write_text("- no codes\n")
    with pytest.raises(RulebookInvalid, match=r"reasons\.yaml"):
        decide(spark, store, AND_SCENARIO, rules=bettered)
    assert store.read(spark, "sweeps").count() == 1
