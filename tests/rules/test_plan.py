"""What Spark makes of the packs: a map, compiled, with nothing shuffled and no Python."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from clearance.rulebook.bound import BoundPack
from clearance.rulebook.compile import Assigned, evaluate
from clearance.rulebook.load import Rulebook
from tests.rules.packs import random_pack
from tests.rules.random_units import random_units

AS_OF = date(2026, 11, 1)


def plan_of(rows: DataFrame) -> str:
    frame: Any = rows
    return str(frame._jdf.queryExecution().executedPlan().toString())


def test_all_packs_are_one_scan_without_exchange_join_or_python(
    spark: SparkSession, rulebook: Rulebook, bounds: list[BoundPack], tmp_path: Path
) -> None:
    path = str(tmp_path / "units")
    random_units(spark, bounds, catalogue=rulebook.catalogue, as_of=AS_OF, rows=100).write.parquet(
        path
    )
    decided = evaluate(spark.read.parquet(path), [Assigned(b) for b in bounds], as_of=AS_OF)
    plan = plan_of(decided)
    assert plan.count("FileScan") == 1
    assert not re.search("Exchange|Join|Python|ArrowEval|Sort|Aggregate", plan)


def test_no_projection_falls_back_from_generated_code(
    spark: SparkSession, rulebook: Rulebook, bounds: list[BoundPack]
) -> None:
    busy = [*bounds, random_pack(3, rulebook.catalogue), random_pack(4, rulebook.catalogue)]
    units = random_units(spark, busy, catalogue=rulebook.catalogue, as_of=AS_OF, rows=50)
    decided = evaluate(units, [Assigned(bound) for bound in busy], as_of=AS_OF)
    # Without the switch a projection that does not compile is quietly interpreted instead.
    spark.conf.set("spark.sql.codegen.factoryMode", "CODEGEN_ONLY")
    spark.conf.set("spark.sql.codegen.fallback", "false")
    try:
        assert decided.count() > 0
        assert decided.where("outcome = 'ELIGIBLE'").select("eligible_on").collect()
    finally:
        spark.conf.unset("spark.sql.codegen.factoryMode")
        spark.conf.unset("spark.sql.codegen.fallback")


def test_the_fact_of_one_rule_stands_in_the_plan_once(
    spark: SparkSession, rulebook: Rulebook
) -> None:
    bound = random_pack(5, rulebook.catalogue)
    units = random_units(spark, [bound], catalogue=rulebook.catalogue, as_of=AS_OF, rows=10)
    frame: Any = evaluate(units, [Assigned(bound)], as_of=AS_OF)
    optimized = str(frame._jdf.queryExecution().optimizedPlan().toString())
    # Every projection survives: had the optimizer merged them, facts would be copied into rules.
    assert optimized.count("Project") >= 6
