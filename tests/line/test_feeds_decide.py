"""Side feeds through prepare and determine: who is prepared again, and what overrides a pack."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from clearance.charges.step import prepare
from clearance.places import rules_folder
from clearance.schemas import ARRESTS, CHARGES
from clearance.settings import CountyPolicies, CountyPolicy, Settings
from clearance.store import Store
from clearance.sweep.digest import digest_of, row_hash
from clearance.sweep.replay import replay
from clearance.sweep.step import determine
from tests.line.months import DECEMBER, LAW, NOVEMBER, load, sweep, take_in

POLICY = Settings(county_policies=CountyPolicies(default=CountyPolicy(policy="prop64_statute")))
PEOPLE = ("a", "b", "c", "d", "e", "f", "g")


def decided(spark: SparkSession, store: Store) -> dict[str, Row]:
    rows = store.read(spark, "determinations").withColumn("content", row_hash())
    return {row["subject_id"]: row for row in rows.collect()}


@pytest.fixture
def filled(spark: SparkSession, store: Store) -> Store:
    take_in(spark, store, *({"subject_id": name} for name in PEOPLE))
    return store


def test_feeds_decide_and_only_those_they_speak_of_are_prepared_again(
    spark: SparkSession, filled: Store
) -> None:
    store = filled
    prepare(spark, store, rules=rules_folder())
    first = sweep(spark, store, NOVEMBER, LAW)
    assert {row["reason"] for row in decided(spark, store).values()} == {"INSUFFICIENT_DATA"}
    absent = [note for note in first.notes if "never loaded" in note]
    assert [note.split()[0] for note in absent] == ["petitions", "registry", "supervision"]

    for kind in ("registry", "supervision", "petitions"):
        load(spark, store, kind)
    everybody = prepare(spark, store, rules=rules_folder())
    assert sorted(everybody.feeds) == ["petitions", "registry", "supervision"]
    second = sweep(spark, store, NOVEMBER, LAW)
    assert second.counts == {"pc1203_425/ELIGIBLE": len(PEOPLE)}
    assert not [note for note in second.notes if "never loaded" in note]

    load(spark, store, "registry", {"subject_id": "b", "registration": "290"})
    load(spark, store, "merges", {"from_subject_id": "b", "surviving_subject_id": "a"})
    before = store.version(spark, "charges")
    assert prepare(spark, store, rules=rules_folder()).changed
    assert _prepared_again(spark, store, since=before) == {"a", "b"}
    third = sweep(spark, store, NOVEMBER, LAW)
    reasons = {name: row["reason"] for name, row in decided(spark, store).items()}
    assert (reasons["a"], reasons["b"], reasons["c"]) == (
        "REGISTERED",
        "REGISTERED",
        "PROBATION_COMPLETED",
    )
    # What was done for some is what would be done for all.
    whole = Store(store.uri + "-whole")
    for kind in ("source_rows", "registry", "supervision", "petitions", "merges"):
        _copy(spark, store, whole, kind)
    prepare(spark, whole, rules=rules_folder())
    for name in ("charges", "arrests"):
        one, other = (place.read(spark, name) for place in (store, whole))
        assert one.exceptAll(other).isEmpty() and other.exceptAll(one).isEmpty()
    assert sweep(spark, whole, NOVEMBER, LAW).digest == third.digest

    # The merge is taken back: both are themselves again.
    load(spark, store, "merges")
    prepare(spark, store, rules=rules_folder())
    sweep(spark, store, NOVEMBER, LAW)
    reasons = {name: row["reason"] for name, row in decided(spark, store).items()}
    assert (reasons["a"], reasons["b"]) == ("PROBATION_COMPLETED", "REGISTERED")
    assert not prepare(spark, store, rules=rules_folder()).changed


def _prepared_again(spark: SparkSession, store: Store, *, since: int) -> set[str]:
    feed = (
        spark.read.format("delta")
        .option("readChangeFeed", "true")
        .option("startingVersion", since + 1)
        .load(store.path("charges"))
    )
    return {row["subject_id"] for row in feed.select("subject_id").distinct().collect()}


def _copy(spark: SparkSession, store: Store, other: Store, table: str) -> None:
    commit = store.last_commit(spark, table)
    assert commit is not None
    after = other.version(spark, table)
    with other.in_turn(spark, table, after=after, note=commit.note or ""):
        other.replace(store.read(spark, table), table)


UNIT: dict[str, Any] = {
    "county": "YOLO",
    "tags": ["p64"],
    "section": "11359",
    "subdivisions": [],
    "level": "F",
    "convicted": True,
    "conviction_date": date(2010, 6, 15),
    "sentence_end": date(2026, 11, 15),
    "super_strike_before": True,
    "registrable_before": False,
    "earlier_same_section": 0,
}
OFFICE = {
    "pack": "prop64_statute",
    "outcome": "ELIGIBLE",
    "relief": "redesignate_misdemeanor",
    "decided_by": "Yolo County District Attorney",
    "decided_on": date(2026, 10, 11),
}


def test_an_offices_review_stands_while_the_content_it_saw_is_unchanged(
    spark: SparkSession, store: Store
) -> None:
    units = [{**UNIT, "subject_id": name, "unit_id": f"{name}-101002001000"} for name in "12"]
    units[1]["super_strike_before"] = False
    rows = [dict.fromkeys(CHARGES.columns) | unit for unit in units]
    values = [tuple(row[name] for name in CHARGES.columns) for row in rows]
    store.replace(spark.createDataFrame(values, CHARGES.ddl), "charges")
    store.replace(spark.createDataFrame([], ARRESTS.ddl), "arrests")
    sweep(spark, store, NOVEMBER, POLICY)
    before = decided(spark, store)
    assert before["1"]["outcome"] == "REVIEW"
    assert before["2"]["outcome"] == "ELIGIBLE"

    seen = [
        {**OFFICE, "unit_id": row["unit_id"], "content_hash": row["content"]}
        for row in (before["1"], before["2"])
    ]
    stale = {**seen[0], "content_hash": "0" * 64, "outcome": "NOT_ELIGIBLE", "relief": None}
    load(spark, store, "reviews", *seen, stale)
    reviewed = sweep(spark, store, NOVEMBER, POLICY)
    assert not reviewed.nothing_new
    row = decided(spark, store)["1"]
    assert (row["outcome"], row["relief"]) == ("ELIGIBLE", "redesignate_misdemeanor")
    assert (row["reason"], row["rule"]) == ("DECIDED_BY_REVIEW", "review")
    assert (row["eligible_on"], row["cite"]) == (date(2026, 10, 11), before["1"]["cite"])
    # Only what is under review is an office's to decide.
    assert decided(spark, store)["2"]["content"] == before["2"]["content"]
    again = replay(spark, store, sweep_id=reviewed.sweep_id, rules=rules_folder())
    assert again.agrees

    # The office's day lies ahead: its answer has no beginning yet, and the row changes on it.
    load(spark, store, "reviews", {**seen[0], "decided_on": date(2026, 11, 5)})
    sweep(spark, store, NOVEMBER, POLICY)
    row = decided(spark, store)["1"]
    assert (row["outcome"], row["eligible_on"], row["revisit_on"]) == (
        "ELIGIBLE",
        None,
        date(2026, 11, 5),
    )

    # The record says something else now: the pack's own word counts again.
    changed = spark.createDataFrame(
        [tuple({**rows[0], "registrable_before": True}[name] for name in CHARGES.columns)],
        CHARGES.ddl,
    )
    store.replace_people(
        changed, "charges", people=spark.createDataFrame([("1",)], "subject_id string")
    )
    sweep(spark, store, DECEMBER, POLICY)
    row = decided(spark, store)["1"]
    assert row["outcome"] == "REVIEW"
    standing = store.read(spark, "determinations")
    one_by_one = digest_of(standing)
    full = determine(
        spark,
        store,
        as_of=DECEMBER,
        rules=rules_folder(),
        settings=POLICY,
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
        full=True,
    )
    assert full.digest == one_by_one
    assert standing.where(F.col("reason") == "DECIDED_BY_REVIEW").isEmpty()
