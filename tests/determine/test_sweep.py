"""Sweeps: written once, told apart, withdrawn, recovered, and deciding only whom they must."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from clearance.determine.digest import digest_of
from clearance.determine.manifest import Manifest, last_sweep
from clearance.determine.scope import Scope, scope_of
from clearance.determine.step import _is_what_if
from clearance.errors import UsageError
from clearance.grant.step import grant
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.settings import CountyPolicies, CountyPolicy, Settings, load_settings
from tests.determine.sweeps import CHARGE, DECEMBER, NOVEMBER, SECOND, THIRD, charges, fill, sweep


def test_months_of_sweeps_write_only_what_changed(spark: SparkSession, store: Store) -> None:
    fill(spark, store, {}, SECOND, THIRD, {"unit_id": "1-x", "convicted": False})
    first = sweep(spark, store, NOVEMBER)
    assert first.counts == {"dismiss_all_p64/ELIGIBLE": 3, "prop64_statute/ELIGIBLE": 3}
    table = store.read(spark, "determinations")
    assert digest_of(table) == first.digest

    again = sweep(spark, store, NOVEMBER)
    assert again.nothing_new
    assert (again.sweep_id, again.digest) == (first.sweep_id, first.digest)
    assert store.version(spark, "determinations") == first.version

    # A month later two sentences are over: their rows change, all others keep their sweep.
    second = sweep(spark, store, DECEMBER)
    table = store.read(spark, "determinations")
    fresh = table.where(F.col("sweep_id") == second.sweep_id)
    assert {row["unit_id"] for row in fresh.collect()} == {CHARGE["unit_id"], SECOND["unit_id"]}
    assert {row["relief"] for row in fresh.collect()} == {"redesignate_misdemeanor"}
    assert second.version == first.version + 1
    assert digest_of(table) == second.digest != first.digest

    # A unit that is gone from the record is withdrawn; going back in time is a sweep of its own.
    fill(spark, store, {}, THIRD)
    third = sweep(spark, store, NOVEMBER)
    units = store.read(spark, "determinations").select("unit_id").distinct().count()
    assert (third.nothing_new, units) == (False, 2)
    assert third.sweep_id != first.sweep_id
    sweeps = store.read(spark, "sweeps")
    assert sweeps.count() == 3
    versions = [
        row[0] for row in sweeps.orderBy("determinations_version").select("digest").collect()
    ]
    assert versions == [first.digest, second.digest, third.digest]


def test_a_sweep_whose_job_died_before_its_row_is_recorded_by_the_next(
    spark: SparkSession, store: Store
) -> None:
    fill(spark, store, {})
    first = sweep(spark, store, NOVEMBER)
    store.delta(spark, "sweeps").delete()
    again = sweep(spark, store, NOVEMBER)
    assert again.nothing_new
    row = store.read(spark, "sweeps").first()
    assert row is not None
    assert (row["sweep_id"], row["digest"], row["status"]) == (
        first.sweep_id,
        first.digest,
        "complete",
    )


def test_before_the_law_was_in_force_there_are_no_rows_and_the_sweep_says_so(
    spark: SparkSession, store: Store
) -> None:
    fill(spark, store, {})
    early = sweep(spark, store, date(2016, 11, 8))
    assert early.counts == {}
    assert any("no version is in force on 2016-11-08" in note for note in early.notes)
    assert sweep(spark, store, date(2016, 11, 9)).counts["prop64_statute/ELIGIBLE"] == 1


def test_each_count_has_the_policy_of_its_courts_county(spark: SparkSession, store: Store) -> None:
    beside = {
        "status": "convicted",
        "p64_in_cycle": True,
        "only_p64_and_pleas_in_cycle": True,
        "convictions_on_record": 7,
        "latest_conviction": date(2010, 6, 15),
        "every_conviction_dated": True,
    }
    charged = {
        "LOS ANGELES": ("11357", ["p64"]),
        "SACRAMENTO": ("11359", ["p64"]),
        "CONTRA COSTA": ("647", ["p64_related"]),
        "SAN JOAQUIN": ("4060", ["p64_related"]),
        "SAN FRANCISCO": ("32", ["p64_plea"]),
        "YOLO": ("11359", ["p64"]),
        "UNKNOWN": ("11359", ["p64"]),
        "KERN": ("647", ["p64_related"]),
    }
    units = [
        {**beside, "unit_id": f"1-{county}", "county": county, "section": section, "tags": tags}
        for county, (section, tags) in charged.items()
    ]
    fill(spark, store, *units)
    sweep(spark, store, NOVEMBER, settings=load_settings(None))
    rows = store.read(spark, "determinations").where("kind = 'policy'").collect()
    # One person, counts in eight counties; a related charge is no business of the statute.
    assert {row["county"]: (row["pack"], row["rule"]) for row in rows} == {
        "LOS ANGELES": ("los_angeles", "other_possession"),
        "SACRAMENTO": ("sacramento", "several_none_recent"),
        "CONTRA COSTA": ("contra_costa", "related"),
        "SAN JOAQUIN": ("san_joaquin", "related_4060"),
        "SAN FRANCISCO": ("san_francisco", "plea_while_serving"),
        "YOLO": ("prop64_statute", "lesser_offence_while_serving"),
        "UNKNOWN": ("prop64_statute", "county_unread"),
    }
    assert len(rows) == len(charged) - 1


def test_one_pack_alone_leaves_the_others_rows(spark: SparkSession, store: Store) -> None:
    fill(spark, store, {}, SECOND)
    sweep(spark, store, NOVEMBER)
    fill(spark, store, {})
    result = sweep(spark, store, NOVEMBER, selected=["dismiss_all_p64"])
    assert result.counts == {"dismiss_all_p64/ELIGIBLE": 1, "prop64_statute/ELIGIBLE": 2}


def test_an_unprepared_store_is_a_usage_error_and_none_is_created(
    spark: SparkSession, store: Store
) -> None:
    with pytest.raises(UsageError, match="is not prepared"):
        sweep(spark, store, NOVEMBER)
    assert not store.exists(spark, "determinations")


def test_as_of_before_the_extract_is_a_what_if(spark: SparkSession, store: Store) -> None:
    from clearance.schemas import SOURCE_FILES

    fill(spark, store, {})
    taken = ("0" * 64, "a.csv", 1, 1, 1, 0, datetime(2026, 11, 2), "e", DECEMBER, "accepted", False)
    store.append(spark.createDataFrame([taken], SOURCE_FILES.ddl), "source_files")
    assert sweep(spark, store, NOVEMBER).what_if
    assert not sweep(spark, store, DECEMBER).what_if


def test_as_of_ahead_of_its_day_is_a_what_if_and_another_sweep_once_that_day_has_come(
    spark: SparkSession, store: Store
) -> None:
    fill(spark, store, {})
    ahead = sweep(spark, store, NOVEMBER, on=date(2026, 10, 31))
    assert ahead.what_if
    with pytest.raises(UsageError, match="is a what-if") as refused:
        grant(spark, store, sweep_id=ahead.sweep_id, rules=rules_folder())
    assert "Once that day has come, determine again" in refused.value.remedy
    assert not store.exists(spark, "grants")
    assert sweep(spark, store, NOVEMBER, on=date(2026, 10, 31)).nothing_new

    due = sweep(spark, store, NOVEMBER)
    assert (due.what_if, due.nothing_new, due.sweep_id == ahead.sweep_id) == (False, False, False)
    assert due.digest == ahead.digest
    assert grant(spark, store, sweep_id=due.sweep_id, rules=rules_folder()).granted == 0
    assert sweep(spark, store, NOVEMBER, on=DECEMBER).nothing_new


@pytest.mark.parametrize(("hour", "what_if"), [(15, True), (16, False)])
def test_the_day_on_which_a_sweep_is_made_is_that_of_utc(
    spark: SparkSession, store: Store, hour: int, what_if: bool
) -> None:
    started = datetime(2026, 10, 31, hour, 30, tzinfo=timezone(timedelta(hours=-8)))
    found = _is_what_if(spark, store, NOVEMBER, (), started_at=started)
    assert found == what_if


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(packs=("pc1203_426",)), "no pack `pc1203_426`"),
        (Settings(switches={"two_prior_mode": "off"}), "Did you mean `two_priors_mode`"),
        (Settings(switches={"two_priors_mode": "maybe"}), "allows any_same_section"),
        (
            Settings(
                county_policies=CountyPolicies(
                    counties={"LOS ANGLES": CountyPolicy(policy="prop64_statute")}
                )
            ),
            "Did you mean `LOS ANGELES`",
        ),
        (
            Settings(
                county_policies=CountyPolicies(default=CountyPolicy(policy="dismiss_all_p64"))
            ),
            "is a scenario",
        ),
    ],
)
def test_settings_that_name_what_is_not_there_are_refused(
    spark: SparkSession, store: Store, settings: Settings, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        sweep(spark, store, NOVEMBER, settings=settings)


def test_a_sweep_decides_again_only_whom_it_must(spark: SparkSession, store: Store) -> None:
    fill(spark, store, {}, SECOND, THIRD)
    sweep(spark, store, NOVEMBER)

    def scope(as_of: date, **options: Any) -> Scope:
        _, last = last_sweep(spark, store)
        assert last is not None
        versions = {name: store.version(spark, name) for name in ("charges", "arrests")}
        given = {"as_of": as_of, "input_versions": versions} | options
        now = replace(last, **given)
        return scope_of(spark, store, previous=last, now=now, full=False)

    def people(found: Scope) -> set[str]:
        assert found.people is not None
        return {row[0] for row in found.people.collect()}

    # 1 and 2 serve until the 30th; the day after, their rows change by themselves.
    assert people(scope(date(2026, 11, 30))) == set()
    assert people(scope(date(2026, 12, 1))) == {"1", "2"}
    store.replace_people(
        charges(spark, {**THIRD, "level": "M"}),
        "charges",
        people=spark.createDataFrame([("3",), ("9",)], "subject_id string"),
    )
    assert people(scope(NOVEMBER)) == {"3"}
    assert people(scope(DECEMBER)) == {"1", "2", "3"}
    _, last = last_sweep(spark, store)
    assert last is not None
    other = {**last.pack_fingerprints, "dismiss_all_p64": "changed"}
    assert scope(NOVEMBER, pack_fingerprints=other).everything == {"dismiss_all_p64"}
    for whole in (
        scope(date(2026, 10, 31)),
        scope(NOVEMBER, config_fingerprint="another"),
        scope(NOVEMBER, code_version="another"),
        scope(NOVEMBER, selected=("dismiss_all_p64",)),
    ):
        assert whole.people is None
        assert whole.everything == {"dismiss_all_p64", "prop64_statute"}
    fill(spark, store, {})
    assert scope(NOVEMBER).people is None


def test_a_sweep_that_changes_nothing_is_a_commit_of_its_own(
    spark: SparkSession, store: Store
) -> None:
    fill(spark, store, {})
    first = sweep(spark, store, NOVEMBER)
    second = sweep(spark, store, date(2026, 11, 2))
    assert (second.nothing_new, second.version) == (False, first.version + 1)
    assert second.digest == first.digest
    row = store.read(spark, "determinations").first()
    assert row is not None and row["sweep_id"] == first.sweep_id
    # Maintenance changes no data, and the next sweep goes on from there.
    store.delta(spark, "determinations").optimize().executeCompaction()
    third = sweep(spark, store, DECEMBER, full=True)
    assert third.digest != first.digest


def test_a_manifest_of_another_form_is_no_sweep_and_everything_is_decided_anew(
    spark: SparkSession, store: Store
) -> None:
    fill(spark, store, {})
    first = sweep(spark, store, NOVEMBER)
    _, last = last_sweep(spark, store)
    assert last is not None
    assert Manifest.from_json(last.as_json()) == last
    older = json.loads(last.as_json())
    del older["sweep"]["assigned"]
    for text in (json.dumps(older), '{"sweep": []}', "{", "", None):
        assert Manifest.from_json(text) is None
    # Somebody's own change is the last commit now.
    store.delta(spark, "determinations").delete("kind = 'policy'")
    assert last_sweep(spark, store) == (store.version(spark, "determinations"), None)
    again = sweep(spark, store, NOVEMBER)
    assert (again.digest, again.sweep_id == first.sweep_id) == (first.digest, False)
    assert store.read(spark, "sweeps").count() == 2
