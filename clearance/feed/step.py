"""Feed: a checked feed into its table, in place of the one before, in one commit."""

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
    """What a feed did.

    Attributes:
        kind: of the feed, and its table.
        dated: the day it is as of; None where nobody said.
        rows: that the feed has now.
        files: where they came from.
        nothing_new: these rows stood there before, and nothing was written.
        version: of the table.
        replaced_dated: the day of the feed that was replaced, where it had one.
        replaced_rows: how many rows it had; None where there was none.
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
def take_feed(
    spark: SparkSession, store: Store, *, feed: CheckedFeed, dated: date | None = None
) -> FeedResult:
    """The feed as it stands afterwards: these rows, or those before if they are the same.

    A feed is all there is of its kind: its rows replace all earlier ones. Earlier feeds stay
    readable as earlier versions of the table. A feed whose day is before that of one taken in
    never replaces it; without a day, the last to come stands.

    Args:
        spark: the session.
        store: where the tables are.
        feed: what was found right.
        dated: the day it is as of.

    Raises:
        InputRefused: a feed of a later day was taken in before.
    """
    kind = feed.kind
    stands = feed_state(spark, store, kind)
    newest = stands.newest if stands else None
    if dated and newest and dated < newest:
        raise InputRefused(
            f"The store has the feed {kind} as of {newest}; this one is as of {dated}, which is "
            "earlier. Nothing was changed.",
            f"Bring a feed of {newest} or later, or correct --dated.",
        )
    if stands and stands.fingerprint == feed.fingerprint and dated in (None, stands.dated):
        return FeedResult(kind, stands.dated, stands.rows, stands.files, True, stands.version)
    latest = max((day for day in (dated, newest) if day), default=None)
    wanted = LoadedFeed(kind, dated, latest, feed.rows, feed.fingerprint, feed.files, version=-1)
    with stage(f"Writing {kind}"), staged_in_store(spark, store, feed.staged) as address:
        rows = _rows(spark, address, kind=kind, dated=dated)
        after = store.version(spark, kind)
        with store.compare_and_commit(spark, kind, after=after, note=wanted.as_note()) as turn:
            store.replace(rows, kind)
    return FeedResult(
        kind,
        dated,
        feed.rows,
        feed.files,
        False,
        turn.version,
        replaced_dated=stands.dated if stands else None,
        replaced_rows=stands.rows if stands else None,
    )


def _rows(spark: SparkSession, address: str, *, kind: str, dated: date | None) -> DataFrame:
    """One row of the kind's table a line of the checked rows."""
    spec = FEEDS[kind]
    with storage_faults(f"reading the feed {kind}"):
        lines = spark.read.schema(spec.ddl).option("mode", "FAILFAST").json(address)
    return lines.withColumn("dated", F.lit(dated).cast("date")).select(*spec.columns)
