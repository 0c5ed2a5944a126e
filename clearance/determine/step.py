"""determine: the packs in force over every unit, as one sweep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from clearance.determine.manifest import (
    Manifest,
    engine_version,
    is_recorded,
    last_sweep,
    make_manifest,
    record_sweep,
    sweep_row,
)
from clearance.determine.plan import Plan, plan_sweep
from clearance.determine.reasons import record_reasons
from clearance.determine.scope import Scope, scope_of
from clearance.determine.side_feeds import (
    REVIEWS,
    absent_feeds,
    read_reviews,
    reviews_version,
    with_reviews,
)
from clearance.determine.write import write_sweep
from clearance.errors import UsageError
from clearance.ingest.ledger import latest_extract_day, refused_sentence, refused_since
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store
from clearance.platform.watch.log import logged
from clearance.platform.watch.meter import steps_behind
from clearance.platform.watch.progress import stage
from clearance.prepare.changed_people import whole_prepare
from clearance.rulebook.loading.load import Rulebook, load_rulebook
from clearance.rulebook.spark.compile import evaluate
from clearance.schemas import DETERMINATIONS, PACKS
from clearance.settings import Settings

UNIT_TABLES = {"conviction": "charges", "arrest": "arrests"}


@dataclass(frozen=True)
class SweepResult:
    """The result of a sweep.

    Attributes:
        nothing_new: the latest sweep has the same inputs and settings; nothing was written.
        counts: number of rows by `pack/OUTCOME`.
        version: version of `determinations` after the sweep.
        notes: packs left out, feeds never loaded, refused rows.
    """

    sweep_id: str
    as_of: date
    what_if: bool
    nothing_new: bool
    counts: dict[str, int]
    digest: str
    version: int
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self) | {"as_of": self.as_of.isoformat(), "notes": list(self.notes)}


@logged("determine")
def determine(
    spark: SparkSession,
    store: Store,
    *,
    as_of: date,
    rules: Path,
    settings: Settings,
    clock: Callable[[], datetime],
    selected: Sequence[str] = (),
    full: bool = False,
    rulebook: Rulebook | None = None,
) -> SweepResult:
    """Decide every unit by every pack in force, into `determinations`.

    Also written are the sweep's row in `sweeps`, and what is new in `packs` and `reasons`.

    Args:
        spark: the session.
        store: must hold `charges` and `arrests`.
        as_of: the sweep's date.
        rules: the rules folder.
        settings: packs, policies, scenarios, switches.
        clock: the wall clock, for the manifest only.
        selected: `--pack` ids; empty for every configured pack.
        full: decide every unit again, even if nothing changed.
        rulebook: the rulebook of `rules`, if the caller has loaded it.

    Raises:
        UsageError: the store has not been prepared, or an unknown pack or county is named.
        RulebookInvalid: the rules do not hold together.
    """
    rulebook = rulebook or load_rulebook(rules)
    plan = plan_sweep(rulebook, settings, as_of=as_of, selected=selected)
    # Versions are fixed here: rows that arrive meanwhile are for the next sweep.
    versions, prepared = whole_prepare(spark, store)
    feed_versions = prepared.feeds
    reviews_versions = reviews_version(spark, store)
    inputs = {
        table: store.read(spark, table, version=max(version, 0))
        for table, version in versions.items()
    }
    _check_columns(plan, inputs)
    determinations_version, latest = last_sweep(spark, store)
    previous = _record_if_missing(spark, store, determinations_version, latest, clock)
    started_at = clock()
    manifest = make_manifest(
        as_of=as_of,
        what_if=_is_what_if(spark, store, as_of, selected, started_at=started_at),
        started_at=started_at,
        code_version=engine_version(),
        config_fingerprint=settings.fingerprint,
        input_versions={**versions, **feed_versions, **reviews_versions},
        pack_fingerprints=plan.fingerprints,
        selected=plan.selected,
        notes=_notes(spark, store, plan, rulebook, loaded=feed_versions),
        assigned=plan.as_record(),
        previous=previous.sweep_id if previous is not None else f"version {determinations_version}",
    )
    if previous is not None and previous.same_as == manifest.same_as and not full:
        record_reasons(spark, store, rules=rules)
        return _unchanged_result(spark, store, previous)
    with stage(f"determining {len(plan.assigned)} packs as of {as_of}"):
        _record_packs(spark, store, plan, previous=previous)
        record_reasons(spark, store, rules=rules)
        scope = scope_of(spark, store, previous=previous, now=manifest, full=full)
        decided = with_reviews(
            decide(inputs, plan, as_of=as_of, scope=scope),
            reviews=read_reviews(spark, store, version=reviews_versions.get(REVIEWS)),
            first_days=plan.first_days,
        )
        existing = None
        if previous is not None:
            current = store.read(spark, "determinations", version=determinations_version)
            existing = scope.existing_rows(current, selected=plan.selected)
        version = write_sweep(
            spark, store, decided, manifest, existing=existing, after=determinations_version
        )
    with stage("digest and manifest"):
        previous_row = sweep_row(spark, store, previous.sweep_id) if previous is not None else None
        tally = record_sweep(
            *(spark, store, manifest),
            version=version,
            finished_at=clock(),
            previous=previous_row,
            steps=steps_behind(store.root),
        )
    counts, digest = tally.counts, tally.digest
    return _result(manifest, counts=counts, digest=digest, version=version, nothing_new=False)


def decide(
    inputs: Mapping[str, DataFrame], plan: Plan, *, as_of: date | str, scope: Scope
) -> DataFrame:
    """One row per unit and pack of the scope: determinations without `sweep_id`.

    Args:
        inputs: `charges` and `arrests` by name.
        plan: the packs.
        as_of: the sweep's date, or the column of the inputs with each unit's date.
        scope: the packs and people to decide.
    """
    decided = []
    for unit, table in UNIT_TABLES.items():
        units = inputs[table]
        if unit == "conviction":
            units = units.where("convicted")
        on_all_units = [
            item for item in plan.of(unit) if item.resolved.pack.pack in scope.everything
        ]
        on_some_units = [item for item in plan.of(unit) if item not in on_all_units]
        if on_all_units:
            decided.append(evaluate(units, on_all_units, as_of=as_of))
        if on_some_units and scope.people is not None:
            units_of_people = units.join(scope.people, on="subject_id", how="left_semi")
            decided.append(evaluate(units_of_people, on_some_units, as_of=as_of))
    if not decided:
        spark = inputs["charges"].sparkSession
        return spark.createDataFrame([], _empty_ddl())
    return reduce(DataFrame.unionByName, decided)


def _notes(
    spark: SparkSession, store: Store, plan: Plan, rulebook: Rulebook, *, loaded: Iterable[str]
) -> tuple[str, ...]:
    """The notes of the manifest: packs left out, feeds never loaded, and refused rows."""
    refused = refused_since(spark, store)
    return (
        *plan.notes,
        *absent_feeds(plan.assigned, catalogue=rulebook.catalogue, loaded=loaded),
        *([refused_sentence(refused)] if refused else []),
    )


def _check_columns(plan: Plan, inputs: Mapping[str, DataFrame]) -> None:
    """Refuse tables of an earlier release that lack a column which a pack reads."""
    for unit, table in UNIT_TABLES.items():
        columns_read = {name for item in plan.of(unit) for name in item.resolved.columns}
        if not columns_read <= set(inputs[table].columns):
            raise UsageError(
                f"{table} was prepared by an earlier release and lacks columns of the rules.",
                "Run `clearance prepare` first.",
            )


def _empty_ddl() -> str:
    lines = [line.strip().rstrip(",") for line in DETERMINATIONS.ddl.strip().split("\n")]
    return ", ".join(line for line in lines if not line.startswith("sweep_id "))


def _record_if_missing(
    spark: SparkSession,
    store: Store,
    version: int,
    latest: Manifest | None,
    clock: Callable[[], datetime],
) -> Manifest | None:
    """The latest sweep's manifest; writes its row in `sweeps` if its run died before doing so."""
    if latest is not None and not is_recorded(spark, store, latest.sweep_id):
        record_sweep(spark, store, latest, version=version, finished_at=clock())
    return latest


