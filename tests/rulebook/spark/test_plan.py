"""What Spark makes of the packs: a map, compiled, with nothing shuffled and no Python."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.spark.compile import Assigned, evaluate
from tests.support.rulebook.packs import again, random_options, random_pack
from tests.support.rulebook.random_units import random_units

AS_OF = date(2026, 11, 1)


def of_unit(bounds: list[ResolvedPack], unit: str) -> list[ResolvedPack]:
    """The packs that one sweep runs on the units of a kind."""
    return [b for b in bounds if b.pack.unit == unit and b.pack.in_force_on(AS_OF)]


def plan_of(rows: DataFrame) -> str:
    frame: Any = rows
    return str(frame._jdf.queryExecution().executedPlan().toString())


@pytest.mark.parametrize("unit", ["conviction", "arrest"])
def test_all_packs_are_one_scan_without_exchange_join_or_python(
    spark: SparkSession, rulebook: Rulebook, bounds: list[ResolvedPack], tmp_path: Path, unit: str
) -> None:
    bounds = of_unit(bounds, unit)
    path = str(tmp_path / "units")
    random_units(spark, bounds, catalogue=rulebook.catalogue, as_of=AS_OF, rows=100).write.parquet(
        path
    )
    decided = evaluate(spark.read.parquet(path), [Assigned(b) for b in bounds], as_of=AS_OF)
    plan = plan_of(decided)
    assert plan.count("FileScan") == 1
    assert not re.search("Exchange|Join|Python|ArrowEval|Sort|Aggregate", plan)


def test_thirty_counties_with_their_own_options_are_one_expression_without_a_join(
    spark: SparkSession, rulebook: Rulebook, bounds: list[ResolvedPack], tmp_path: Path
) -> None:
    bounds, dice = of_unit(bounds, "conviction"), random.Random(30)
    own = {
        bound.pack.pack: {
            f"COUNTY {i}": bound.with_options(random_options(bound, dice)) for i in range(count)
        }
        for bound in bounds
        for count in ((30 if bound.options else 0),)
    }
    assigned = [Assigned(bound, by_county=own[bound.pack.pack]) for bound in bounds]
    path = str(tmp_path / "units")
    counties = [f"COUNTY {i}" for i in range(32)]
    random_units(
        spark, bounds, catalogue=rulebook.catalogue, as_of=AS_OF, rows=64, counties=counties
    ).write.parquet(path)
    units = spark.read.parquet(path)
    plan = plan_of(evaluate(units, assigned, as_of=AS_OF))
    assert plan.count("FileScan") == 1
    assert not re.search("Exchange|Join|Python|ArrowEval|Sort|Aggregate", plan)
    # Thirty counties are rows of the tables, and nothing in the plan.
    two = [
        Assigned(item.resolved, by_county=dict(list(item.by_county.items())[:2]))
        for item in assigned
    ]
    other = plan_of(evaluate(units, two, as_of=AS_OF))
    assert other.count("Project") == plan.count("Project")


@pytest.mark.usefixtures("generated_code")
@pytest.mark.parametrize(("unit", "seeds"), [("conviction", (3, 4)), ("arrest", ())])
def test_no_projection_falls_back_from_generated_code(
    spark: SparkSession,
    rulebook: Rulebook,
    bounds: list[ResolvedPack],
    unit: str,
    seeds: tuple[int, ...],
) -> None:
    busy = [*of_unit(bounds, unit), *(random_pack(seed, rulebook.catalogue) for seed in seeds)]
    units = random_units(spark, busy, catalogue=rulebook.catalogue, as_of=AS_OF, rows=2_000)
    yolo = [
        {"YOLO": bound.with_options(random_options(bound, random.Random(3)))}
        if bound.options
        else {}
        for bound in busy
    ]
    assigned = [Assigned(b, by_county=own) for b, own in zip(busy, yolo, strict=True)]
    decided = evaluate(units, assigned, as_of=AS_OF)
    # Without the switch a projection that does not compile is quietly interpreted instead.
    spark.conf.set("spark.sql.codegen.factoryMode", "CODEGEN_ONLY")
    spark.conf.set("spark.sql.codegen.fallback", "false")
    try:
        outcomes = {row["outcome"] for row in decided.collect()}
    finally:
        spark.conf.unset("spark.sql.codegen.factoryMode")
        spark.conf.unset("spark.sql.codegen.fallback")
    assert {"ELIGIBLE", "NOT_ELIGIBLE"} <= outcomes


def test_no_projection_is_drawn_into_the_one_above_it(
    spark: SparkSession, rulebook: Rulebook
) -> None:
    bound = random_pack(5, rulebook.catalogue)
    units = random_units(spark, [bound], catalogue=rulebook.catalogue, as_of=AS_OF, rows=10)
    frame: Any = evaluate(units, [Assigned(bound)], as_of=AS_OF)
    optimized = str(frame._jdf.queryExecution().optimizedPlan().toString())
    # The pack's facts, the walk, its evidence, the outlook and the row: what a lambda reads is a
    # column, or Spark would work it out anew for every element.
    assert optimized[: optimized.index("Generate")].count("Project") == 5


def nodes(rows: DataFrame) -> int:
    """The expressions in what Spark plans, each counted where it stands."""
    frame: Any = rows
    jvm: Any = rows.sparkSession.sparkContext._jvm
    return len(
        re.findall('"class":', jvm.String(frame._jdf.queryExecution().optimizedPlan().toJSON()))
    )


def asked_of_the_jvm(spark: SparkSession, build: Callable[[], Any]) -> int:
    """How many calls Python makes to the JVM meanwhile."""
    gateway: Any = spark.sparkContext._gateway
    client, calls = gateway._gateway_client, []
    send = client.send_command

    def counted(*given: Any, **named: Any) -> Any:
        # `m` only lets go of what Python has forgotten.
        calls.extend(command for command in given[:1] if not command.startswith("m"))
        return send(*given, **named)

    client.send_command = counted
    try:
        build()
    finally:
        client.send_command = send
    return len(calls)


def test_fifty_more_packs_cost_no_call_and_no_expression_but_their_own_facts(
    spark: SparkSession, rulebook: Rulebook, bounds: list[ResolvedPack]
) -> None:
    packs = of_unit(bounds, "conviction")
    more = [again(packs[i % len(packs)], f"pack_{i}") for i in range(50)]
    units = random_units(spark, packs, catalogue=rulebook.catalogue, as_of=AS_OF, rows=10)
    few = [Assigned(bound) for bound in packs]
    many = [Assigned(bound) for bound in [*packs, *more]]
    calls = [
        asked_of_the_jvm(spark, partial(evaluate, units, items, as_of=AS_OF))
        for items in (few, few, many)
    ]
    assert calls[1] == calls[2] < 1_000
    sizes = [nodes(evaluate(units, items, as_of=AS_OF)) for items in (few, many)]
    assert sizes[0] == sizes[1]


def test_a_fact_of_many_packs_stands_in_the_plan_once(
    spark: SparkSession, rulebook: Rulebook, bounds: list[ResolvedPack]
) -> None:
    packs = of_unit(bounds, "conviction")
    units = random_units(spark, packs, catalogue=rulebook.catalogue, as_of=AS_OF, rows=10)
    frame: Any = evaluate(units, [Assigned(bound) for bound in packs], as_of=AS_OF)
    asked = str(frame._jdf.queryExecution().analyzed().toString())
    assert sum("set_aside is yes" in bound.pack.facts.values() for bound in packs) > 1
    assert len(re.findall(r"\(set_aside#\d+ = true\)", asked)) == 1
