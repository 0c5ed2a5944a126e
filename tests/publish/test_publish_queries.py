"""What publish and report ask of Spark: little, and nothing for each county."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.publish.step import PublishResult, publish
from clearance.report.step import write_report
from tests.support.literal_tables import (
    PACKS,
    charge,
    court,
    determination,
    recorded,
    source_row,
    sweep,
    write,
)

COUNTIES = 40
COUNT = "101001001000"
LAW = {"pack": "pc1203_425", "pack_fingerprint": "l1", "kind": "law"}
SOON = {**LAW, "eligible_on": date(2027, 1, 1)}
# Delta lists the files of determinations and charges once more for relief.csv, and those of
# determinations for the worklist of the report.
MOST_OF_PUBLISH, MOST_OF_REPORT = 22, 8


def store_of(spark: SparkSession, folder: Path, *, counties: int) -> Store:
    """One person a county, whose conviction a policy decides and a law will."""
    store, rows, charges, decided = Store(str(folder)), [], [], []
    for number in range(counties):
        subject, county = f"P{number}", f"COUNTY {number}"
        values = court(subject, COUNT, county, "11357 HS", OFN="7", COMMENT_TEXT="11359 HS")
        rows.append(source_row(number + 1, values, source_file=f"{number}.csv"))
        charges.append(charge(subject, COUNT, county, "11357"))
        unit = f"{subject}-{COUNT}"
        decided.append(determination(unit, county, "quiet_record", "ELIGIBLE", "dismiss", "QUIET"))
        decided.append(determination(unit, county, "year", "NOT_YET", "dismiss", "YEAR", **SOON))
    tables: dict[str, list[dict[str, Any]]] = {
        "source_rows": rows,
        "charges": charges,
        "determinations": decided,
        "packs": PACKS,
        "sweeps": [sweep()],
        "source_files": [
            {
                "sha256": "1",
                "path": "a.csv",
                "bytes": 9,
                "rows_read": counties,
                "rows_accepted": counties,
                "rows_quarantined": 0,
                "extract": "1",
                "status": "accepted",
            }
        ],
    }
    for table, content in tables.items():
        write(spark, store, table, content)
        store.read(spark, table).collect()  # as the steps before have read the table's log
    return store


def last_query(spark: SparkSession) -> int:
    """The number of the last query; Spark numbers all of them, Delta's own among them."""
    jvm: Any = spark
    spark.range(1).collect()
    jvm.sparkContext._jsc.sc().listenerBus().waitUntilEmpty()
    known = jvm._jsparkSession.sharedState().statusStore().executionsList()
    return max(known.apply(at).executionId() for at in range(known.size()))


@contextmanager
def queries(spark: SparkSession, found: list[int]) -> Iterator[None]:
    """Note how many queries Spark ran in the block."""
    before = last_query(spark)
    yield
    found.append(last_query(spark) - before - 1)


@dataclass(frozen=True)
class Asked:
    """The queries of publish and of report, and what was published."""

    queries: list[int]
    result: PublishResult


@pytest.fixture(scope="module")
def asked(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Of a store with so many counties that a query for each would be seen."""
    folder, rules = tmp_path_factory.mktemp("queries"), rules_folder()
    store = store_of(spark, folder / "store", counties=COUNTIES)
    numbers: list[int] = []
    with queries(spark, numbers):
        result = publish(spark, store, out=folder / "out", rules=rules, sweep=recorded())
    with queries(spark, numbers):
        write_report(
            *(spark, store),
            out=folder / "report.html",
            rules=rules,
            sweep=recorded(),
            counted=result.counted,
        )
    return Asked(numbers, result)


def test_publish_and_the_report_after_it_ask_little_whatever_the_number_of_counties(
    asked: Asked,
) -> None:
    assert len(asked.result.rows) == COUNTIES
    of_publish, of_report = asked.queries
    assert 0 < of_publish <= MOST_OF_PUBLISH < COUNTIES
    assert 0 < of_report <= MOST_OF_REPORT
    files = (asked.result.out / "prosecutor").rglob("upcoming.csv")
    listed = [path.read_text() for path in files]
    assert len(listed) == COUNTIES
    assert all(text.count("\n") == 2 and ",7,11357 HS," in text for text in listed)
