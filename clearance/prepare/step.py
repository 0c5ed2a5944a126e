"""Prepare: source rows to `charges` and `arrests`, of the people who changed.

Nothing in them depends on an as-of date or on a pack, so they change only with the source rows,
with the side feeds, and with the rules and code that read them: the prepare fingerprint. All are
noted on the commits: a second run on the same does nothing, and a run on new source rows or feeds
prepares only the people of whom they say something else than at the noted versions. When the
fingerprint differs, everything is prepared again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.feed.state import LoadedFeed
from clearance.ingest.unrecorded import check_recorded
from clearance.platform.code_hash import code_hash
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import print_line, stage
from clearance.prepare.arrests import arrests
from clearance.prepare.cached_rows import cached_rows
from clearance.prepare.changed_people import TABLES, PrepareState, changed_people, read_states
from clearance.prepare.features import charges, features
from clearance.prepare.holes import Lost, lost_rows
from clearance.prepare.record.events import history, typed_rows
from clearance.prepare.record.quality import FLAGS
from clearance.prepare.record.rules import RecordRules, load_record_rules
from clearance.prepare.side_feeds import SideFeeds, loaded_feeds, side_feeds
from clearance.prepare.statutes.lists import StatuteLists
from clearance.prepare.statutes.match import load_statutes


@dataclass(frozen=True)
class PrepareResult:
    """What a run of prepare left in the store.

    Attributes:
        changed: whether anything was written; false where source rows and rules are the same.
        source_version: the version of `source_rows` that was read.
        feeds: versions of the side feeds that were read, by kind; one never loaded is not there.
        fingerprint: of the rules and the code that read them.
        people: persons with at least one count.
        charges: counts.
        convictions: counts that are convictions.
        arrests: arrest events.
        unparsed_texts: distinct charge texts that could not be read.
        unparsed: counts whose charge text could not be read.
        unclassified: counts whose charge is not known to the rules.
        quality: rows of `charges` by data-quality flag.
    """

    changed: bool
    source_version: int
    feeds: dict[str, int]
    fingerprint: str
    people: int
    charges: int
    convictions: int
    arrests: int
    unparsed_texts: int
    unparsed: int
    unclassified: int
    quality: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The result as plain values, for `--json`."""
        return asdict(self)


@logged("prepare")
def prepare(
    spark: SparkSession, store: Store, *, rules: Path, with_history: bool = False
) -> PrepareResult:
    """Write `charges` and `arrests` from the store's source rows.

    Args:
        spark: the session.
        store: where the tables are.
        rules: the rules folder.
        with_history: write the typed events of everybody into `history`, too.

    Raises:
        RulebookInvalid: the rules for reading a record do not hold.
        UsageError: the store has no source rows yet, or an ingest has not finished.
    """
    record, statutes = load_record_rules(rules), load_statutes(rules)
    # Rows that arrive meanwhile are the next run's.
    version = max(store.version(spark, "source_rows"), 0)
    source = store.read(spark, "source_rows", version=version)
    check_recorded(spark, store)
    fingerprint = prepare_fingerprint(record, statutes)
    loaded = loaded_feeds(spark, store)
    lost = lost_rows(spark, store)
    feeds = side_feeds(spark, store, loaded=loaded).with_holes(lost, source=source)
    note = state_of_inputs(fingerprint, source_rows=version, loaded=loaded, lost=lost)
    found = read_states(spark, store)
    earlier, *others = [noted for _, noted in found.values()]
    if any(other != earlier for other in others):
        earlier = None
    changed = earlier != note
    if changed:
        people = changed_people(spark, store, earlier=earlier, now=note)
        writer = _Writer(store, people, note, {table: found[table][0] for table in TABLES})
        doing = "everyone" if people is None else "the people who changed"
        with stage(f"Preparing {doing}"):
            _write_tables(source, writer, record=record, statutes=statutes, feeds=feeds)
    else:
        print_line(
            "Prepare: source rows, feeds and rules are the same as last time; nothing to do."
        )
    if with_history:
        with stage("Writing history"):
            store.replace(history(typed_rows(source, rules=record)), "history")
    return _count_result(spark, store, changed=changed, note=note)


