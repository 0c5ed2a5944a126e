"""What changed since the last prepare: the note on its commits, and the people to prepare again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import reduce

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.errors import UsageError
from clearance.feed.state import changed_rows
from clearance.ingest.compare.fields_hash import subject_sums, sums_differ
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store, storage_faults
from clearance.prepare.holes import subjects_of_lost_rows
from clearance.prepare.side_feeds import KINDS, SideFeeds, side_feeds_at, with_person_id

# The tables of one prepare, in the order in which they are written.
TABLES = ("arrests", "charges")

# Beyond this share of the people, writing everybody anew is quicker than finding their rows.
LARGEST_SHARE = 0.3


@dataclass(frozen=True)
class PrepareState:
    """What a prepare rested on.

    Attributes:
        prepare_fingerprint: of the rules and the code that read the record.
        source_rows: version of `source_rows`.
        feeds: versions of the side feeds that were loaded, by kind.
        lost: the extracts of which lost rows counted, by name.
    """

    prepare_fingerprint: str
    source_rows: int
    feeds: dict[str, int]
    lost: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """The note as one line, for the commit."""
        return json.dumps(asdict(self), sort_keys=True)


def read_states(spark: SparkSession, store: Store) -> dict[str, tuple[int, PrepareState | None]]:
    """By table, its version and the note on its last commit that changed rows."""
    return {table: read_state(spark, store, table) for table in TABLES}


def read_state(
    spark: SparkSession, store: Store, table: str, *, until: int | None = None
) -> tuple[int, PrepareState | None]:
    """A table's version, and the note on its last commit that changed rows, up to a version."""
    commit = store.last_commit(spark, table, until=until)
    if commit is None:
        return -1, None
    try:
        return commit.version, PrepareState(**json.loads(commit.note)) if commit.note else None
    except (ValueError, TypeError):
        return commit.version, None


def whole_prepare(spark: SparkSession, store: Store) -> tuple[dict[str, int], PrepareState]:
    """The versions of the tables that one prepare left, and what it rested on.

    Raises:
        UsageError: there is none, or a prepare died between the tables.
    """
    found = read_states(spark, store)
    first, *others = [note for _, note in found.values()]
    if first is None or any(other != first for other in others):
        raise UsageError(
            f"The store {store.uri} is not prepared, or only in part.",
            "Run `clearance prepare` first: it makes charges and arrests of the same rows.",
        )
    return {table: version for table, (version, _) in found.items()}, first


def changed_people(
    spark: SparkSession, store: Store, *, earlier: PrepareState | None, now: PrepareState
) -> DataFrame | None:
    """A row is a subject whose record is another than at the last prepare: subject_id.

    Its source rows say something else, or a side feed does of it, or others are one person with
    it, or rows of it were lost. An extract that gives the same rows anew changes nobody. None where
    everybody is to be prepared: nothing was prepared before, the rules or the code are others, a
    feed came for the first time, or too many people changed for a change by person to be worth it.

    Args:
        spark: the session.
        store: where the tables are.
        earlier: what the tables rest on.
        now: what they shall rest on.
    """
    if earlier is None or earlier.prepare_fingerprint != now.prepare_fingerprint:
        return None
    # Merges change nothing by coming for the first time; the others speak of everybody.
    if (set(earlier.feeds) | {"merges"}) != (set(now.feeds) | {"merges"}):
        return None
    records = _compare_source_rows(spark, store, earlier=earlier, now=now)
    if records is not None:
        # Two versions of the source rows are compared once: counted here, read again when people
        # are.
        records.persist(StorageLevel.MEMORY_AND_DISK)
        with storage_faults("comparing source_rows with its earlier version"):
            numbers = records.agg(F.count("*"), F.count_if("changed")).first()
        assert numbers is not None
        everybody, changed = numbers
        if changed > LARGEST_SHARE * everybody:
            records.unpersist()
            return None
    return _all_changed_subjects(spark, store, records, earlier=earlier, now=now)