def _is_what_if(
    spark: SparkSession, store: Store, as_of: date, selected: Sequence[str], *, started_at: datetime
) -> bool:
    """Whether as-of is before the extract's date or in the future, or a version is named.

    The future begins after the day, in UTC, on which the sweep is started.
    """
    if any("@" in name for name in selected) or as_of > started_at.astimezone(UTC).date():
        return True
    latest = latest_extract_day(spark, store)
    return latest is not None and as_of < latest


def _record_packs(
    spark: SparkSession, store: Store, plan: Plan, *, previous: Manifest | None
) -> None:
    """Add each pack as used to `packs`, by fingerprint, so that old evidence can be read.

    Packs of the previous sweep are in the table already; only for others is the table read.
    """
    recorded = set(previous.pack_fingerprints.values()) if previous is not None else set()
    after = store.version(spark, "packs")
    if after >= 0 and set(plan.stored) - recorded:
        packs = store.read(spark, "packs", version=after).select("fingerprint").collect()
        recorded |= {row["fingerprint"] for row in packs}
    rows = [
        (
            fingerprint,
            resolved.pack.pack,
            resolved.pack.version,
            text,
            [fact.name for fact in resolved.facts],
        )
        for fingerprint, (resolved, text) in plan.stored.items()
        if fingerprint not in recorded
    ]
    if rows:
        note = json.dumps({"packs": sorted(row[0] for row in rows)})
        with store.compare_and_commit(spark, "packs", after=after, note=note):
            store.append(literal_table(spark, rows, PACKS.types), "packs")


def _unchanged_result(spark: SparkSession, store: Store, manifest: Manifest) -> SweepResult:
    row = sweep_row(spark, store, manifest.sweep_id)
    if row is None:
        raise UsageError(
            f"Sweep {manifest.sweep_id} has no row in sweeps.", "Run the same command with --full."
        )
    return _result(
        manifest,
        counts=dict(row["counts"]),
        digest=row["digest"],
        version=row["determinations_version"],
        nothing_new=True,
    )


def _result(
    manifest: Manifest, *, counts: dict[str, int], digest: str, version: int, nothing_new: bool
) -> SweepResult:
    return SweepResult(
        sweep_id=manifest.sweep_id,
        as_of=manifest.as_of,
        what_if=manifest.what_if,
        nothing_new=nothing_new,
        counts=counts,
        digest=digest,
        version=version,
        notes=manifest.notes,
    )
