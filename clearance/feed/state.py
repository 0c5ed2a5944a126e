"""What a store knows of a feed: never loaded, or loaded as of which day.

The note of the feed's last commit says it, so a feed without rows is told from one that never came.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from pyspark.sql import DataFrame, SparkSession

from clearance.platform.store.store import Store
from clearance.schemas import FEEDS


@dataclass(frozen=True)
class LoadedFeed:
    """A feed as it stands in the store.

    Attributes:
        kind: of the feed, and its table.
        dated: the day it is as of; None where nobody said.
        newest: the latest day of any feed of the kind so far.
        rows: how many; none is an answer too.
        fingerprint: of the rows.
        files: where they came from.
        version: of the table, for time travel.
    """

    kind: str
    dated: date | None
    newest: date | None
    rows: int
    fingerprint: str
    files: tuple[str, ...]
    version: int

    def as_note(self) -> str:
        """The note of the commit that makes it so."""
        known = asdict(self)
        del known["version"]
        return json.dumps({"feed": known}, default=str, sort_keys=True)


def feed_state(spark: SparkSession, store: Store, kind: str) -> LoadedFeed | None:
    """The feed as it stands; None where it is absent, which is not the same as empty.

    Absent too is a table that something else wrote last: what it holds is nobody's word.

    Args:
        spark: the session.
        store: where the tables are.
        kind: of the feed.
    """
    commit = store.last_commit(spark, kind)
    if commit is None:
        return None
    try:
        known = json.loads(commit.note or "{}")["feed"]
        for name in ("dated", "newest"):
            known[name] = date.fromisoformat(known[name]) if known[name] else None
        known["files"] = tuple(known["files"])
        return LoadedFeed(**known, version=commit.version)
    except (ValueError, KeyError, TypeError):
        return None


def changed_rows(
    spark: SparkSession, store: Store, kind: str, *, before: int | None, after: int | None
) -> DataFrame:
    """A row is a row of the feed that only one of two versions has, but for day and file.

    Args:
        spark: the session.
        store: where the tables are.
        kind: of the feed.
        before: a version of its table; None where there was none.
        after: another.
    """
    said = [name for name in FEEDS[kind].columns if name not in ("dated", "source_file")]
    sides = [
        store.read(spark, kind, version=version).select(*said)
        for version in (before, after)
        if version is not None
    ]
    if len(sides) == 1:
        return sides[0]
    gone, come = sides
    return gone.exceptAll(come).unionByName(come.exceptAll(gone))
