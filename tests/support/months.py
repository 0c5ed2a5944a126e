"""A small store from month to month: source rows, feeds, sweeps."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from clearance.determine.step import SweepResult, determine
from clearance.feed.state import LoadedFeed
from clearance.platform.paths import rules_folder
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store
from clearance.prepare.changed_people import PrepareState
from clearance.schemas import ARRESTS, FEEDS, SOURCE_ROWS, TableSpec
from clearance.settings import Settings
from tests.support.literal_tables import record

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
LAW = Settings(packs=("pc1203_425",))
CONVICTED = {
    "source_file": "a.csv",
    "extract": "x1",
    "encoding": "utf-8",
    "count_order": "101001001000",
    "stp_type_descr": "COURT ACTION",
    "stp_ori_cnty_name": "YOLO",
    "stp_event_date": "20100228",
    "offense_descr": "484 PC-THEFT",
    "offense_toc": "M",
    "disp_descr": "CONVICTED-PROBATION",
    "sent_loc_descr": "PROBATION",
    "sent_length": "2",
    "sent_time_code": "Y",
}

# Those of whom `november` in stores.py knows.
PEOPLE = tuple("abcdefgh")


def row_of(subject: str, **more: Any) -> dict[str, Any]:
    """A row to take in that holds what a court is told of a person."""
    fields = {"PRI_NAME": f"NAME OF {subject}", "PRI_DOB": "19800229", "OFFENSE_DESCR": "484 PC"}
    court = {"STP_ORI_DESCR": "SUPERIOR COURT, YOLO", "OFN": "CR-10"}
    return {"subject_id": subject, "ofn": "CR-10", "record": record(fields | court), **more}


def table_of(spark: SparkSession, spec: TableSpec, *rows: dict[str, Any]) -> DataFrame:
    """Rows of a table; a column that one does not name is null in it."""
    values = [tuple(_plain(row.get(name)) for name in spec.columns) for row in rows]
    return literal_table(spark, values, spec.types)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def take_in(spark: SparkSession, store: Store, *rows: dict[str, Any]) -> None:
    """These are the source rows, each a conviction but for what is said of it."""
    whole = [{**CONVICTED, "position": at, **row} for at, row in enumerate(rows)]
    store.replace(table_of(spark, SOURCE_ROWS, *whole), "source_rows")


def leave_prepared(spark: SparkSession, store: Store, charges: DataFrame) -> None:
    """These are the charges, as a prepare leaves them; there are no arrests."""
    note = PrepareState("by hand", 0, {}).as_json()
    tables = {"charges": charges}
    if not store.exists(spark, "arrests"):
        tables["arrests"] = table_of(spark, ARRESTS)
    for table, rows in tables.items():
        with store.compare_and_commit(spark, table, after=store.version(spark, table), note=note):
            store.replace(rows, table)


def load(spark: SparkSession, store: Store, kind: str, *rows: dict[str, Any]) -> None:
    """A feed, as `clearance feed` leaves it."""
    mark = hashlib.sha256(repr(rows).encode()).hexdigest()
    state = LoadedFeed(kind, None, None, len(rows), mark, ("feed.csv",), version=-1)
    after = store.version(spark, kind)
    with store.compare_and_commit(spark, kind, after=after, note=state.as_note()):
        store.replace(table_of(spark, FEEDS[kind], *rows), kind)


def sweep(
    spark: SparkSession,
    store: Store,
    as_of: date,
    settings: Settings,
    *,
    on: date | None = None,
    selected: Sequence[str] = (),
) -> SweepResult:
    """A sweep that is made on a day; on that of its as-of, unless another is said."""
    return determine(
        spark,
        store,
        as_of=as_of,
        rules=rules_folder(),
        settings=settings,
        clock=lambda: datetime.combine(on or as_of, time(23, 59), tzinfo=UTC),
        selected=selected,
    )
