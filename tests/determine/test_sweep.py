"""Sweeps: written once, told apart, merged, withdrawn, recovered, and digested."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.determine.digest import CONTENT, digest_of
from clearance.determine.manifest import Manifest, last_sweep
from clearance.determine.replay import replay
from clearance.determine.scope import Scope, scope_of
from clearance.determine.step import SweepResult, _is_what_if, determine
from clearance.errors import DifferenceFound, SweepConflict, UsageError
from clearance.grant.step import grant
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.schemas import CHARGES
from clearance.settings import CountyPolicies, CountyPolicy, Settings, load_settings
from tests.support.months import leave_prepared, table_of

SETTINGS = Settings(
    county_policies=CountyPolicies(default=CountyPolicy(policy="prop64_statute")),
    scenarios=("dismiss_all_p64",),
)
CHARGE: dict[str, Any] = {
    "subject_id": "1",
    "record_incomplete": False,
    "unit_id": "1-101002001000",
    "county": "YOLO",
    "tags": ["p64"],
    "section": "11359",
    "subdivisions": [],
    "level": "F",
    "convicted": True,
    "status": "convicted",
    "conviction_date": date(2010, 6, 15),
    "sentence_end": date(2026, 11, 30),
    "super_strike_before": False,
    "registrable_before": False,
    "earlier_same_section": 0,
}


def charges(spark: SparkSession, *units: dict[str, Any]) -> DataFrame:
    return table_of(spark, CHARGES, *(CHARGE | unit for unit in units))


def fill(spark: SparkSession, store: Store, *units: dict[str, Any]) -> None:
    leave_prepared(spark, store, charges(spark, *units))


def clock_of(day: date) -> Callable[[], datetime]:
    """The last minute of a day, in UTC."""
    return lambda: datetime.combine(day, time(23, 59), tzinfo=UTC)


def sweep(spark: SparkSession, store: Store, as_of: date, **options: Any) -> SweepResult:
    """A sweep that is made on the day of its as-of, unless another is said."""
    return determine(
        spark,
        store,
        as_of=as_of,
        rules=rules_folder(),
        settings=options.pop("settings", SETTINGS),
        clock=clock_of(options.pop("on", as_of)),
        **options,
    )


NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
SECOND = {"subject_id": "2", "unit_id": "2-101002001000"}
THIRD = {"subject_id": "3", "unit_id": "3-101002001000", "sentence_end": date(2012, 1, 1)}


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


def test_of_two_sweeps_that_read_the_same_state_one_is_refused(
    spark: SparkSession, months: Months, tmp_path: Path
) -> None:
    store = months.copied(tmp_path)
    # December's sweep is written after this one has read the table, and before it writes.
    before = months.sweeps[0].version
    standing = store.read(spark, "determinations")
    with (
        pytest.raises(SweepConflict, match="Another run changed determinations"),
        store.in_turn(spark, "determinations", after=before, note="mine"),
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
