"""Units on earlier days, prepared from the events that today's record dates up to those days.

A subject may be needed for several sweeps. For each sweep the subject is prepared under a tag of
its own (the SUBJECT_ID, the sweep's id and its day), so that one plan prepares all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.spark.caches import Caches
from clearance.platform.store.store import Store
from clearance.prepare.arrests import arrests
from clearance.prepare.changed_people import PrepareState, whole_people
from clearance.prepare.features import charges, features
from clearance.prepare.holes import lost_rows
from clearance.prepare.record.events import typed_rows
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.side_feeds import SideFeeds, side_feeds_at
from clearance.prepare.statutes.match import load_statutes

# A character that no SUBJECT_ID has.
_TAG_SEPARATOR = "\x1f"
# The column of each feed with the day on which a row begins to count.
_BEGIN_COLUMNS = {
    "registry": "registered_on",
    "supervision": "started_on",
    "petitions": "decided_on",
}


def units_then(
    spark: SparkSession,
    store: Store,
    doubted: DataFrame,
    *,
    now: PrepareState,
    rules: Path,
    cached: Caches,
) -> Mapping[str, DataFrame]:
    """The units of the doubted grants' people on the days of these grants, by table name.

    Each has the columns of its table and `as_of`; `subject_id` is the subject's tag. Units of an
    incomplete record are left out, for its facts are unknown.

    Args:
        spark: the session.
        store: the store of the tables.
        doubted: subject_id, sweep_id, granted_on.
        now: the state of the last prepare.
        rules: the rules folder.
        cached: releases the charge texts once the units have been used.
    """
    record, statutes = load_record_rules(rules), load_statutes(rules)
    subjects = doubted.select("subject_id", "sweep_id", "granted_on")
    feeds = side_feeds_at(spark, store, versions=now.feeds)
    subjects = whole_people(subjects, feeds=feeds).distinct()
    source = store.read_rows_of(spark, "source_rows", version=now.source_rows)
    feeds = feeds.with_holes(lost_rows(spark, store), source=source)
    source_of_subjects = _tagged(source, subjects)
    day = _day_of(F.col("subject_id"))
    events = typed_rows(source_of_subjects, rules=record).where(
        F.col("event_date").isNull() | (F.col("event_date") <= day)
    )
    prepared = features(
        events,
        source=source_of_subjects,
        rules=record,
        statutes=statutes,
        feeds=_feeds_by_day(feeds, subjects),
    )
    cached.release_at_end(prepared.texts.release)
    units = {"charges": charges(prepared), "arrests": arrests(prepared)}
    return {
        table: rows.where("NOT record_incomplete").withColumn("as_of", day)
        for table, rows in units.items()
    }


def tag(subject: str = "subject_id") -> Column:
    """The tag of a subject: its id, `sweep_id` and `granted_on` of the row, joined."""
    return F.concat_ws(_TAG_SEPARATOR, subject, "sweep_id", F.col("granted_on").cast("string"))


def tagged_unit(tagged: Column) -> Column:
    """The `unit_id` that a granted unit has in `units_then`."""
    return F.concat(tagged, F.expr("substring(unit_id, length(subject_id) + 1)"))


def _day_of(tagged: Column) -> Column:
    return F.substring_index(tagged, _TAG_SEPARATOR, -1).cast("date")


def _tagged(rows: DataFrame, subjects: DataFrame) -> DataFrame:
    """The rows, once per sweep for which their subject is needed, under the subject's tag."""
    return rows.join(subjects, on="subject_id", how="inner").withColumn("subject_id", tag())


def _feeds_by_day(feeds: SideFeeds, subjects: DataFrame) -> SideFeeds:
    """The feeds with the rows that had begun by each day; merges and holes unfiltered."""
    begun = {
        kind: None
        if (rows := getattr(feeds, kind)) is None
        else _tagged(rows, subjects).where(F.col(since) <= F.col("granted_on"))
        for kind, since in _BEGIN_COLUMNS.items()
    }
    tagged_merges = None
    if feeds.merges is not None:
        merges = feeds.merges.withColumn("subject_id", F.col("from_subject_id"))
        tags = {name: tag(name) for name in ("from_subject_id", "surviving_subject_id")}
        tagged_merges = merges.join(subjects, on="subject_id", how="inner").withColumns(tags)
    holes = None if feeds.holes is None else _tagged(feeds.holes, subjects)
    return SideFeeds(**begun, merges=tagged_merges, holes=holes, large=feeds.large)
