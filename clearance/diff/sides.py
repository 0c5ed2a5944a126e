"""What is compared: the rows that a sweep left, or the same record decided by other rules.

A record that other rules read otherwise (statute lists, dispositions) is prepared again in memory.
Nothing is written into the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from clearance.determine.plan import Plan, plan_sweep
from clearance.determine.recorded import Sweep
from clearance.determine.scope import Scope
from clearance.determine.side_feeds import REVIEWS, with_reviews
from clearance.determine.step import UNIT_TABLES, decide
from clearance.diff.assumed import with_assumed
from clearance.errors import StoreFault
from clearance.platform.store.store import Store
from clearance.prepare.arrests import arrests
from clearance.prepare.changed_people import PrepareState, read_state
from clearance.prepare.features import charges, features
from clearance.prepare.holes import lost_rows
from clearance.prepare.kept import kept
from clearance.prepare.record.events import typed_rows
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.side_feeds import SideFeeds, side_feeds_at
from clearance.prepare.statutes.match import load_statutes
from clearance.prepare.step import prepare_fingerprint
from clearance.rulebook.language.model import ParamValue
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import Settings


@dataclass(frozen=True)
class OtherRules:
    """Rules by which the record of a sweep is decided, and the values assumed in place of theirs.

    Attributes:
        folder: the rules.
        settings: packs, policies, scenarios, switches.
        assumed: values of params by name, over those of the packs.
    """

    folder: Path
    settings: Settings
    assumed: Mapping[str, ParamValue]

    def plan(self, sweep: Sweep) -> Plan:
        """The packs, as of the sweep's date."""
        rulebook = load_rulebook(self.folder)
        plan = plan_sweep(rulebook, self.settings, as_of=sweep.as_of)
        return with_assumed(plan, self.assumed)


@contextmanager
def decided_by(
    rules: OtherRules, spark: SparkSession, store: Store, sweep: Sweep
) -> Iterator[tuple[DataFrame, bool]]:
    """The record of a sweep as other rules decide it, and whether it was prepared again.

    A row is a determination without `sweep_id`; it can be read within the block.

    Args:
        rules: by which.
        spark: the session.
        store: where the tables are.
        sweep: whose record and as-of.

    Raises:
        StoreFault: what the sweep rests on cannot be read any more.
    """
    plan = rules.plan(sweep)
    scope = Scope(frozenset(item.bound.pack.pack for item in plan.assigned), None)
    with _units(rules.folder, spark, store, sweep) as (units, again):
        said = decide(units, plan, as_of=sweep.as_of, scope=scope)
        reviewed = sweep.input_versions.get(REVIEWS)
        offices = None if reviewed is None else store.read(spark, REVIEWS, version=reviewed)
        yield with_reviews(said, reviews=offices, first_days=plan.first_days), again


@contextmanager
def _units(
    folder: Path, spark: SparkSession, store: Store, sweep: Sweep
) -> Iterator[tuple[dict[str, DataFrame], bool]]:
    """The sweep's `charges` and `arrests` by name, as these rules read the record."""
    record, statutes = load_record_rules(folder), load_statutes(folder)
    _, note = read_state(spark, store, "charges", until=sweep.input_versions.get("charges"))
    if note is None:
        raise StoreFault(
            f"What sweep {sweep.sweep_id} rests on is not noted in the store {store.uri}.",
            "Compare a later sweep; `clearance sweeps` lists them.",
        )
    if note.prepare_fingerprint == prepare_fingerprint(record, statutes):
        yield {table: sweep.read(spark, store, table) for table in UNIT_TABLES.values()}, False
        return
    source = sweep.read(spark, store, "source_rows")
    typed = typed_rows(source, rules=record)
    feeds = _feeds(spark, store, note, source)
    read = features(typed, source=source, rules=record, statutes=statutes, feeds=feeds)
    try:
        with kept(read.counts) as counts:
            both = replace(read, counts=counts)
            yield {"arrests": arrests(both), "charges": charges(both)}, True
    finally:
        read.texts.give_back()


def _feeds(spark: SparkSession, store: Store, note: PrepareState, source: DataFrame) -> SideFeeds:
    """The feeds that were read with the record, and the holes that it has."""
    feeds = side_feeds_at(spark, store, versions=note.feeds)
    return feeds.and_holes(lost_rows(spark, store), source=source)
