"""Spark and plain Python say the same, column by column, on random units and random packs."""

from __future__ import annotations

from datetime import date
from functools import reduce

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.rulebook.bound import BoundPack
from clearance.rulebook.compile import Assigned, evaluate
from clearance.rulebook.load import Rulebook
from clearance.rulebook.oracle import Determination, decide
from tests.rules.packs import random_pack
from tests.rules.random_units import random_units

AS_OF = date(2024, 2, 29)
FIELDS = tuple(Determination.__dataclass_fields__)


def compare(bound: BoundPack, units: list[Row], decided: dict[str, Row]) -> set[str]:
    """Fail on the first difference; returns the outcomes that occurred."""
    outcomes = set()
    for unit in units:
        expected = decide(bound, unit.asDict(), AS_OF)
        got = decided.get(unit["unit_id"])
        if expected is None:
            assert got is None, f"{bound.pack.pack}: Spark decides a unit out of scope: {unit}"
            continue
        assert got is not None, f"{bound.pack.pack}: Spark leaves out {unit}"
        for field in FIELDS:
            assert getattr(expected, field) == got[field], (bound.pack.pack, field, unit, expected)
        outcomes.add(expected.outcome)
    return outcomes


def by_pack(decided: DataFrame) -> dict[str, dict[str, Row]]:
    """Decisions by pack and unit, computed in one job."""
    result: dict[str, dict[str, Row]] = {}
    for row in decided.select("pack", "unit_id", *FIELDS).toLocalIterator():
        result.setdefault(row["pack"], {})[row["unit_id"]] = row
    return result


def test_every_pack_of_the_rulebook_is_decided_alike_on_100_000_random_units(
    spark: SparkSession, rulebook: Rulebook, bounds: list[BoundPack]
) -> None:
    units = {
        bound.pack.pack: random_units(
            spark, [bound], catalogue=rulebook.catalogue, as_of=AS_OF, rows=100_000
        ).localCheckpoint()
        for bound in bounds
    }
    parts = [evaluate(units[bound.pack.pack], [Assigned(bound)], as_of=AS_OF) for bound in bounds]
    decided = by_pack(reduce(DataFrame.unionByName, parts))
    for bound in bounds:
        rows = units[bound.pack.pack].collect()
        assert len(rows) == 100_000
        assert compare(bound, rows, decided[bound.pack.pack])


def test_random_packs_over_every_operator_are_decided_alike_in_one_scan(
    spark: SparkSession, rulebook: Rulebook
) -> None:
    bounds = [random_pack(seed, rulebook.catalogue) for seed in range(8)]
    units = random_units(
        spark, bounds, catalogue=rulebook.catalogue, as_of=AS_OF, rows=2_000
    ).localCheckpoint()
    decided = by_pack(evaluate(units, [Assigned(bound) for bound in bounds], as_of=AS_OF))
    rows = units.collect()
    outcomes = set()
    for bound in bounds:
        outcomes |= compare(bound, rows, decided[bound.pack.pack])
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
