"""Spark and plain Python say the same, column by column, on random units and random packs.

Where a pack has options, every unit is of one of many counties, each with options of its own.
More units, others every time, and every version of a pack are scripts/soak/engines.py.
"""

from __future__ import annotations

import random

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.spark.compile import Assigned, evaluate
from tests.support.rulebook.agreement import (
    AS_OF,
    by_pack,
    check_packs_agree,
    compare,
    name_of,
    with_counties,
)
from tests.support.rulebook.packs import random_options, random_pack, with_bounds
from tests.support.rulebook.random_units import random_units


def test_the_packs_of_the_rulebook_are_decided_alike_on_random_units(
    spark: SparkSession, rulebook: Rulebook, latest: list[ResolvedPack]
) -> None:
    check_packs_agree(spark, latest, catalogue=rulebook.catalogue, rows=6_000, seed=0)


def test_random_packs_over_every_operator_are_decided_alike_in_one_scan(
    spark: SparkSession, rulebook: Rulebook
) -> None:
    seeds = range(10, 18)
    # Half of the packs ask of days that may be bounds; a unit's mark is the same for all.
    catalogue = with_bounds(rulebook.catalogue)
    packs = [random_pack(seed, (rulebook.catalogue, catalogue)[seed % 4 < 2]) for seed in seeds]
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
