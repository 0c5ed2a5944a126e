"""A store of a few counts, and sweeps of it on a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from clearance.determine.step import SweepResult, determine
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.schemas import CHARGES
from clearance.settings import CountyPolicies, CountyPolicy, Settings
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
