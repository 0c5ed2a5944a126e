"""Spark decisions of units given as Python rows: for cases, property tests and comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.rulebook.language.catalogue import Catalogue, Unit
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.oracle import Determination
from clearance.rulebook.spark.compile import Assigned, evaluate

TYPES = {
    "date": "date",
    "age": "date",
    "dates": "array<date>",
    "number": "int",
    "yes_no": "boolean",
    "code": "string",
    "text": "string",
    "tags": "array<string>",
    "path": "array<string>",
}
Item = tuple[ResolvedPack, date, Mapping[str, Any]]


def units_from_rows(
    spark: SparkSession,
    rows: Sequence[Mapping[str, Any]],
    *,
    days: Sequence[date],
    unit: Unit,
    catalogue: Catalogue,
) -> DataFrame:
    """One row per unit; `unit_id` is the row's index in the sequence, `as_of` its day of `days`."""
    features = {k: v for k, v in catalogue[unit].items() if k != "county"}
    ddl = ", ".join(f"{name} {TYPES[feature.type]}" for name, feature in features.items())
    values = [
        (str(i), str(i), row.get("county") or "UNKNOWN", as_of, *[row[name] for name in features])
        for i, (row, as_of) in enumerate(zip(rows, days, strict=True))
    ]
    ddl = f"subject_id string, unit_id string, county string, as_of date, {ddl}"
    return spark.createDataFrame(values, ddl)


def decide_in_spark(
    spark: SparkSession, items: Sequence[Item], *, catalogue: Catalogue
) -> list[Determination | None]:
    """The determination of each item, in order, in one job; None for a unit out of scope.

    Args:
        spark: the session.
        items: a pack, an as-of date and a unit's columns each.
        catalogue: for the columns' types.
    """
    groups: dict[tuple[Unit, str], list[int]] = {}
    for i, (resolved, _, _) in enumerate(items):
        groups.setdefault((resolved.pack.unit, _own_group(resolved)), []).append(i)
    decided_groups = []
    for (unit, has_own_group), members in groups.items():
        group = [items[i] for i in members]
        rows, days = [row for _, _, row in group], [as_of for _, as_of, _ in group]
        assigned = [Assigned(group[0][0])]
        if not has_own_group:
            counties = [_made_up_county(resolved) for resolved, _, _ in group]
            rows = [{**row, "county": own} for row, own in zip(rows, counties, strict=True)]
            assigned = _assigned([resolved for resolved, _, _ in group])
        units = units_from_rows(spark, rows, days=days, unit=unit, catalogue=catalogue)
        index = F.element_at(F.array(*map(F.lit, members)), F.col("unit_id").cast("int") + 1)
        decided = evaluate(units, assigned, as_of="as_of")
        decided_groups.append(decided.withColumn("index", index))
    results: list[Determination | None] = [None] * len(items)
    for row in union_all(decided_groups).toLocalIterator():
        results[row["index"]] = Determination(
            **{name: row[name] for name in Determination.__dataclass_fields__}
        )
    return results


def union_all(parts: Sequence[DataFrame]) -> DataFrame:
    """All rows of the parts, unioned in halves.

    If parts were added one by one, Spark would analyse all earlier parts again for each of many.
    """
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return union_all(parts[:half]).unionByName(union_all(parts[half:]))


def _own_group(resolved: ResolvedPack) -> str:
    """The key of a pack that reads the county, which needs a group of its own; else empty."""
    return resolved.fingerprint if "county" in resolved.columns else ""


def _made_up_county(resolved: ResolvedPack) -> str:
    """The made-up county of the units that a resolved pack decides."""
    return f"COUNTY OF {resolved.fingerprint}"


def _assigned(bounds: Sequence[ResolvedPack]) -> list[Assigned]:
    """Each pack for its made-up counties, one county per set of options.

    One evaluation has each pack id once: versions, and packs with other switches, get new ids.
    """
    settings: dict[str, dict[str, ResolvedPack]] = {}
    for resolved in bounds:
        shared = resolved.with_options({}).fingerprint if resolved.options else resolved.fingerprint
        settings.setdefault(shared, {})[_made_up_county(resolved)] = resolved
    assigned = []
    for number, by_county in enumerate(settings.values()):
        by_county_renamed = {
            county: replace(
                resolved, pack=resolved.pack.model_copy(update={"pack": f"pack_{number}"})
            )
            for county, resolved in by_county.items()
        }
        first = next(iter(by_county_renamed.values()))
        options = by_county_renamed if first.options else {}
        assigned.append(Assigned(first, counties=frozenset(by_county_renamed), by_county=options))
    return assigned
