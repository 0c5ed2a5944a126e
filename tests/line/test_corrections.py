"""Grants of several sweeps are held against one corrected record in one plan, each as of its day.

What is corrected and told from month to month is in `test_year_of_months.py`.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from pyspark.sql import Row, SparkSession

from clearance.charges.step import prepare
from clearance.grants.corrections import _editions, _since
from clearance.grants.looked import Looked, looked_at
from clearance.grants.step import GrantResult, grant
from clearance.places import rules_folder
from clearance.store import Store
from tests.line.months import DECEMBER, LAW, NOVEMBER, load, sweep, take_in
from tests.spec.literal_tables import record

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
    spark: SparkSession, store: Store
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
    # Of what was held against the record already no sweep is asked again.
    looked = looked_at(spark, store)
    versions = {table: store.version(spark, table) for table in ("arrests", "charges")}
    assert looked == Looked(versions, before=JANUARY)
    sweeps = store.read(spark, "sweeps").collect()
    standing = store.read(spark, "grants").where("corrected_on IS NULL")
    asked = [
        (sorted({row["granted_on"] for row in grants.collect()}), dict(since))
        for grants, since in _since(standing, sweeps, looked=looked)
    ]
    (last,) = (row for row in sweeps if row["as_of"] == JANUARY)
    assert asked == [
        ([NOVEMBER, DECEMBER], versions),
        ([JANUARY], dict(last["input_versions"])),
    ]


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
