"""Changes since the last prepare: the note on its commits, and the people to prepare again."""

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
from clearance.ingest.fields_hash import subject_sums
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store, storage_faults
from clearance.prepare.holes import subjects_of_lost_rows
from clearance.prepare.side_feeds import KINDS, SideFeeds, side_feeds_at, with_person_id

# The tables of one prepare, in the order in which they are written.
TABLES = ("arrests", "charges")

# Where a larger share of the people changed, writing everybody's rows is quicker than finding the
# rows of those people.
LARGEST_SHARE = 0.3


@dataclass(frozen=True)
class PrepareState:
    """The inputs of a prepare.

    Attributes:
        prepare_fingerprint: hash of the rules and the code that read the record.
        source_rows: version of `source_rows`.
        feeds: versions of the side feeds that were loaded, by kind.
        lost: names of the extracts whose lost rows made records incomplete.
    """

    prepare_fingerprint: str
    source_rows: int
    feeds: dict[str, int]
    lost: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """The state as one line of JSON, for the note of a commit."""
        return json.dumps(asdict(self), sort_keys=True)


def read_states(spark: SparkSession, store: Store) -> dict[str, tuple[int, PrepareState | None]]:
    """By table: its version, and the state noted on the last commit that changed rows."""
    return {table: read_state(spark, store, table) for table in TABLES}


def read_state(
    spark: SparkSession, store: Store, table: str, *, until: int | None = None
) -> tuple[int, PrepareState | None]:
    """A table's version, and the state noted on the last commit that changed rows.

    The version is -1 where the table has no commit. The state is null where the commit has no note,
    or a note that cannot be read.

    Args:
        spark: the session.
        store: where the tables are.
        table: its name.
        until: the newest version to look at.
    """
    commit = store.last_commit(spark, table, until=until)
    if commit is None:
        return -1, None
    try:
        return commit.version, PrepareState(**json.loads(commit.note)) if commit.note else None
    except (ValueError, TypeError):
        return commit.version, None


def whole_prepare(spark: SparkSession, store: Store) -> tuple[dict[str, int], PrepareState]:
    """The versions of the tables that the last prepare wrote, and the inputs of that prepare.

    Raises:
        UsageError: the store was never prepared, or a prepare ended between the tables.
    """
    states = read_states(spark, store)
    first, *others = [state for _, state in states.values()]
    if first is None or any(other != first for other in others):
        raise UsageError(
            f"The store {store.uri} is not prepared, or only in part.",
            "Run `clearance prepare` first: it makes charges and arrests of the same rows.",
        )
    return {table: version for table, (version, _) in states.items()}, first


def changed_people(
    spark: SparkSession, store: Store, *, earlier: PrepareState | None, now: PrepareState
) -> DataFrame | None:
    """A row is a subject whose record changed since the last prepare: subject_id.

    A record changes with its source rows, the rows of a side feed, its merges and its lost rows. An
    extract that delivers the same rows again changes nobody. The result is None where everybody is
    to be prepared: nothing was prepared before, the rules or the code changed, a feed was loaded
    for the first time, or more people changed than `LARGEST_SHARE`.

    Args:
        spark: the session.
        store: where the tables are.
        earlier: the inputs of the last prepare.
        now: the inputs of this prepare.
    """
    if earlier is None or earlier.prepare_fingerprint != now.prepare_fingerprint:
        return None
    # A first load of merges changes only merged people; a first load of another feed everybody.
    if (set(earlier.feeds) | {"merges"}) != (set(now.feeds) | {"merges"}):
        return None
    records = _compare_source_rows(spark, store, earlier=earlier, now=now)
    if records is not None:
        # The comparison of the two versions is used twice: here, and where the people are written.
        records.persist(StorageLevel.MEMORY_AND_DISK)
        with storage_faults("comparing source_rows with its earlier version"):
            subject_numbers = records.agg(F.count("*"), F.count_if("changed")).first()
        assert subject_numbers is not None
        everybody, changed = subject_numbers
        if changed > LARGEST_SHARE * everybody:
            records.unpersist()
            return None
    return _all_changed_subjects(spark, store, records, earlier=earlier, now=now)


