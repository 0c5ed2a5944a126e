"""Random units for any pack: every column it reads, dates crowded around anniversaries of as-of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.rulebook.language.catalogue import Catalogue, Feature
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.sentences import Constant, Option


def words_of(bound: ResolvedPack, column: str) -> list[str]:
    """Words that the pack compares the column with, so that both truths occur."""
    asked = [
        value
        for fact in (*bound.facts, *bound.scope)
        if fact.subject.name == column
        for value in fact.values
    ]
    written = {str(value.value) for value in asked if isinstance(value, Constant)}
    listed = {
        word
        for value in asked
        if isinstance(value, Option)
        for word in bound.pack.options[value.name].of
    }
    return sorted(written | listed)


def random_units(
    spark: SparkSession,
    bounds: list[ResolvedPack],
    *,
    catalogue: Catalogue,
    as_of: date,
    rows: int,
    counties: Sequence[str] = ("ALAMEDA", "YOLO"),
    seed: int = 0,
) -> DataFrame:
    """One row a unit: identity, and every column that the packs read; one value in eight missing.

    Args:
        spark: the session.
        bounds: packs of one unit kind.
        catalogue: the columns' types.
        as_of: dates crowd around its anniversaries.
        rows: how many.
        counties: each unit is of one of them, in turn.
        seed: other units for another one.
    """
    features = catalogue[bounds[0].pack.unit]
    read = {name for bound in bounds for name in (*bound.columns, bound.event_day)}
    names = sorted(read - {"county"})
    columns = [
        _column(features[name], name, bounds, as_of, seed=100 * i + 10_000 * seed).alias(name)
        for i, name in enumerate(names)
    ]
    identity = [
        F.col("id").cast("string").alias("subject_id"),
        F.col("id").cast("string").alias("unit_id"),
        F.element_at(
            F.array(*map(F.lit, counties)), F.col("id").cast("int") % len(counties) + 1
        ).alias("county"),
    ]
    return spark.range(rows).select(*identity, *columns)


def _column(
    feature: Feature, name: str, bounds: list[ResolvedPack], as_of: date, *, seed: int
) -> Column:
    words = sorted({word for bound in bounds for word in words_of(bound, name)})
    value = _value(feature, words, as_of, seed)
    if feature.null == "never":
        return value
    return F.when(F.rand(seed + 1) > 0.125, value)


def _value(feature: Feature, words: list[str], as_of: date, seed: int) -> Column:
    match feature.type:
        case "date" | "age":
            near = F.add_months(
                F.lit(as_of.isoformat()).cast("date"), (-12 * (F.rand(seed + 2) * 45).cast("int"))
            )
            jitter = (F.rand(seed + 3) * 5).cast("int") - 2
            far = (F.rand(seed + 4) * 16000).cast("int")
            start = F.lit("1985-01-01").cast("date")
            return F.when(F.rand(seed + 5) < 0.6, F.date_add(near, jitter)).otherwise(
                F.date_add(start, far)
            )
        case "dates":
            near = Feature(type="date", null="never", label="day", meaning="day")
            days = F.array(*[_value(near, words, as_of, seed + 20 * i) for i in (1, 2)])
            return F.sort_array(F.slice(days, 1, (F.rand(seed + 2) * 3).cast("int")))
        case "number":
            return (F.rand(seed + 2) * 5).cast("int")
        case "yes_no":
            return F.rand(seed + 2) < 0.4
        case "tags":
            picks = [F.when(F.rand(seed + 10 + i) < 0.6, F.lit(w)) for i, w in enumerate(words)]
            return F.array_compact(F.array(*picks, F.lit("another_list")))
        case "path":
            first = _pick([*(w.split(".")[0] for w in words), "Z"], seed + 2)
            second = _pick([*(w.split(".")[-1] for w in words), "1"], seed + 3)
            return F.slice(F.array(first, second), 1, (F.rand(seed + 4) * 3).cast("int"))
        case "code":
            return _pick(list(feature.codes), seed + 2)
        case _:
            return _pick([*words, "another"], seed + 2)


def _pick(options: list[Any], seed: int) -> Column:
    index = (F.rand(seed) * len(options)).cast("int") + 1
    return F.element_at(F.array(*map(F.lit, options)), index)
