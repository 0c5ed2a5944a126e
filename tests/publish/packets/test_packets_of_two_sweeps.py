"""After a sweep of one policy: packets are of its day and its record, laws of theirs."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.publish.step import publish
from tests.support.literal_tables import (
    PACKS,
    charge,
    court,
    determination,
    source_row,
    sweep,
    write,
)

FIRST, SECOND = "101001001000", "101002001000"
LATER = date(2026, 11, 20)
LAW = {"pack": "pc1203_425", "pack_fingerprint": "l1", "kind": "law"}


def test_a_packet_and_what_laws_bring_soon_are_each_of_the_sweep_that_decided_them(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    rows = [
        source_row(at, court("P", count, "MARIN", "11357 HS"))
        for at, count in enumerate((FIRST, SECOND), start=1)
    ]
    write(spark, store, "source_rows", rows)
    write(
        spark,
        store,
        "charges",
        [charge("P", count, "MARIN", "11357") for count in (FIRST, SECOND)],
    )
    # A year from the first sweep, and later than that but within a year of the second.
    soon = {FIRST: date(2027, 11, 1), SECOND: date(2027, 11, 2)}
    decided = [
        determination(f"P-{count}", "MARIN", "year", "NOT_YET", "dismiss", "YEAR", **LAW)
        | {"eligible_on": day}
        for count, day in soon.items()
    ]
    again = {"as_of": LATER, "sweep_id": "later"}
    of_policy = determination(
        f"P-{FIRST}", "MARIN", "quiet_record", "ELIGIBLE", "dismiss", "NO_RECENT", **again
    )
    write(spark, store, "determinations", [*decided, of_policy])
    write(spark, store, "packs", PACKS)
    second = sweep(
        **again,
        started_at=datetime(2026, 11, 20, 8, 0),
        selected=["county_pilot"],
        pack_fingerprints={"county_pilot": "f1"},
    )
    write(spark, store, "sweeps", [sweep(), second])

    result = publish(spark, store, out=tmp_path / "out", rules=rules_folder())
    assert result.sweep_id == "later"
    summary = json.loads((tmp_path / "out" / "packets" / "marin" / "summary.json").read_text())
    assert (summary["as_of"], summary["sweep_id"]) == (LATER.isoformat(), "later")
    with (tmp_path / "out" / "prosecutor" / "marin" / "upcoming.csv").open() as file:
        coming = list(csv.DictReader(file))
    assert [row["unit_id"] for row in coming] == [f"P-{FIRST}"]