def state_of_inputs(
    fingerprint: str, *, source_rows: int, loaded: Mapping[str, LoadedFeed], lost: Lost | None
) -> PrepareState:
    """What a prepare rests on, for the note of its commits.

    Args:
        fingerprint: `prepare_fingerprint`.
        source_rows: version of `source_rows`.
        loaded: the feeds that the store has, by kind.
        lost: the rows that were lost; None where none were.
    """
    return PrepareState(
        fingerprint,
        source_rows,
        {kind: feed.version for kind, feed in loaded.items()},
        lost.names if lost is not None else [],
    )


def prepare_fingerprint(record: RecordRules, statutes: StatuteLists) -> str:
    """A hash of everything but the source rows that the tables depend on: rules and this code.

    Args:
        record: the rules for reading a record.
        statutes: the statute lists.
    """
    rests_on = (record.fingerprint, statutes.fingerprint, code_hash("clearance.prepare.step"))
    return hashlib.sha256("\0".join(rests_on).encode()).hexdigest()


@dataclass(frozen=True)
class _Writer:
    """Puts people's rows into the tables: everybody's where `people` is None."""

    store: Store
    people: DataFrame | None
    note: PrepareState
    versions: Mapping[str, int]

    def put(self, rows: DataFrame, table: str) -> None:
        note = self.note.as_json()
        spark, after = rows.sparkSession, self.versions[table]
        with self.store.compare_and_commit(spark, table, after=after, note=note):
            if self.people is None:
                self.store.replace(rows, table)
            else:
                self.store.replace_people(rows, table, people=self.people)


def _write_tables(
    source: DataFrame,
    writer: _Writer,
    *,
    record: RecordRules,
    statutes: StatuteLists,
    feeds: SideFeeds,
) -> None:
    people = writer.people
    if people is not None:
        people.persist(StorageLevel.MEMORY_AND_DISK)
        source = source.join(people, on="subject_id", how="left_semi")
    typed = typed_rows(source, rules=record)
    worked_out = features(typed, source=source, rules=record, statutes=statutes, feeds=feeds)
    try:
        with cached_rows(worked_out.counts) as counts:
            both = replace(worked_out, counts=counts)
            writer.put(arrests(both), "arrests")
            writer.put(charges(both), "charges")
    finally:
        worked_out.texts.release()
        if people is not None:
            people.unpersist()


def _count_result(
    spark: SparkSession, store: Store, *, changed: bool, note: PrepareState
) -> PrepareResult:
    unread = F.expr("NOT parsed AND charge_source IS NOT NULL")
    flags = [F.count_if(F.array_contains("quality", flag)).alias(flag) for flag in FLAGS]
    with storage_faults("counting what was prepared"):
        events = store.read(spark, "arrests").agg(F.count("*").alias("arrests"))
        totals = (
            store.read(spark, "charges")
            .agg(
                F.countDistinct("subject_id").alias("people"),
                F.count("*").alias("charges"),
                F.count_if("convicted").alias("convictions"),
                F.countDistinct(F.when(unread, F.col("charge_text"))).alias("texts"),
                F.count_if(unread).alias("unparsed"),
                F.count_if(~F.col("classified")).alias("unclassified"),
                *flags,
            )
            .crossJoin(events)
            .first()
        )
    assert totals is not None
    return PrepareResult(
        changed=changed,
        source_version=note.source_rows,
        feeds=note.feeds,
        fingerprint=note.prepare_fingerprint,
        people=totals["people"],
        charges=totals["charges"],
        convictions=totals["convictions"],
        arrests=totals["arrests"],
        unparsed_texts=totals["texts"],
        unparsed=totals["unparsed"],
        unclassified=totals["unclassified"],
        quality={flag: totals[flag] for flag in sorted(FLAGS) if totals[flag]},
    )