def people_with_other_records(
    spark: SparkSession, store: Store, *, earlier: PrepareState, now: PrepareState
) -> DataFrame:
    """A row is a subject of whom source rows, feeds or merges say another thing: subject_id.

    Unlike `changed_people`, however many they are, and whatever the rules and the code were.

    Args:
        spark: the session.
        store: where the tables are.
        earlier: what the record was.
        now: what it is.
    """
    records = _compare_source_rows(spark, store, earlier=earlier, now=now)
    return _all_changed_subjects(spark, store, records, earlier=earlier, now=now)


def _compare_source_rows(
    spark: SparkSession, store: Store, *, earlier: PrepareState, now: PrepareState
) -> DataFrame | None:
    """A row is a subject, and whether its source rows say something else: subject_id, changed.

    None where they are of one version.
    """
    if earlier.source_rows == now.source_rows:
        return None
    with storage_faults("comparing source_rows with its earlier version"):
        before, after = (
            store.read_rows_of(spark, "source_rows", version=note.source_rows)
            for note in (earlier, now)
        )
        dated = _subjects_with_lost_rows(spark, store, earlier=earlier, now=now)
        sums = subject_sums(after, sign=1, dated=dated).unionByName(
            subject_sums(before, sign=-1, dated=dated)
        )
        return sums.groupBy("subject_id").agg(sums_differ().alias("changed"))


def _subjects_with_lost_rows(
    spark: SparkSession, store: Store, *, earlier: PrepareState, now: PrepareState
) -> DataFrame | None:
    """A row is a subject of whom rows were lost: the next extract tells whether they still are.

    None where nothing was lost.
    """
    extracts = sorted({*earlier.lost, *now.lost})
    if not extracts:
        return None
    lost = subjects_of_lost_rows(store.read(spark, "quarantine"), extracts=extracts)
    return lost.select("subject_id").distinct()


def _all_changed_subjects(
    spark: SparkSession,
    store: Store,
    records: DataFrame | None,
    *,
    earlier: PrepareState,
    now: PrepareState,
) -> DataFrame:
    told = list(_subjects_of_changed_feeds(spark, store, earlier=earlier, now=now))
    if records is not None:
        told.append(records.where("changed").select("subject_id"))
    if not told:
        return literal_table(spark, [], {"subject_id": "string"})
    subjects = reduce(DataFrame.unionByName, told)
    merges = now.feeds.get("merges")
    if merges is not None:
        feeds = side_feeds_at(spark, store, versions={"merges": merges})
        subjects = whole_people(subjects, feeds=feeds)
    return subjects.distinct()


def _subjects_of_changed_feeds(
    spark: SparkSession, store: Store, *, earlier: PrepareState, now: PrepareState
) -> Iterator[DataFrame]:
    """Subjects of whom a feed, or what was lost, says something else than before."""
    for kind in KINDS:
        before, after = earlier.feeds.get(kind), now.feeds.get(kind)
        if before == after:
            continue
        other = changed_rows(spark, store, kind, before=before, after=after)
        for name in other.columns:
            if name.endswith("subject_id"):
                yield other.select(F.col(name).alias("subject_id"))
    if lost := sorted(set(earlier.lost) ^ set(now.lost)):
        rows = store.read(spark, "quarantine")
        yield subjects_of_lost_rows(rows, extracts=lost).select("subject_id")


def whole_people(subjects: DataFrame, *, feeds: SideFeeds) -> DataFrame:
    """The subjects, with all that are one person with one of them; repeated ones among them.

    Args:
        subjects: subject_id, and what else may stand beside it, which all of the person get.
        feeds: the merges among them.
    """
    if feeds.merges is None:
        return subjects
    beside = [name for name in subjects.columns if name != "subject_id"]
    with_person = with_person_id(subjects, feeds=feeds)
    people = with_person.select("person_id", *beside).distinct()
    theirs = feeds.merges.select(
        F.col("from_subject_id").alias("subject_id"),
        F.col("surviving_subject_id").alias("person_id"),
    ).join(people, on="person_id", how="inner")
    survivors = people.select(F.col("person_id").alias("subject_id"), *beside)
    every = subjects.unionByName(theirs.select("subject_id", *beside))
    return every.unionByName(survivors)
