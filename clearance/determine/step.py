"""determine: the packs in force over every unit, as one sweep."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
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
    record,
    sweep_row,
)
from clearance.determine.plan import Plan, plan_sweep
from clearance.determine.scope import Scope, scope_of
from clearance.determine.side_feeds import REVIEWS, absent_feeds, reviews_version, with_reviews
from clearance.determine.write import write_sweep
from clearance.errors import UsageError
from clearance.ingest.ledger import latest_extract_day, refused_since, said_of_refused
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
    """What a sweep did.

    Attributes:
        nothing_new: the latest sweep already says all this; nothing was written.
        counts: rows by `pack/OUTCOME`.
        version: version of `determinations` after the sweep.
        notes: packs left out, and other things a reader should know.
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
    """One sweep into `determinations`, `sweeps` and `packs`.

    Args:
        spark: the session.
        store: must hold `charges` and `arrests`; none is created here.
        as_of: the sweep's date.
        rules: the rules folder.
        settings: packs, policies, scenarios, switches.
        clock: the wall clock, for the manifest only.
        selected: `--pack` ids; none for everything configured.
        full: compute again even where nothing changed.
        rulebook: of `rules`, where the caller has read it.

    Raises:
        UsageError: the store has not been prepared, or an unknown pack or county is named.
        RulebookInvalid: the rules do not hold together.
    """
    rulebook = rulebook or load_rulebook(rules)
    plan = plan_sweep(rulebook, settings, as_of=as_of, selected=selected)
    # Rows that arrive meanwhile are the next sweep's.
    versions, prepared = whole_prepare(spark, store)
    loaded = prepared.feeds
    reviewed = reviews_version(spark, store)
    inputs = {
        table: store.read(spark, table, version=max(version, 0))
        for table, version in versions.items()
    }
    _check_columns(plan, inputs)
    refused = refused_since(spark, store)
    after, latest = last_sweep(spark, store)
    recovered = _recover(spark, store, after, latest, clock)
    started_at = clock()
    manifest = make_manifest(
        as_of=as_of,
        what_if=_is_what_if(spark, store, as_of, selected, started_at=started_at),
        started_at=started_at,
        code_version=engine_version(),
        config_fingerprint=settings.fingerprint,
        input_versions={**versions, **loaded, **reviewed},
        pack_fingerprints=plan.fingerprints,
        selected=plan.selected,
        notes=(
            *plan.notes,
            *absent_feeds(plan.assigned, catalogue=rulebook.catalogue, loaded=loaded),
            *([said_of_refused(refused)] if refused else []),
        ),
        assigned=plan.as_record(),
        previous=recovered.sweep_id if recovered is not None else f"version {after}",
    )
    if recovered is not None and recovered.same_as == manifest.same_as and not full:
        return _known(spark, store, recovered)
    with stage(f"determining {len(plan.assigned)} packs as of {as_of}"):
        _record_packs(spark, store, plan, previous=recovered)
        scope = scope_of(spark, store, previous=recovered, now=manifest, full=full)
        said = decide(inputs, plan, as_of=as_of, scope=scope)
        offices = store.read(spark, REVIEWS, version=reviewed[REVIEWS]) if reviewed else None
        decided = with_reviews(said, reviews=offices, first_days=plan.first_days)
        touched = None
        if recovered is not None:
            standing = store.read(spark, "determinations", version=after)
            touched = scope.existing_rows(standing, selected=plan.selected)
        version = write_sweep(spark, store, decided, manifest, touched=touched, after=after)
    with stage("digest and manifest"):
        before = sweep_row(spark, store, recovered.sweep_id) if recovered is not None else None
        tally = record(
            *(spark, store, manifest),
            version=version,
            finished_at=clock(),
            before=before,
            steps=steps_behind(store.root),
        )
    counts, digest = tally.counts, tally.digest
    return _result(manifest, counts=counts, digest=digest, version=version, nothing_new=False)


