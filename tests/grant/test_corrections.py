"""Grants of several sweeps are held against one corrected record in one plan, each as of its day.

What is corrected and told from month to month is in `test_year_of_months.py`.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import Row, SparkSession

from clearance.determine.recorded import latest_sweep
from clearance.grant.corrections import _editions
from clearance.grant.last_looked import CheckedVersions, looked_at
from clearance.grant.step import GrantResult, grant
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.prepare.step import prepare
from clearance.publish.files import open_workspace
from clearance.publish.notices.to_courts import write_notices
from tests.support.literal_tables import record
from tests.support.months import DECEMBER, LAW, NOVEMBER, load, sweep, take_in

JANUARY = date(2027, 1, 4)
LATER_COUNT = "102001001000"
PACK = "pc1203_425"


def row_of(subject: str, **more: Any) -> dict[str, Any]:
    return {"subject_id": subject, "record": record({"STP_ORI_DESCR": "CASC YOLO"}), **more}


def granted(spark: SparkSession, store: Store, as_of: date) -> GrantResult:
    """What a month grants and corrects, of which all that is known has come."""
    prepare(spark, store, rules=rules_folder())
    made = sweep(spark, store, as_of, LAW)
    return grant(spark, store, sweep_id=made.sweep_id, rules=rules_folder())


def test_grants_of_several_days_are_each_decided_as_of_their_own_day_and_looked_at_once(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    take_in(spark, store, row_of("a"), row_of("b"))
    for kind in ("registry", "supervision", "petitions"):
        load(spark, store, kind)
    assert granted(spark, store, NOVEMBER).granted == 2
    take_in(spark, store, row_of("a"), row_of("a", count_order=LATER_COUNT), row_of("b"))
    assert granted(spark, store, DECEMBER) == _result(store, spark, DECEMBER, granted=1, before=2)

    # The person had to register until the middle of November: of two grants one was not due.
    spell = {"registered_on": date(2000, 1, 1), "ended_on": date(2026, 11, 15)}
    load(spark, store, "registry", {"subject_id": "a", "registration": "290", **spell})
    assert granted(spark, store, JANUARY) == _result(
        store, spark, JANUARY, granted=1, before=2, corrected=1
    )
    rows = store.read(spark, "grants").collect()
    assert sorted((row["unit_id"], row["granted_on"], row["corrected_on"]) for row in rows) == [
        ("a-101001001000", NOVEMBER, JANUARY),
        ("a-101001001000", JANUARY, None),
        (f"a-{LATER_COUNT}", DECEMBER, None),
        ("b-101001001000", NOVEMBER, None),
    ]
    # What was held against the record already is held against what changes since.
    held = {table: store.version(spark, table) for table in ("arrests", "charges")}
    sweeps = store.read(spark, "sweeps").collect()
    by_day = {row["as_of"]: row["sweep_id"] for row in sweeps}
    looked = looked_at(spark, store)
    assert looked.by_sweep == {by_day[day]: held for day in (NOVEMBER, DECEMBER)}
    asked = [(sorted(ids), at) for ids, at in looked.since(by_day.values(), sweeps=sweeps)]
    assert asked == [(sorted(by_day.values()), held)], "January's sweep rests on the same record"

    # A court is told, which writes to `grants`, too; and who is told of is held as before.
    with open_workspace(tmp_path / "out") as workspace:
        last = latest_sweep(spark, store)
        write_notices(
            spark, store, workspace=workspace, counties=None, rules=rules_folder(), sweep=last
        )
    marked = store.read(spark, "grants").where("noticed_in IS NOT NULL")
    assert marked.count() == len(rows)
    assert looked_at(spark, store) == looked
    # A sweep that grants anew does so from its own record.
    assert set(looked.without(by_day[NOVEMBER]).by_sweep) == {by_day[DECEMBER]}


def _result(
    store: Store, spark: SparkSession, day: date, *, granted: int, before: int, corrected: int = 0
) -> GrantResult:
    (made,) = store.read(spark, "sweeps").where(f"as_of = DATE'{day}'").collect()
    return GrantResult(made["sweep_id"], day, granted, before, corrected)


def test_packs_are_decided_once_a_version_however_many_sweeps_granted() -> None:
    def swept(**records: str) -> Row:
        return Row(assigned=json.dumps({pack: {"usual": text} for pack, text in records.items()}))

    sweeps = {f"{number:02}": swept(one="f", other="f") for number in range(60)}
    sweeps["30"] = swept(one="f2", other="f")
    asked = {(name, pack): row for name, row in sweeps.items() for pack in ("one", "other")}
    first, second = _editions(asked)
    assert first[0] == {"one": {"usual": "f"}, "other": {"usual": "f"}}
    assert second == ({"one": {"usual": "f2"}}, [("30", "one")])
    assert sorted([*first[1], *second[1]]) == sorted(asked)


def test_sweeps_that_rest_on_one_record_are_asked_together_and_one_that_nobody_knows_is_not() -> (
    None
):
    def at(number: int) -> dict[str, int]:
        return {"arrests": number, "charges": number}

    rows = [
        Row(sweep_id=name, input_versions=at(own))
        for name, own in zip("abcd", range(4), strict=True)
    ]
    looked = CheckedVersions().with_checked(["a", "b", "c"], versions=at(7)).without("c")
    pairs = list(looked.since({"a", "b", "c", "gone"}, sweeps=rows))
    assert pairs == [(["a", "b"], at(7)), (["c"], at(2))]
    note = json.loads(looked.in_note({"granted": "d"}))
    assert note == {"granted": "d", "looked": [{"versions": at(7), "sweeps": ["a", "b"]}]}


def test_a_grant_of_a_pack_that_its_sweep_did_not_assign_is_not_decided_again() -> None:
    swept = Row(assigned=json.dumps({"one": {"usual": "f"}}))
    assert _editions({("s", "other"): swept}) == []