def people_with_other_records(
    spark: SparkSession, store: Store, *, earlier: PrepareState, now: PrepareState
) -> DataFrame:
    """A row is a subject whose source rows, feeds, merges or lost rows changed: subject_id.

    Unlike `changed_people`, this ignores the number of people, the rules and the code.

    Args:
        spark: the session.
        store: where the tables are.
        earlier: the inputs then.
        now: the inputs now.
    """
    records = _compare_source_rows(spark, store, earlier=earlier, now=now)
    return _all_changed_subjects(spark, store, records, earlier=earlier, now=now)


def _compare_source_rows(
    spark: SparkSession, store: Store, *, earlier: PrepareState, now: PrepareState
) -> DataFrame | None:
    """A row is a subject, and whether its source rows changed: subject_id, changed.

    None where both states have the same version of `source_rows`.
    """
    if earlier.source_rows == now.source_rows:
        return None
    with storage_faults("comparing source_rows with its earlier version"):
        before, after = (
            store.read_rows_of(spark, "source_rows", version=state.source_rows)
            for state in (earlier, now)
        )
        dated = _subjects_with_lost_rows(spark, store, earlier=earlier, now=now)
        sums = subject_sums(after, sign=1, dated=dated).unionByName(
            subject_sums(before, sign=-1, dated=dated)
        )
        differs = (F.sum("high") != 0) | (F.sum("low") != 0)
        return sums.groupBy("subject_id").agg(differs.alias("changed"))


def _subjects_with_lost_rows(
    spark: SparkSession, store: Store, *, earlier: PrepareState, now: PrepareState
) -> DataFrame | None:
    """A row is a subject with lost rows; a new extract may close the gap without changing a row.

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
    """A row is a subject with a change in source rows, feeds or lost rows, or merged with such."""
    changed = list(_subjects_of_changed_feeds(spark, store, earlier=earlier, now=now))
    if records is not None:
        changed.append(records.where("changed").select("subject_id"))
    if not changed:
        return literal_table(spark, [], {"subject_id": "string"})
    subjects = reduce(DataFrame.unionByName, changed)
    merges = now.feeds.get("merges")
    if merges is not None:
        feeds = side_feeds_at(spark, store, versions={"merges": merges})
        subjects = whole_people(subjects, feeds=feeds)
    return subjects.distinct()


def _subjects_of_changed_feeds(
    spark: SparkSession, store: Store, *, earlier: PrepareState, now: PrepareState
) -> Iterator[DataFrame]:
    """The subjects of changed rows, feed by feed, then the subjects whose lost rows changed."""
    for kind in KINDS:
        before, after = earlier.feeds.get(kind), now.feeds.get(kind)
        if before == after:
            continue
        changed = changed_rows(spark, store, kind, before=before, after=after)
        for name in changed.columns:
            if name.endswith("subject_id"):
                yield changed.select(F.col(name).alias("subject_id"))
    if lost := sorted(set(earlier.lost) ^ set(now.lost)):
        rows = store.read(spark, "quarantine")
        yield subjects_of_lost_rows(rows, extracts=lost).select("subject_id")


def whole_people(subjects: DataFrame, *, feeds: SideFeeds) -> DataFrame:
    """The subjects, and every subject that is merged with one of them; a subject may repeat.

    Args:
        subjects: subject_id and other columns, whose values all subjects of the person get.
        feeds: the feeds, of which the merges are used.
    """
    if feeds.merges is None:
        return subjects
    other_columns = [name for name in subjects.columns if name != "subject_id"]
    with_person = with_person_id(subjects, feeds=feeds)
    people = with_person.select("person_id", *other_columns).distinct()
    merged_subjects = feeds.merges.select(
        F.col("from_subject_id").alias("subject_id"),
        F.col("surviving_subject_id").alias("person_id"),
    ).join(people, on="person_id", how="inner")
    survivors = people.select(F.col("person_id").alias("subject_id"), *other_columns)
    with_merged = subjects.unionByName(merged_subjects.select("subject_id", *other_columns))
    return with_merged.unionByName(survivors)
