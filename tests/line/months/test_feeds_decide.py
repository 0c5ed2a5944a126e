"""Side feeds through prepare and determine: who is prepared again, and what overrides a pack."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pyspark.sql import Row, SparkSession

from clearance.determine.digest import row_hash
from clearance.determine.replay import replay
from clearance.determine.side_feeds import with_reviews
from clearance.determine.step import determine
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from clearance.schemas import CHARGES, DETERMINATIONS, FEEDS
from clearance.settings import CountyPolicies, CountyPolicy, Settings
from tests.support.months import LAW, NOVEMBER, PEOPLE, leave_prepared, load, sweep, table_of
from tests.support.stores import Line, November

POLICY = Settings(county_policies=CountyPolicies(default=CountyPolicy(policy="prop64_statute")))


def decided(spark: SparkSession, store: Store) -> dict[str, Row]:
    rows = store.read(spark, "determinations").withColumn("content", row_hash())
    return {row["subject_id"]: row for row in rows.collect()}


def test_only_those_of_whom_feeds_speak_are_prepared_again_and_taken_back_they_are_as_before(
    spark: SparkSession, november: November, tmp_path: Path
) -> None:
    assert november.feeds == ["petitions", "registry", "supervision"]
    assert november.counts == {"pc1203_425/ELIGIBLE": len(PEOPLE)}
    assert not [note for note in november.notes if "never loaded" in note]

    store = november.copied(tmp_path)
    load(spark, store, "registry", {"subject_id": "b", "registration": "290"})
    load(spark, store, "merges", {"from_subject_id": "b", "surviving_subject_id": "a"})
    before = store.version(spark, "charges")
    assert prepare(spark, store, rules=rules_folder()).changed
    assert _prepared_again(spark, store, since=before) == {"a", "b"}
    sweep(spark, store, NOVEMBER, LAW)
    reasons = {name: row["reason"] for name, row in decided(spark, store).items()}
    assert (reasons["a"], reasons["b"], reasons["c"]) == (
        "REGISTERED",
        "REGISTERED",
        "PROBATION_COMPLETED",
    )
    # Taken back, all are again as they were when everybody was prepared. Merged people are held
    # against everybody prepared anew in test_sequence.py.
    load(spark, store, "merges")
    load(spark, store, "registry")
    assert prepare(spark, store, rules=rules_folder()).changed
    begun = Store(str(november.place.store))
    for name in ("charges", "arrests"):
        one, other = (place.read(spark, name) for place in (store, begun))
        assert one.exceptAll(other).isEmpty() and other.exceptAll(one).isEmpty()
    assert not prepare(spark, store, rules=rules_folder()).changed


def test_a_feed_that_was_never_loaded_leaves_what_a_law_asks_of_it_open(
    spark: SparkSession, line: Line
) -> None:
    law = line.store.read(spark, "determinations").where("pack = 'pc1203_425'")
    reasons = {row["reason"] for row in law.select("reason").distinct().collect()}
    assert "INSUFFICIENT_DATA" in reasons
    assert law.where("outcome = 'ELIGIBLE'").isEmpty()
    absent = [note for note in line.said["determine"]["notes"] if "never loaded" in note]
    assert [note.split()[0] for note in absent] == ["petitions", "registry", "supervision"]


def _prepared_again(spark: SparkSession, store: Store, *, since: int) -> set[str]:
    feed = (
        spark.read.format("delta")
        .option("readChangeFeed", "true")
        .option("startingVersion", since + 1)
        .load(store.path("charges"))
    )
    return {row["subject_id"] for row in feed.select("subject_id").distinct().collect()}


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


def test_an_offices_review_is_the_decision_of_a_sweep_of_its_replay_and_of_all_anew(
    spark: SparkSession, store: Store
) -> None:
    units = [{**UNIT, "subject_id": name, "unit_id": f"{name}-101002001000"} for name in "12"]
    units[1]["super_strike_before"] = False
    leave_prepared(spark, store, table_of(spark, CHARGES, *units))
    sweep(spark, store, NOVEMBER, POLICY)
    before = decided(spark, store)
    assert {name: row["outcome"] for name, row in before.items()} == {
        "1": "REVIEW",
        "2": "ELIGIBLE",
    }

    seen = {
        name: {**OFFICE, "unit_id": row["unit_id"], "content_hash": row["content"]}
        for name, row in before.items()
    }
    load(spark, store, "reviews", *seen.values())
    reviewed = sweep(spark, store, NOVEMBER, POLICY)
    assert not reviewed.nothing_new
    row = decided(spark, store)["1"]
    assert (row["outcome"], row["reason"]) == ("ELIGIBLE", "DECIDED_BY_REVIEW")
    # Only what is under review is an office's to decide.
    assert decided(spark, store)["2"]["content"] == before["2"]["content"]
    assert replay(spark, store, sweep_id=reviewed.sweep_id, rules=rules_folder()).agrees
    full = determine(
        spark,
        store,
        as_of=NOVEMBER,
        rules=rules_folder(),
        settings=POLICY,
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
        full=True,
    )
    assert full.digest == reviewed.digest


def test_an_offices_review_stands_while_the_content_it_saw_is_unchanged(
    spark: SparkSession,
) -> None:
    said = {
        "subject_id": "1",
        "unit": "conviction",
        "county": "YOLO",
        "pack": "prop64_statute",
        "pack_version": "1",
        "pack_fingerprint": "f",
        "kind": "policy",
        "outcome": "REVIEW",
        "reason": "PRIORS",
        "rule": "priors",
        "cite": "HSC 11361.8",
        "revisit_on": date(2027, 1, 1),
    }
    names = (
        *("seen", "seen otherwise", "from a day ahead", "from before the law"),
        *("refused", "of another pack"),
    )
    rows = [said | {"unit_id": name} for name in names]
    packs = table_of(spark, DETERMINATIONS, *rows).drop("sweep_id")
    hashes = dict(packs.select("unit_id", row_hash()).collect())
    changes: dict[str, dict[str, Any]] = {
        "seen": {},
        "seen otherwise": {"content_hash": "0" * 64},
        "from a day ahead": {"decided_on": date(2026, 11, 5)},
        "from before the law": {"decided_on": date(2016, 11, 8)},
        "refused": {"outcome": "NOT_ELIGIBLE", "relief": None},
        "of another pack": {"pack": "los_angeles"},
    }
    given = [
        {**OFFICE, "unit_id": name, "content_hash": hashes[name], **changes[name]} for name in names
    ]
    feed = table_of(spark, FEEDS["reviews"], *given)
    law = date(2016, 11, 9)
    stands = with_reviews(packs, reviews=feed, first_days={"prop64_statute": law})
    shown = ("outcome", "relief", "reason", "rule", "eligible_on", "revisit_on", "cite")
    pack = ("REVIEW", None, "PRIORS", "priors", None, date(2027, 1, 1), "HSC 11361.8")
    office = ("DECIDED_BY_REVIEW", "review")
    given_on, ahead, cite = date(2026, 10, 11), date(2026, 11, 5), "HSC 11361.8"
    relief = "redesignate_misdemeanor"
    assert {row["unit_id"]: tuple(row[name] for name in shown) for row in stands.collect()} == {
        "seen": ("ELIGIBLE", relief, *office, given_on, date(2027, 1, 1), cite),
        "seen otherwise": pack,
        "from a day ahead": ("ELIGIBLE", relief, *office, ahead, date(2027, 1, 1), cite),
        "from before the law": ("ELIGIBLE", relief, *office, law, date(2027, 1, 1), cite),
        "refused": ("NOT_ELIGIBLE", None, *office, None, date(2027, 1, 1), cite),
        "of another pack": pack,
    }
