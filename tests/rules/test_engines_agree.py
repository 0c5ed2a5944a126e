"""Spark and plain Python say the same, column by column, on random units and random packs.

Where a pack has options, every unit is of one of many counties, each with options of its own.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.rulebook.bound import BoundPack
from clearance.rulebook.compile import Assigned, evaluate
from clearance.rulebook.load import Rulebook
from clearance.rulebook.oracle import Determination, decide
from clearance.rulebook.spark_rows import union
from tests.rules.packs import random_options, random_pack
from tests.rules.random_units import random_units

AS_OF = date(2024, 2, 29)
FIELDS = tuple(Determination.__dataclass_fields__)


def compare(
    bound: BoundPack,
    units: list[Row],
    decided: dict[str, Row],
    by_county: Mapping[str, BoundPack] | None = None,
) -> set[str]:
    """Fail on the first difference; returns the outcomes that occurred."""
    outcomes = set()
    for unit in units:
        own = (by_county or {}).get(unit["county"], bound)
        expected = decide(own, unit.asDict(), AS_OF)
        got = decided.get(unit["unit_id"])
        if expected is None:
            assert got is None, f"{bound.pack.pack}: Spark decides a unit out of scope: {unit}"
            continue
        assert got is not None, f"{bound.pack.pack}: Spark leaves out {unit}"
        for field in FIELDS:
            assert getattr(expected, field) == got[field], (bound.pack.pack, field, unit, expected)
        assert got["pack_fingerprint"] == own.fingerprint
        outcomes.add(expected.outcome)
    return outcomes


def with_counties(bound: BoundPack, seed: int, counties: int) -> dict[str, BoundPack]:
    """The pack of each county: random options, half of the counties keep those of the pack."""
    dice = random.Random(seed)
    return {
        f"COUNTY {i}": bound.with_options(random_options(bound, dice))
        for i in range(0, counties, 2)
        if bound.options
    }


def name_of(bound: BoundPack) -> str:
    return f"{bound.pack.pack}@{bound.pack.version}"


def by_pack(decided: DataFrame) -> dict[str, dict[str, Row]]:
    """Decisions by version of a pack and unit, computed in one job."""
    result: dict[str, dict[str, Row]] = {}
    columns = ("pack", "pack_version", "unit_id", "pack_fingerprint", *FIELDS)
    for row in decided.select(*columns).toLocalIterator():
        result.setdefault(f"{row['pack']}@{row['pack_version']}", {})[row["unit_id"]] = row
    return result


def test_the_packs_of_the_rulebook_are_decided_alike_on_300_000_random_units(
    spark: SparkSession, rulebook: Rulebook, bounds: list[BoundPack]
) -> None:
    each = 300_000 // len(bounds)
    units = {
        name_of(bound): random_units(
            spark,
            [bound],
            catalogue=rulebook.catalogue,
            as_of=AS_OF,
            rows=each,
            counties=[f"COUNTY {i}" for i in range(1_000)],
        ).localCheckpoint()
        for bound in bounds
    }
    own = {name_of(bound): with_counties(bound, 7, 1_000) for bound in bounds}
    parts = [
        evaluate(
            units[name_of(bound)],
            [Assigned(bound, by_county=own[name_of(bound)])],
            as_of=AS_OF,
        )
        for bound in bounds
    ]
    decided = by_pack(union(parts))
    for bound in bounds:
        name = name_of(bound)
        rows = units[name].collect()
        assert len(rows) == each
        assert compare(bound, rows, decided[name], own[name])


def test_random_packs_over_every_operator_are_decided_alike_in_one_scan(
    spark: SparkSession, rulebook: Rulebook
) -> None:
    seeds = range(10, 18)
    packs = [random_pack(seed, rulebook.catalogue) for seed in seeds]
    bounds = [pack.with_options(random_options(pack, random.Random(1))) for pack in packs]
    units = random_units(
        spark,
        bounds,
        catalogue=rulebook.catalogue,
        as_of=AS_OF,
        rows=2_000,
        counties=[f"COUNTY {i}" for i in range(40)],
    ).localCheckpoint()
    # Half of the packs have the same options everywhere, half have counties' own.
    own = [
        {} if seed % 2 else with_counties(bound, seed, 40)
        for seed, bound in zip(seeds, bounds, strict=True)
    ]
    assigned = [Assigned(b, by_county=counties) for b, counties in zip(bounds, own, strict=True)]
    decided = by_pack(evaluate(units, assigned, as_of=AS_OF))
    rows = units.collect()
    outcomes = set()
    for bound, counties in zip(bounds, own, strict=True):
        outcomes |= compare(bound, rows, decided[name_of(bound)], counties)
    assert outcomes == {"ELIGIBLE", "NOT_YET", "NOT_ELIGIBLE", "REVIEW"}


def test_a_policy_decides_only_the_units_of_its_counties(
    spark: SparkSession, rulebook: Rulebook
) -> None:
    own, default = random_pack(1, rulebook.catalogue), random_pack(2, rulebook.catalogue)
    units = random_units(spark, [own, default], catalogue=rulebook.catalogue, as_of=AS_OF, rows=200)
    assigned = [
        Assigned(own, counties=frozenset({"YOLO"})),
        Assigned(default, excluded=frozenset({"YOLO"})),
    ]
    decided = evaluate(units, assigned, as_of=AS_OF)
    pairs = {tuple(row) for row in decided.select("pack", "county").distinct().collect()}
    assert pairs == {("random_1", "YOLO"), ("random_2", "ALAMEDA")}
    assert decided.where(F.col("as_of") != F.lit(AS_OF.isoformat()).cast("date")).isEmpty()