def decide(
    inputs: Mapping[str, DataFrame], plan: Plan, *, as_of: date | str, scope: Scope
) -> DataFrame:
    """A row a unit and pack that the scope asks for: determinations without `sweep_id`.

    Args:
        inputs: `charges` and `arrests` by name.
        plan: the packs.
        as_of: the sweep's date, or the column of the inputs that has each unit's own.
        scope: which packs and people.
    """
    parts = []
    for unit, table in UNIT_TABLES.items():
        units = inputs[table]
        if unit == "conviction":
            units = units.where("convicted")
        whole = [item for item in plan.of(unit) if item.bound.pack.pack in scope.everything]
        others = [item for item in plan.of(unit) if item not in whole]
        if whole:
            parts.append(evaluate(units, whole, as_of=as_of))
        if others and scope.people is not None:
            some = units.join(scope.people, on="subject_id", how="left_semi")
            parts.append(evaluate(some, others, as_of=as_of))
    if not parts:
        spark = inputs["charges"].sparkSession
        return spark.createDataFrame([], _empty_ddl())
    return reduce(DataFrame.unionByName, parts)


def _check_columns(plan: Plan, inputs: Mapping[str, DataFrame]) -> None:
    """Refuse tables that an earlier release prepared, where a pack asks for more than they have."""
    for unit, table in UNIT_TABLES.items():
        asked = {name for item in plan.of(unit) for name in item.bound.columns}
        if not asked <= set(inputs[table].columns):
            raise UsageError(
                f"{table} was prepared by an earlier release, and the rules ask for more.",
                "Run `clearance prepare` first.",
            )


def _empty_ddl() -> str:
    lines = [line.strip().rstrip(",") for line in DETERMINATIONS.ddl.strip().split("\n")]
    return ", ".join(line for line in lines if not line.startswith("sweep_id "))


def _recover(
    spark: SparkSession,
    store: Store,
    version: int,
    latest: Manifest | None,
    clock: Callable[[], datetime],
) -> Manifest | None:
    """The latest sweep's manifest; its `sweeps` row is written now if a job died before it."""
    if latest is not None and not is_recorded(spark, store, latest.sweep_id):
        record(spark, store, latest, version=version, finished_at=clock())
    return latest


def _is_what_if(
    spark: SparkSession, store: Store, as_of: date, selected: Sequence[str], *, started_at: datetime
) -> bool:
    """Whether as-of lies before the extract's date or ahead, or a version is named by hand.

    Ahead means after the day, in UTC, on which the sweep is started: what may happen until then
    nobody knows.
    """
    if any("@" in name for name in selected) or as_of > started_at.astimezone(UTC).date():
        return True
    latest = latest_extract_day(spark, store)
    return latest is not None and as_of < latest


def _record_packs(
    spark: SparkSession, store: Store, plan: Plan, *, previous: Manifest | None
) -> None:
    """Keep each pack as used, by fingerprint, so that old evidence can be read.

    What the sweep before used is there already; only for others is the table looked into.
    """
    known = set(previous.pack_fingerprints.values()) if previous is not None else set()
    after = store.version(spark, "packs")
    if after >= 0 and set(plan.stored) - known:
        packs = store.read(spark, "packs", version=after).select("fingerprint").collect()
        known |= {row["fingerprint"] for row in packs}
    rows = [
        (
            fingerprint,
            bound.pack.pack,
            bound.pack.version,
            text,
            [fact.name for fact in bound.facts],
        )
        for fingerprint, (bound, text) in plan.stored.items()
        if fingerprint not in known
    ]
    if rows:
        note = json.dumps({"packs": sorted(row[0] for row in rows)})
        with store.compare_and_commit(spark, "packs", after=after, note=note):
            store.append(literal_table(spark, rows, PACKS.types), "packs")


def _known(spark: SparkSession, store: Store, manifest: Manifest) -> SweepResult:
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
