"""What prosecutors are told beforehand, county by county."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from literal_tables import AS_OF, PACKS, SWEEP, charge, court, determination, source_row, write
from pyspark.sql import SparkSession

from clearance.errors import UsageError
from clearance.places import rules_folder
from clearance.publish.step import publish
from clearance.store import Store

HEADER = "subject_id,unit_id,pack,case_number,charge,eligible_on,petition_deadline,too_late"


def coming(unit_id: str, county: str, on: date, **more: Any) -> dict[str, Any]:
    law: dict[str, Any] = {
        **{"pack": "pc1203_425", "kind": "law", "eligible_on": on},
        **more,
    }
    return determination(
        unit_id, county, "wait", "NOT_YET", "grant_conviction_relief", "WAIT", **law
    )


ROWS = [
    source_row(10, court("A", "101002001000", "SAN JOAQUIN", "459 PC", OFN="B-777")),
    source_row(20, court("B", "101001001000", "MARIN", "11358 HS")),
]
CHARGES = [
    charge("A", "101002001000", "SAN JOAQUIN", "459", charge_text="459 PC-BURGLARY"),
    charge("B", "101001001000", "MARIN", "11358"),
]
DETERMINATIONS = [
    coming("A-101002001000", "SAN JOAQUIN", date(2027, 11, 1)),
    coming("A-101001", "ALPINE", date(2027, 1, 29), unit="arrest", pack="pc851_93"),
    coming("A-102001", "ALPINE", date(2027, 1, 30), unit="arrest", pack="pc851_93"),
    coming("B-101001001000", "MARIN", date(2027, 11, 2)),
    coming("B-101001001000", "MARIN", date(2027, 1, 1), pack="county_pilot", kind="policy"),
]


@pytest.fixture(scope="module")
def prepared(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(str(tmp_path_factory.mktemp("upcoming") / "store"))
    write(spark, store, "source_rows", ROWS)
    write(spark, store, "charges", CHARGES)
    write(spark, store, "determinations", DETERMINATIONS)
    write(spark, store, "packs", PACKS)
    return store


def told(spark: SparkSession, store: Store, out: Path, **more: Any) -> dict[str, list[str]]:
    """The lines of each county's file, its header checked and left out."""
    publish(spark, store, out=out, rules=rules_folder(), as_of=AS_OF, sweep_id=SWEEP, **more)
    found = {}
    for path in (out / "prosecutor").glob("*/upcoming.csv"):
        header, *found[path.parent.name] = path.read_text().splitlines()
        assert header == HEADER
    return found


def test_a_county_is_told_what_the_law_gives_within_twelve_months_and_by_when_to_petition(
    spark: SparkSession, prepared: Store, tmp_path: Path
) -> None:
    stale = tmp_path / "prosecutor" / "yolo" / "upcoming.csv"
    stale.parent.mkdir(parents=True)
    stale.write_text(HEADER + "\n")
    assert told(spark, prepared, tmp_path) == {
        "san-joaquin": [
            "A,A-101002001000,pc1203_425,B-777,459 PC-BURGLARY,2027-11-01,2027-08-03,no"
        ],
        "alpine": [
            "A,A-101001,pc851_93,,,2027-01-29,2026-10-31,yes",
            "A,A-102001,pc851_93,,,2027-01-30,2026-11-01,no",
        ],
        "marin": [],
    }


def test_the_horizon_can_be_moved_and_an_earlier_runs_lines_do_not_remain(
    spark: SparkSession, prepared: Store, tmp_path: Path
) -> None:
    assert len(told(spark, prepared, tmp_path, horizon_months=13)["marin"]) == 1
    assert told(spark, prepared, tmp_path, counties=["marin"])["marin"] == []
    with pytest.raises(UsageError, match="--horizon-months"):
        told(spark, prepared, tmp_path, horizon_months=-1)
