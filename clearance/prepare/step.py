"""Prepare: source rows to `charges` and `arrests`, for the people whose records changed.

Both tables depend on the source rows, the side feeds, and the rules and code that read them (the
prepare fingerprint); not on an as-of date or a pack. The commits note these inputs. A run with the
same inputs writes nothing. A run with new source rows or feeds prepares the people whose records
differ from the noted versions. A run with another fingerprint prepares everybody.
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
    """The tables after a run of prepare, in figures.

    Attributes:
        changed: whether anything was written; false where the inputs are the same.
        source_version: the version of `source_rows` that was read.
        feeds: versions of the side feeds that were read, by kind; without those never loaded.
        fingerprint: hash of the rules and the code that read the record.
        people: persons with at least one count.
        charges: counts.
        convictions: counts that are convictions.
        arrests: arrest events.
        unparsed_texts: distinct charge texts that cannot be parsed.
        unparsed: counts whose charge text cannot be parsed.
        unclassified: counts whose charge the rules do not know.
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
        with_history: also write the typed events of everybody into `history`.

    Raises:
        RulebookInvalid: the rules for reading a record are invalid.
        UsageError: the store has no source rows yet, or an ingest has not finished.
    """
    record, statutes = load_record_rules(rules), load_statutes(rules)
    # Rows that arrive during this run are left to the next run.
    version = max(store.version(spark, "source_rows"), 0)
    source = store.read(spark, "source_rows", version=version)
    check_recorded(spark, store)
    fingerprint = prepare_fingerprint(record, statutes)
    loaded = loaded_feeds(spark, store)
    lost = lost_rows(spark, store)
    feeds = side_feeds(spark, store, loaded=loaded).with_holes(lost, source=source)
    now = state_of_inputs(fingerprint, source_rows=version, loaded=loaded, lost=lost)
    states = read_states(spark, store)
    earlier, *others = [state for _, state in states.values()]
    if any(other != earlier for other in others):
        earlier = None
    changed = earlier != now
    if changed:
        people = changed_people(spark, store, earlier=earlier, now=now)
        writer = _Writer(store, people, now, {table: states[table][0] for table in TABLES})
        whom = "everyone" if people is None else "the people who changed"
        with stage(f"Preparing {whom}"):
            _write_tables(source, writer, record=record, statutes=statutes, feeds=feeds)
    else:
        print_line(
            "Prepare: source rows, feeds and rules are the same as last time; nothing to do."
        )
    if with_history:
        with stage("Writing history"):
            store.replace(history(typed_rows(source, rules=record)), "history")
    return _count_result(spark, store, changed=changed, now=now)


def state_of_inputs(
    fingerprint: str, *, source_rows: int, loaded: Mapping[str, LoadedFeed], lost: Lost | None
) -> PrepareState:
    """The inputs of a prepare, for the note of its commits.

    Args:
        fingerprint: `prepare_fingerprint`.
        source_rows: version of `source_rows`.
        loaded: the feeds that the store has, by kind.
        lost: the lost rows; None where no row was lost.
    """
    return PrepareState(
        fingerprint,
        source_rows,
        {kind: feed.version for kind, feed in loaded.items()},
        lost.names if lost is not None else [],
    )


def prepare_fingerprint(record: RecordRules, statutes: StatuteLists) -> str:
    """A hash of the rules and the code that `charges` and `arrests` depend on.

    Args:
        record: the rules for reading a record.
        statutes: the statute lists.
    """
    hashes = (record.fingerprint, statutes.fingerprint, code_hash("clearance.prepare.step"))
    return hashlib.sha256("\0".join(hashes).encode()).hexdigest()


@dataclass(frozen=True)
class _Writer:
    """Writes the rows of some people, or of everybody where `people` is None, into the tables."""

    store: Store
    people: DataFrame | None
    inputs: PrepareState
    versions: Mapping[str, int]

    def write(self, rows: DataFrame, table: str) -> None:
        note = self.inputs.as_json()
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
    prepared = features(typed, source=source, rules=record, statutes=statutes, feeds=feeds)
    try:
        with cached_rows(prepared.counts) as counts:
            cached = replace(prepared, counts=counts)
            writer.write(arrests(cached), "arrests")
            writer.write(charges(cached), "charges")
    finally:
        prepared.texts.release()
        if people is not None:
            people.unpersist()


def _count_result(
    spark: SparkSession, store: Store, *, changed: bool, now: PrepareState
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
        source_version=now.source_rows,
        feeds=now.feeds,
        fingerprint=now.prepare_fingerprint,
        people=totals["people"],
        charges=totals["charges"],
        convictions=totals["convictions"],
        arrests=totals["arrests"],
        unparsed_texts=totals["texts"],
        unparsed=totals["unparsed"],
        unclassified=totals["unclassified"],
        quality={flag: totals[flag] for flag in sorted(FLAGS) if totals[flag]},
    )
