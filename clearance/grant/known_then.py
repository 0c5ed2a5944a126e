"""Units as today's record shows them on earlier days: what is known to have happened until then.

One person may be asked of for several sweeps. For each it goes through prepare as a person of its
own, under the subject's number with the sweep and its day behind it, so that one plan does for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.platform.store.store import Store
from clearance.prepare.arrests import arrests
from clearance.prepare.changed_people import PrepareState, whole_people
from clearance.prepare.features import charges, features
from clearance.prepare.holes import lost_rows
from clearance.prepare.record.events import typed_rows
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.side_feeds import SideFeeds, side_feeds_at
from clearance.prepare.statutes.match import load_statutes

# In no subject's number.
_APART = "\x1f"
# The day on which each feed's row began to say something.
_BEGINS = {
    "registry": "registered_on",
    "supervision": "started_on",
    "petitions": "decided_on",
}


def units_then(
    spark: SparkSession, store: Store, doubted: DataFrame, *, now: PrepareState, rules: Path
) -> Mapping[str, DataFrame]:
    """The units of the doubted grants' people on the days of these grants, by table.

    In the columns of the table, with `as_of`; `subject_id` is the subject's tag. What a record with
    a hole does not say is unknown, so its units are left out.

    Args:
        spark: the session.
        store: where the tables are.
        doubted: subject_id, sweep_id, granted_on.
        now: what is known today.
        rules: the rules folder.
    """
    record, statutes = load_record_rules(rules), load_statutes(rules)
    asked = doubted.select("subject_id", "sweep_id", "granted_on")
    feeds = side_feeds_at(spark, store, versions=now.feeds)
    asked = whole_people(asked, feeds=feeds).distinct()
    source = store.read_rows_of(spark, "source_rows", version=now.source_rows)
    feeds = feeds.and_holes(lost_rows(spark, store), source=source)
    theirs = _tagged(source, asked)
    day = _day_of(F.col("subject_id"))
    until = typed_rows(theirs, rules=record).where(
        F.col("event_date").isNull() | (F.col("event_date") <= day)
    )
    worked_out = features(
        until, source=theirs, rules=record, statutes=statutes, feeds=_then(feeds, asked)
    )
    found = {"charges": charges(worked_out), "arrests": arrests(worked_out)}
    return {
        table: rows.where("NOT record_incomplete").withColumn("as_of", day)
        for table, rows in found.items()
    }


def tag(subject: str = "subject_id") -> Column:
    """The subject of a column as of whom a sweep is asked, whose id and day stand beside it."""
    return F.concat_ws(_APART, subject, "sweep_id", F.col("granted_on").cast("string"))


def tagged_unit(tagged: Column) -> Column:
    """The `unit_id` under which a granted unit stands in `units_then`."""
    return F.concat(tagged, F.expr("substring(unit_id, length(subject_id) + 1)"))


def _day_of(tagged: Column) -> Column:
    return F.substring_index(tagged, _APART, -1).cast("date")


def _tagged(rows: DataFrame, asked: DataFrame) -> DataFrame:
    """The rows once for each sweep that their subject is asked of, under its tag."""
    return rows.join(asked, on="subject_id", how="inner").withColumn("subject_id", tag())


def _then(feeds: SideFeeds, asked: DataFrame) -> SideFeeds:
    """The feeds with what is known to have begun by each day; merges and holes as they are."""
    begun = {
        kind: None
        if (rows := getattr(feeds, kind)) is None
        else _tagged(rows, asked).where(F.col(since) <= F.col("granted_on"))
        for kind, since in _BEGINS.items()
    }
    joined = None
    if feeds.merges is not None:
        both = feeds.merges.withColumn("subject_id", F.col("from_subject_id"))
        tags = {name: tag(name) for name in ("from_subject_id", "surviving_subject_id")}
        joined = both.join(asked, on="subject_id", how="inner").withColumns(tags)
    holes = None if feeds.holes is None else _tagged(feeds.holes, asked)
    return SideFeeds(**begun, merges=joined, holes=holes, large=feeds.large)
