"""The state of a store: its extracts, feeds, prepare and last sweep, and the command that is due.

Nearly all of it is read from the notes of commits, so that at most two small queries are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from clearance.determine.manifest import (
    Manifest,
    deciding_code,
    engine_version,
    is_recorded,
    last_sweep,
)
from clearance.determine.plan import Plan, plan_sweep
from clearance.determine.side_feeds import packs_by_absent_feed
from clearance.feed.state import LoadedFeed, feed_state
from clearance.ingest.ledger import ACCEPTED, latest_day, read_ledger, refused_since
from clearance.platform.store.store import Store
from clearance.prepare.changed_people import PrepareState, read_states
from clearance.prepare.holes import lost_rows
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.side_feeds import KINDS
from clearance.prepare.statutes.match import load_statutes
from clearance.prepare.step import prepare_fingerprint, state_of_inputs
from clearance.rulebook.loading.load import load_rulebook
from clearance.schemas import FEEDS, TABLES
from clearance.settings import Settings

INGEST_DUE = "clearance ingest"
PREPARE_DUE = "clearance prepare"
DETERMINE_DUE = "clearance determine --as-of YYYY-MM-DD"


@dataclass(frozen=True)
class Extracts:
    """The extracts of a store.

    Attributes:
        accepted: their number.
        latest: the latest day of an accepted extract; None where none has a day.
        undated: the accepted extracts without a day.
        refused_since: the extract that was refused after the last accepted one; None without one.
    """

    accepted: int
    latest: date | None
    undated: tuple[str, ...]
    refused_since: str | None


@dataclass(frozen=True)
class FeedInStore:
    """A kind of feed in a store.

    Attributes:
        kind: the kind, and the name of its table.
        loaded: whether a feed of the kind was ever loaded.
        dated: the day that it is as of; None where unknown.
        rows: the number of its rows; None where it was never loaded.
        blocks: the packs for which facts are unknown because it was never loaded.
    """

    kind: str
    loaded: bool
    dated: date | None
    rows: int | None
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class LastSweep:
    """The last sweep of a store.

    Attributes:
        packs: the packs that it decided, by id; with `/COUNTY` where counties' options differ.
        recorded: whether it has its row in `sweeps`; its run died before where it has none.
        changed: what differs from it by now: `configuration`, `packs`, `code`, `records`.
    """

    sweep_id: str
    as_of: date
    what_if: bool
    packs: tuple[str, ...]
    selected: tuple[str, ...]
    code_version: str
    config_fingerprint: str
    recorded: bool
    changed: tuple[str, ...]


@dataclass(frozen=True)
class StoreState:
    """The state of a store.

    Attributes:
        tables: the version of each table that exists, by name.
        prepare_changed: what differs from the last prepare by now: `rules or code`,
            `source_rows`, `feeds`, `lost rows`; None where nothing is prepared as a whole.
        sweep: the last sweep; None before the first.
        code_version: of this installation.
        config_fingerprint: of the settings of this command.
        due: the commands that would bring the store up to date, in order.
    """

    tables: Mapping[str, int]
    extracts: Extracts
    feeds: tuple[FeedInStore, ...]
    prepare_changed: tuple[str, ...] | None
    sweep: LastSweep | None
    code_version: str
    config_fingerprint: str
    due: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def state_of_store(
    spark: SparkSession, store: Store, *, rules: Path, settings: Settings
) -> StoreState:
    """The state of a store.

    Args:
        spark: the session.
        store: the store of the tables.
        rules: the rules folder.
        settings: packs, policies, scenarios, switches.

    Raises:
        UsageError: the settings name an unknown pack or county.
        RulebookInvalid: the rules do not hold together.
        StoreFault: the log of a table is damaged.
    """
    versions = {table: store.version(spark, table) for table in TABLES}
    tables = {table: version for table, version in versions.items() if version >= 0}
    loaded = {kind: feed for kind in FEEDS if (feed := feed_state(spark, store, kind)) is not None}
    rulebook = load_rulebook(rules)
    _, manifest = last_sweep(spark, store)
    # Without a sweep: the versions without an end, which are in force on the last possible day.
    as_of, selected = (manifest.as_of, manifest.selected) if manifest else (date.max, ())
    plan = plan_sweep(rulebook, settings, as_of=as_of, selected=selected)
    blocked = packs_by_absent_feed(plan.assigned, catalogue=rulebook.catalogue, loaded=loaded)
    prepare_changed = None
    if "source_rows" in tables:
        prepare_changed = _changed_since_prepare(
            spark, store, rules=rules, source_rows=tables["source_rows"], loaded=loaded
        )
    sweep = None
    if manifest is not None:
        inputs = {name: tables[name] for name in (*loaded, "charges", "arrests") if name in tables}
        sweep = _last_sweep(
            manifest,
            plan=plan,
            settings=settings,
            inputs=inputs,
            recorded=is_recorded(spark, store, manifest.sweep_id),
        )
    return StoreState(
        tables=tables,
        extracts=_extracts(spark, store),
        feeds=tuple(_feed(kind, loaded.get(kind), blocked.get(kind, ())) for kind in FEEDS),
        prepare_changed=prepare_changed,
        sweep=sweep,
        code_version=engine_version(),
        config_fingerprint=settings.fingerprint,
        due=_due(tables, prepare_changed=prepare_changed, sweep=sweep),
    )


def _extracts(spark: SparkSession, store: Store) -> Extracts:
    ledger = read_ledger(spark, store)
    accepted = [row for row in ledger if row["status"] == ACCEPTED]
    undated = {row["extract"] for row in accepted if row["extract_date"] is None}
    return Extracts(
        accepted=len({row["extract"] for row in accepted}),
        latest=latest_day(ledger),
        undated=tuple(sorted(undated)),
        refused_since=refused_since(spark, store),
    )


def _feed(kind: str, feed: LoadedFeed | None, blocks: list[str] | tuple[str, ...]) -> FeedInStore:
    if feed is None:
        return FeedInStore(kind, loaded=False, dated=None, rows=None, blocks=tuple(blocks))
    return FeedInStore(kind, loaded=True, dated=feed.dated, rows=feed.rows, blocks=())


def _changed_since_prepare(
    spark: SparkSession,
    store: Store,
    *,
    rules: Path,
    source_rows: int,
    loaded: Mapping[str, LoadedFeed],
) -> tuple[str, ...] | None:
    """What a prepare would rest on that the last one did not; None where none is whole."""
    states = [state for _, state in read_states(spark, store).values()]
    prepared = states[0]
    if prepared is None or any(state != prepared for state in states):
        return None
    now = state_of_inputs(
        prepare_fingerprint(load_record_rules(rules), load_statutes(rules)),
        source_rows=source_rows,
        loaded={kind: feed for kind, feed in loaded.items() if kind in KINDS},
        lost=lost_rows(spark, store),
    )
    return _differences(prepared, now)


def _differences(prepared: PrepareState, now: PrepareState) -> tuple[str, ...]:
    differs = {
        "rules or code": prepared.prepare_fingerprint != now.prepare_fingerprint,
        "source_rows": prepared.source_rows != now.source_rows,
        "feeds": prepared.feeds != now.feeds,
        "lost rows": prepared.lost != now.lost,
    }
    return tuple(name for name, differs_now in differs.items() if differs_now)


def _last_sweep(
    manifest: Manifest,
    *,
    plan: Plan,
    settings: Settings,
    inputs: Mapping[str, int],
    recorded: bool,
) -> LastSweep:
    """The last sweep, compared with what a sweep of the same day would use by now.

    Args:
        manifest: of the sweep.
        plan: of a sweep of the same day and packs by today's rules and settings.
        settings: of this command.
        inputs: the version of each table that a sweep uses, by name.
        recorded: whether the sweep has its row in `sweeps`.
    """
    differs = {
        "configuration": manifest.config_fingerprint != settings.fingerprint,
        "packs": manifest.pack_fingerprints != plan.fingerprints,
        "code": deciding_code(manifest.code_version) != deciding_code(engine_version()),
        "records": manifest.input_versions != inputs,
    }
    return LastSweep(
        sweep_id=manifest.sweep_id,
        as_of=manifest.as_of,
        what_if=manifest.what_if,
        packs=tuple(sorted(manifest.pack_fingerprints)),
        selected=manifest.selected,
        code_version=manifest.code_version,
        config_fingerprint=manifest.config_fingerprint,
        recorded=recorded,
        changed=tuple(name for name, differs_now in differs.items() if differs_now),
    )


def _due(
    tables: Mapping[str, int],
    *,
    prepare_changed: tuple[str, ...] | None,
    sweep: LastSweep | None,
) -> tuple[str, ...]:
    """The commands that would bring the store up to date, in order."""
    if "source_rows" not in tables:
        return (INGEST_DUE, PREPARE_DUE, DETERMINE_DUE)
    if prepare_changed is None or prepare_changed:
        return (PREPARE_DUE, DETERMINE_DUE)
    if sweep is None or sweep.changed or not sweep.recorded:
        return (DETERMINE_DUE,)
    return ()
