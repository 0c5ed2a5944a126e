"""The step feed: replaces a feed's table by a checked feed, in one commit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.errors import InputRefused
from clearance.feed.read import CheckedFeed
from clearance.feed.staged import staged_in_store
from clearance.feed.state import LoadedFeed, feed_state
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import stage
from clearance.schemas import FEEDS


@dataclass(frozen=True)
class FeedResult:
    """The result of loading a feed.

    Attributes:
        kind: the kind of the feed, and the name of its table.
        dated: the day it is as of; None where unknown.
        rows: the number of rows of the feed now.
        files: the paths of its files.
        nothing_new: whether the same rows were loaded before, and nothing was written.
        version: the version of the table.
        replaced_dated: the day of the feed that was replaced; None where it had none.
        replaced_rows: the number of its rows; None where no feed was replaced.
    """

    kind: str
    dated: date | None
    rows: int
    files: tuple[str, ...]
    nothing_new: bool
    version: int
    replaced_dated: date | None = None
    replaced_rows: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return asdict(self) | {"files": list(self.files)}


@logged("feed")
def load_feed(
    spark: SparkSession, store: Store, *, feed: CheckedFeed, dated: date | None = None
) -> FeedResult:
    """Replace a feed's table by the rows of a checked feed, unless they are the same.

    A feed is complete: its rows replace all earlier rows of its kind. Earlier feeds can be read as
    earlier versions of the table. A feed never replaces a feed of a later day; a feed without a
    day always replaces the one before.

    Args:
        spark: the session.
        store: the store.
        feed: the checked feed.
        dated: the day it is as of; None where unknown.

    Raises:
        InputRefused: a feed of a later day was loaded before.
    """
    kind = feed.kind
    current = feed_state(spark, store, kind)
    newest = current.newest if current else None
    if dated and newest and dated < newest:
        raise InputRefused(
            f"The store has the feed {kind} as of {newest}; this one is as of {dated}, which is "
            "earlier. Nothing was changed.",
            f"Bring a feed of {newest} or later, or correct --dated.",
        )
    if current and current.fingerprint == feed.fingerprint and dated in (None, current.dated):
        return FeedResult(kind, current.dated, current.rows, current.files, True, current.version)
    latest = max((day for day in (dated, newest) if day), default=None)
    new = LoadedFeed(kind, dated, latest, feed.rows, feed.fingerprint, feed.files, version=-1)
    with stage(f"Writing {kind}"), staged_in_store(spark, store, feed.staged) as address:
        rows = _rows(spark, address, kind=kind, dated=dated)
        after = store.version(spark, kind)
        with store.compare_and_commit(spark, kind, after=after, note=new.as_note()) as commit:
            store.replace(rows, kind)
    return FeedResult(
        kind,
        dated,
        feed.rows,
        feed.files,
        False,
        commit.version,
        replaced_dated=current.dated if current else None,
        replaced_rows=current.rows if current else None,
    )


def _rows(spark: SparkSession, address: str, *, kind: str, dated: date | None) -> DataFrame:
    """One row of the kind's table per line of the staged file."""
    spec = FEEDS[kind]
    with storage_faults(f"reading the feed {kind}"):
        lines = spark.read.schema(spec.ddl).option("mode", "FAILFAST").json(address)
    return lines.withColumn("dated", F.lit(dated).cast("date")).select(*spec.columns)
