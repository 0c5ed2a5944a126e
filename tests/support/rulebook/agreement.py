"""What two engines decide on the same random units, compared column by column."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date

from pyspark.sql import DataFrame, Row, SparkSession

from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.oracle import Determination, decide
from clearance.rulebook.spark.compile import Assigned, evaluate
from clearance.rulebook.spark.rows import union_all
from tests.support.rulebook.packs import random_options
from tests.support.rulebook.random_units import random_units

AS_OF = date(2024, 2, 29)
COUNTIES = 1_000
FIELDS = tuple(Determination.__dataclass_fields__)


def compare(
    bound: ResolvedPack,
    units: list[Row],
    decided: dict[str, Row],
    by_county: Mapping[str, ResolvedPack] | None = None,
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
        first = bound.pack.first_day
        if got["outcome"] == "ELIGIBLE" and first is not None:
            assert got["eligible_on"] >= first, (bound.pack.pack, unit)
        outcomes.add(expected.outcome)
    return outcomes


def with_counties(bound: ResolvedPack, seed: int, counties: int) -> dict[str, ResolvedPack]:
    """The pack of each county: random options, half of the counties keep those of the pack."""
    dice = random.Random(seed)
    return {
        f"COUNTY {i}": bound.with_options(random_options(bound, dice))
        for i in range(0, counties, 2)
        if bound.options
    }


def name_of(bound: ResolvedPack) -> str:
    return f"{bound.pack.pack}@{bound.pack.version}"


def by_pack(decided: DataFrame) -> dict[str, dict[str, Row]]:
    """Decisions by version of a pack and unit, computed in one job."""
    result: dict[str, dict[str, Row]] = {}
    columns = ("pack", "pack_version", "unit_id", "pack_fingerprint", *FIELDS)
    for row in decided.select(*columns).toLocalIterator():
        result.setdefault(f"{row['pack']}@{row['pack_version']}", {})[row["unit_id"]] = row
    return result


def check_packs_agree(
    spark: SparkSession, bounds: list[ResolvedPack], *, catalogue: Catalogue, rows: int, seed: int
) -> None:
    """Fail where Spark and plain Python decide a random unit of a pack otherwise.

    Args:
        spark: the session.
        bounds: the packs; each decides every unit that is drawn for it and those beside it.
        catalogue: the columns' types.
        rows: decisions of all packs together.
        seed: other units and counties' options for another one.
    """
    together = _together(bounds)
    units = [
        random_units(
            spark,
            group,
            catalogue=catalogue,
            as_of=AS_OF,
            rows=rows // len(bounds),
            counties=[f"COUNTY {i}" for i in range(COUNTIES)],
            seed=seed,
        ).localCheckpoint()
        for group in together
    ]
    own = {name_of(bound): with_counties(bound, 7 + seed, COUNTIES) for bound in bounds}
    parts = [
        evaluate(
            drawn,
            [Assigned(bound, by_county=own[name_of(bound)]) for bound in group],
            as_of=AS_OF,
        )
        for group, drawn in zip(together, units, strict=True)
    ]
    decided = by_pack(union_all(parts))
    for group, drawn in zip(together, units, strict=True):
        rows_drawn = drawn.collect()
        assert len(rows_drawn) == rows // len(bounds)
        for bound in group:
            assert compare(bound, rows_drawn, decided[name_of(bound)], own[name_of(bound)])


def _together(bounds: list[ResolvedPack]) -> list[list[ResolvedPack]]:
    """Packs that one sweep could run: of one kind of unit, no two versions of one."""
    groups: dict[tuple[str, int], list[ResolvedPack]] = {}
    for i, bound in enumerate(bounds):
        earlier = sum(bound.pack.pack == other.pack.pack for other in bounds[:i])
        groups.setdefault((bound.pack.unit, earlier), []).append(bound)
    return list(groups.values())
