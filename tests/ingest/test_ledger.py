"""The ledger of research files: of several rows, which one says what became of a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from clearance.ingest.ledger import latest_files, latest_rows
from clearance.schemas import SOURCE_FILES

OCTOBER, NOVEMBER, DECEMBER = (datetime(2026, month, 1, tzinfo=UTC) for month in (10, 11, 12))
# Rows as sha256, path, status, time, extract; then the extracts of those that stand.
CASES: dict[str, tuple[list[tuple[str, str, str, datetime, str]], set[str]]] = {
    "a file alone": ([("s", "a", "accepted", OCTOBER, "1")], {"1"}),
    "refused, then accepted": (
        [("s", "a", "refused", OCTOBER, "1"), ("s", "a", "accepted", NOVEMBER, "2")],
        {"2"},
    ),
    "refused, then corrected under its path": (
        [("s", "a", "refused", OCTOBER, "1"), ("t", "a", "accepted", NOVEMBER, "2")],
        {"2"},
    ),
    "refused, corrected, refused again": (
        [
            ("s", "a", "refused", OCTOBER, "1"),
            ("t", "a", "refused", NOVEMBER, "2"),
            ("u", "a", "refused", DECEMBER, "3"),
        ],
        {"3"},
    ),
    "another month under the same path": (
        [("s", "a", "accepted", OCTOBER, "1"), ("t", "a", "accepted", NOVEMBER, "2")],
        {"1", "2"},
    ),
    "taken in again under another name": (
        [("s", "a", "accepted", OCTOBER, "1"), ("s", "b", "accepted", NOVEMBER, "2")],
        {"2"},
    ),
    "both in one moment": (
        [("s", "a", "accepted", OCTOBER, "1"), ("s", "a", "refused", OCTOBER, "2")],
        {"1"},
    ),
}


def test_the_last_row_of_a_file_counts_and_a_corrected_file_takes_the_place_of_a_refused(
    spark: SparkSession,
) -> None:
    rows: list[dict[str, Any]] = [
        {"sha256": f"{case} {sha}", "path": f"{case} {path}", "status": status, "ingested_at": at,
         "extract": f"{case}: {extract}"}
        for case, (given, _) in CASES.items()
        for sha, path, status, at, extract in given
    ]  # fmt: skip
    values = [tuple(row.get(name) for name in SOURCE_FILES.columns) for row in rows]
    ledger = spark.createDataFrame(values, SOURCE_FILES.ddl)
    standing = latest_files(ledger)
    assert standing.columns == SOURCE_FILES.columns
    expected = {f"{case}: {extract}" for case, (_, stands) in CASES.items() for extract in stands}
    assert {row.extract for row in standing.collect()} == expected
    assert {row.extract for row in latest_rows(ledger.collect())} == expected
