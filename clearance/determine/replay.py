"""Replay: an old sweep decided again, by its own packs over its own data.

The packs come from the store's `packs`, the units from `charges` and `arrests` at the versions of
the manifest. The engine is today's. Nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.determine.digest import CONTENT, digest_of
from clearance.determine.manifest import deciding_code, engine_version
from clearance.determine.plan import Plan
from clearance.determine.recorded import named_sweep
from clearance.determine.scope import Scope
from clearance.determine.side_feeds import REVIEWS, read_reviews, with_reviews
from clearance.determine.step import UNIT_TABLES, decide
from clearance.determine.write import KEY, changes
from clearance.errors import DifferenceFound
from clearance.platform.spark.caches import Caches, caches
from clearance.platform.store.earlier_tables import with_later_columns
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.progress import stage
from clearance.rulebook.language.catalogue import load_catalogue
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.stored import parse_stored_pack
from clearance.rulebook.spark.compile import Assigned
from clearance.schemas import TABLES

MOST_NAMED = 10


@dataclass(frozen=True)
class ReplayResult:
    """How the rows that a replay recomputed compare with the stored rows.

    Attributes:
        sweep_id: the sweep.
        agrees: whether recomputed rows, stored rows and manifest have one digest.
        digest: digest of the recomputed rows.
        stored_digest: digest of the table at the sweep's version.
        recorded_digest: digest in the sweep's row.
        differing: number of units and packs whose rows differ.
        columns: the columns that differ; every column if a row is missing.
        units: the first differing rows, as `unit_id pack`.
        engine: the version of the code that replayed.
        engine_then: the version of the code that swept.
    """

    sweep_id: str
    agrees: bool
    digest: str
    stored_digest: str
    recorded_digest: str
    differing: int
    columns: tuple[str, ...]
    units: tuple[str, ...]
    engine: str
    engine_then: str

    def as_dict(self) -> dict[str, Any]:
        """The result as plain values, for `--json`."""
        return asdict(self) | {"columns": list(self.columns), "units": list(self.units)}

    def raise_for_difference(self) -> None:
        """Raise DifferenceFound if a digest or a row differs."""
        if self.agrees:
            return
        lines = [
            f"Sweep {self.sweep_id} comes out otherwise: digest {self.digest}; its rows have "
            f"{self.stored_digest}, its manifest {self.recorded_digest}."
        ]
        if self.differing:
            more = ", ..." if self.differing > len(self.units) else ""
            columns = "" if self.columns == CONTENT else f" in {', '.join(self.columns)}"
            lines.append(
                f"{self.differing:,} decisions differ{columns}: {', '.join(self.units)}{more}"
            )
        lines.append(f"Decided then by {self.engine_then}, now by {self.engine}.")
        raise DifferenceFound("\n".join(lines), self._remedy())

    def _remedy(self) -> str:
        if self.stored_digest != self.recorded_digest:
            return (
                "The rows are not those that the sweep wrote: restore `determinations` from a copy."
            )
        if deciding_code(self.engine) != deciding_code(self.engine_then):
            return (
                "The rows are those that the sweep wrote; the code has changed since, and "
                "CHANGELOG.md says what a release decides otherwise. Nothing has to be mended: "
                "the old sweep stays as it is, and `clearance determine` decides by today's code."
            )
        return (
            "The same code has decided otherwise: what the sweep rests on has changed. Restore "
            "`charges`, `arrests` and `packs` from a copy."
        )


def replay(spark: SparkSession, store: Store, *, sweep_id: str, rules: Path) -> ReplayResult:
    """Decide an old sweep again and compare.

    Args:
        spark: the session.
        store: the store of the tables.
        sweep_id: which sweep.
        rules: the rules folder; only its feature catalogue is read.

    Raises:
        UsageError: there is no such sweep.
    """
    sweeps = _sweeps(spark, store)
    sweep = named_sweep(sweeps, sweep_id, store=store)
    with (
        stage(f"Deciding sweep {sweep_id} again"),
        storage_faults("replaying"),
        caches() as cached,
    ):
        recomputed_parts = [
            _decide_again(spark, store, decider, packs=packs, rules=rules)
            for decider, packs in _deciding_sweeps(sweep, sweeps)
        ]
        recomputed = reduce(DataFrame.unionByName, recomputed_parts).withColumn(
            "sweep_id", F.lit(sweep_id)
        )
        recomputed = cached.cache(recomputed)
        version = sweep["determinations_version"]
        stored = store.read_rows_of(spark, "determinations", version=version)
        digest, stored_digest = digest_of(recomputed), digest_of(stored)
        agrees = digest == stored_digest == sweep["digest"]
        differing, columns, units = (
            (0, (), ()) if agrees else _differing(recomputed, stored, cached=cached)
        )
    return ReplayResult(
        sweep_id=sweep_id,
        agrees=agrees,
        digest=digest,
        stored_digest=stored_digest,
        recorded_digest=sweep["digest"],
        differing=differing,
        columns=columns,
        units=units,
        engine=engine_version(),
        engine_then=sweep["code_version"],
    )


def _sweeps(spark: SparkSession, store: Store) -> list[Row]:
    """Every sweep, the latest first."""
    return store.read(spark, "sweeps").orderBy(F.desc("determinations_version")).collect()


def _deciding_sweeps(sweep: Row, sweeps: list[Row]) -> list[tuple[Row, list[str]]]:
    """The sweeps whose rows the table holds after a sweep, each with the packs it decided last.

    A sweep of named packs leaves the rows of the other packs as an earlier sweep wrote them.
    """
    seen: set[str] = set()
    deciders = []
    for row in sweeps:
        if row["determinations_version"] > sweep["determinations_version"]:
            continue
        packs = [name for name in json.loads(row["assigned"]) if name not in seen]
        deciders.append((row, packs))
        seen |= {*packs, *row["selected"]}
        if not row["selected"]:
            break
    return deciders


def _decide_again(
    spark: SparkSession, store: Store, sweep: Row, *, packs: list[str], rules: Path
) -> DataFrame:
    inputs = {
        table: with_later_columns(
            store.read_rows_of(spark, table, version=max(sweep["input_versions"][table], 0)),
            TABLES[table],
        )
        for table in UNIT_TABLES.values()
    }
    plan = stored_plan(spark, store, sweep, packs=packs, rules=rules)
    scope = Scope(frozenset(packs), None)
    decided = decide(inputs, plan, as_of=sweep["as_of"], scope=scope)
    reviews = read_reviews(spark, store, version=sweep["input_versions"].get(REVIEWS))
    return with_reviews(decided, reviews=reviews, first_days=plan.first_days)


def stored_plan(
    spark: SparkSession, store: Store, sweep: Row, *, packs: Iterable[str], rules: Path
) -> Plan:
    """The packs of a sweep as it used them, by county.

    Args:
        spark: the session.
        store: the store of the tables.
        sweep: a row of `sweeps`.
        packs: ids of the packs to read, out of those that the sweep decided.
        rules: the rules folder; only its feature catalogue is read.
    """
    assigned_then = json.loads(sweep["assigned"])
    records = [assigned_then[name] for name in packs]
    wanted = {name for record in records for name in fingerprints_of(record)}
    bounds = stored_packs(spark, store, rules=rules, wanted=wanted)
    assigned = tuple(assigned_as_recorded(record, bounds) for record in records)
    return Plan(assigned, files=(), notes=(), selected=())


def fingerprints_of(record: Mapping[str, Any]) -> set[str]:
    """The fingerprints of a pack, of its counties' options and of its rivals, as a sweep used them.

    Args:
        record: the pack's entry in `assigned` of the sweep's row.
    """
    return {record["usual"], *record["by_county"].values(), *record.get("rivals", ())}


def stored_packs(
    spark: SparkSession, store: Store, *, rules: Path, wanted: Collection[str]
) -> dict[str, ResolvedPack]:
    """Packs from the table `packs`, by fingerprint.

    Only the wanted packs are parsed: the table holds every version ever used, and a later release
    need not know them all.

    Args:
        spark: the session.
        store: the store of the tables.
        rules: the rules folder; only its feature catalogue is read.
        wanted: fingerprints; those that the table does not hold are left out.
    """
    catalogue = load_catalogue(rules)
    rows = store.read(spark, "packs").where(F.col("fingerprint").isin(list(wanted)))
    return {
        row["fingerprint"]: replace(
            parse_stored_pack(row["yaml"], catalogue=catalogue), recorded=row["fingerprint"]
        )
        for row in rows.collect()
    }


def assigned_as_recorded(record: Mapping[str, Any], bounds: Mapping[str, ResolvedPack]) -> Assigned:
    """A pack with its counties, as a sweep used it.

    Args:
        record: the pack's entry in `assigned` of the sweep's row.
        bounds: `stored_packs`.
    """
    by_county = {county: bounds[fingerprint] for county, fingerprint in record["by_county"].items()}
    # If every county has its own options, the pack without them was not used and not stored.
    usual = bounds.get(record["usual"]) or next(iter(by_county.values()))
    counties = record["counties"]
    return Assigned(
        usual,
        counties=None if counties is None else frozenset(counties),
        excluded=frozenset(record["excluded"]),
        by_county=by_county,
        rivals=tuple(bounds[fingerprint] for fingerprint in record.get("rivals", ())),
        known_counties=frozenset(record.get("read", ())),
    )


def _differing(
    recomputed: DataFrame, stored: DataFrame, *, cached: Caches
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """The number of differing decisions, the differing columns, and the first decisions."""
    differ = cached.cache(changes(recomputed, existing=stored).select(*KEY))
    first = differ.orderBy("pack", "unit_id").limit(MOST_NAMED).collect()
    sides = [side.join(differ, on=list(KEY), how="left_semi") for side in (recomputed, stored)]
    old, new = (side.alias(name) for side, name in zip(sides, ("old", "new"), strict=True))
    same_key = [F.col(f"old.{name}") == F.col(f"new.{name}") for name in KEY]
    differs = [
        F.bool_or(~F.col(f"old.{name}").eqNullSafe(F.col(f"new.{name}"))).alias(name)
        for name in CONTENT
    ]
    differing = old.join(new, on=same_key, how="full_outer").agg(*differs).first()
    columns = tuple(name for name in CONTENT if differing is not None and differing[name])
    number = differ.count()
    return number, columns, tuple(f"{row['unit_id']} {row['pack']}" for row in first)
