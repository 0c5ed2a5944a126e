"""Units given as plain rows, decided by Spark: for cases, property tests and comparisons."""

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


def units_of(
    spark: SparkSession,
    rows: Sequence[Mapping[str, Any]],
    *,
    days: Sequence[date],
    unit: Unit,
    catalogue: Catalogue,
) -> DataFrame:
    """One unit a row; `unit_id` is the row's place in the sequence, `as_of` its own of the days."""
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
    """The determination of each item, in order, all in one job; None where out of scope.

    Args:
        spark: the session.
        items: a pack, an as-of date and a unit's columns each.
        catalogue: for the columns' types.
    """
    groups: dict[tuple[Unit, str], list[int]] = {}
    for i, (bound, _, _) in enumerate(items):
        groups.setdefault((bound.pack.unit, _apart(bound)), []).append(i)
    parts = []
    for (unit, apart), members in groups.items():
        group = [items[i] for i in members]
        rows, days = [row for _, _, row in group], [as_of for _, as_of, _ in group]
        assigned = [Assigned(group[0][0])]
        if not apart:
            counties = [_county(bound) for bound, _, _ in group]
            rows = [{**row, "county": own} for row, own in zip(rows, counties, strict=True)]
            assigned = _assigned([bound for bound, _, _ in group])
        units = units_of(spark, rows, days=days, unit=unit, catalogue=catalogue)
        place = F.element_at(F.array(*map(F.lit, members)), F.col("unit_id").cast("int") + 1)
        decided = evaluate(units, assigned, as_of="as_of")
        parts.append(decided.withColumn("place", place))
    results: list[Determination | None] = [None] * len(items)
    for row in union(parts).toLocalIterator():
        results[row["place"]] = Determination(
            **{name: row[name] for name in Determination.__dataclass_fields__}
        )
    return results


def union(parts: Sequence[DataFrame]) -> DataFrame:
    """All rows of the parts, put together in halves.

    One after the other, each of many parts would have Spark look through all earlier ones again.
    """
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return union(parts[:half]).unionByName(union(parts[half:]))


def _apart(bound: ResolvedPack) -> str:
    """A pack that asks of the county is decided by itself; for others the county is made up."""
    return bound.fingerprint if "county" in bound.columns else ""


def _county(bound: ResolvedPack) -> str:
    """The made-up county of those whom the pack, as it is set, decides."""
    return f"COUNTY OF {bound.fingerprint}"


def _assigned(bounds: Sequence[ResolvedPack]) -> list[Assigned]:
    """Each pack for its made-up counties, one a set of options.

    Under one id a pack stands once among others: versions, and the same with other switches, get
    ids of their own.
    """
    settings: dict[str, dict[str, ResolvedPack]] = {}
    for bound in bounds:
        shared = bound.with_options({}).fingerprint if bound.options else bound.fingerprint
        settings.setdefault(shared, {})[_county(bound)] = bound
    assigned = []
    for place, by_county in enumerate(settings.values()):
        own = {
            county: replace(bound, pack=bound.pack.model_copy(update={"pack": f"pack_{place}"}))
            for county, bound in by_county.items()
        }
        first = next(iter(own.values()))
        options = own if first.options else {}
        assigned.append(Assigned(first, counties=frozenset(own), by_county=options))
    return assigned
