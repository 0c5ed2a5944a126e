"""Units given as plain rows, decided by Spark: for cases, property tests and comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.rulebook.bound import BoundPack
from clearance.rulebook.catalogue import Catalogue, Unit
from clearance.rulebook.compile import Assigned, evaluate
from clearance.rulebook.oracle import Determination

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
Item = tuple[BoundPack, date, Mapping[str, Any]]


def units_of(
    spark: SparkSession, rows: Sequence[Mapping[str, Any]], *, unit: Unit, catalogue: Catalogue
) -> DataFrame:
    """One unit a row; `unit_id` is the row's place in the sequence."""
    features = {k: v for k, v in catalogue[unit].items() if k != "county"}
    ddl = ", ".join(f"{name} {TYPES[feature.type]}" for name, feature in features.items())
    values = [
        (str(i), str(i), row.get("county") or "UNKNOWN", *[row[name] for name in features])
        for i, row in enumerate(rows)
    ]
    ddl = f"subject_id string, unit_id string, county string, {ddl}"
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
    groups: dict[tuple[str, date], list[int]] = {}
    for i, (bound, as_of, _) in enumerate(items):
        groups.setdefault((_shared(bound), as_of), []).append(i)
    parts = []
    for (_, as_of), members in groups.items():
        group = [items[i] for i in members]
        bound = group[0][0]
        rows, by_county = _by_county(group)
        units = units_of(spark, rows, unit=bound.pack.unit, catalogue=catalogue)
        place = F.element_at(F.array(*map(F.lit, members)), F.col("unit_id").cast("int") + 1)
        decided = evaluate(units, [Assigned(bound, by_county=by_county)], as_of=as_of)
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


def _shared(bound: BoundPack) -> str:
    """Items of one group are decided under one expression: by pack, whatever the options."""
    return bound.fingerprint if _reads_county(bound) else bound.with_options({}).fingerprint


def _reads_county(bound: BoundPack) -> bool:
    return not bound.options or "county" in bound.columns


def _by_county(group: Sequence[Item]) -> tuple[list[Mapping[str, Any]], dict[str, BoundPack]]:
    """The rows, and the pack of each made-up county: one a set of options."""
    rows = [row for _, _, row in group]
    if _reads_county(group[0][0]):
        return rows, {}
    bounds = {f"WITH OPTIONS {bound.fingerprint}": bound for bound, _, _ in group}
    counties = [f"WITH OPTIONS {bound.fingerprint}" for bound, _, _ in group]
    placed: list[Mapping[str, Any]] = [
        {**row, "county": county} for row, county in zip(rows, counties, strict=True)
    ]
    return placed, bounds
