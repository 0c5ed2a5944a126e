"""A side of a comparison: the rows that a sweep left, or the same record decided by other rules.

If the rules read the record differently (statute lists, dispositions), it is prepared again in
memory.
Nothing is written into the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from clearance.determine.plan import Plan, plan_sweep
from clearance.determine.recorded import Sweep
from clearance.determine.scope import Scope
from clearance.determine.side_feeds import REVIEWS, read_reviews, with_reviews
from clearance.determine.step import UNIT_TABLES, decide
from clearance.diff.assumed import with_assumed
from clearance.errors import StoreFault
from clearance.platform.store.store import Store
from clearance.prepare.changed_people import PrepareState, read_state
from clearance.prepare.holes import lost_rows
from clearance.prepare.in_memory import prepared_in_memory
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.side_feeds import SideFeeds, side_feeds_at
from clearance.prepare.statutes.match import load_statutes
from clearance.prepare.step import prepare_fingerprint
from clearance.rulebook.language.model import ParamValue
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import Settings


@dataclass(frozen=True)
class OtherRules:
    """Rules that decide the record of a sweep, and values assumed in place of theirs.

    Attributes:
        folder: the rules.
        settings: packs, policies, scenarios, switches.
        assumed: values of params by name, in place of the packs' own.
    """

    folder: Path
    settings: Settings
    assumed: Mapping[str, ParamValue]

    def plan(self, sweep: Sweep) -> Plan:
        """The plan of these rules as of the sweep's date."""
        rulebook = load_rulebook(self.folder)
        plan = plan_sweep(rulebook, self.settings, as_of=sweep.as_of)
        return with_assumed(plan, self.assumed)


@contextmanager
def decided_by(
    rules: OtherRules, spark: SparkSession, store: Store, sweep: Sweep
) -> Iterator[tuple[DataFrame, bool]]:
    """The record of a sweep decided by other rules, and whether it was prepared again.

    One row per determination, without `sweep_id`; the rows can be read within the block only.

    Args:
        rules: the rules that decide.
        spark: the session.
        store: the store of the tables.
        sweep: the sweep whose record and as-of are used.

    Raises:
        StoreFault: a version that the sweep used has been removed.
    """
    plan = rules.plan(sweep)
    scope = Scope(frozenset(item.resolved.pack.pack for item in plan.assigned), None)
    with _units_of(rules.folder, spark, store, sweep) as (units, prepared_again):
        decided = decide(units, plan, as_of=sweep.as_of, scope=scope)
        reviews = read_reviews(spark, store, version=sweep.input_versions.get(REVIEWS))
        yield with_reviews(decided, reviews=reviews, first_days=plan.first_days), prepared_again


@contextmanager
def _units_of(
    folder: Path, spark: SparkSession, store: Store, sweep: Sweep
) -> Iterator[tuple[dict[str, DataFrame], bool]]:
    """The sweep's `charges` and `arrests` by name, prepared by these rules."""
    record, statutes = load_record_rules(folder), load_statutes(folder)
    _, state = read_state(spark, store, "charges", until=sweep.input_versions.get("charges"))
    if state is None:
        raise StoreFault(
            f"What sweep {sweep.sweep_id} rests on is not noted in the store {store.uri}.",
            "Compare a later sweep; `clearance sweeps` lists them.",
        )
    if state.prepare_fingerprint == prepare_fingerprint(record, statutes):
        yield {table: sweep.read(spark, store, table) for table in UNIT_TABLES.values()}, False
        return
    source = sweep.read(spark, store, "source_rows")
    feeds = _load_feeds(spark, store, state, source)
    with prepared_in_memory(source, record=record, statutes=statutes, feeds=feeds) as units:
        yield units, True


def _load_feeds(
    spark: SparkSession, store: Store, state: PrepareState, source: DataFrame
) -> SideFeeds:
    """The feeds that the record was prepared with, and the record's holes."""
    feeds = side_feeds_at(spark, store, versions=state.feeds)
    return feeds.with_holes(lost_rows(spark, store), source=source)
