"""The state of a feed in a store: absent, or loaded as of a day.

The note of the table's last commit has the state, so that a feed without rows differs from an
absent feed.
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
    """A feed that is loaded in the store.

    Attributes:
        kind: the kind of the feed, and the name of its table.
        dated: the day it is as of; None where unknown.
        newest: the latest day of any feed of the kind so far; None where no feed had a day.
        rows: the number of its rows, which may be 0.
        fingerprint: a hash of the rows.
        files: the paths of its files.
        version: the version of the table.
    """

    kind: str
    dated: date | None
    newest: date | None
    rows: int
    fingerprint: str
    files: tuple[str, ...]
    version: int

    def as_note(self) -> str:
        """The note of the commit that loads the feed."""
        fields = asdict(self)
        del fields["version"]
        return json.dumps({"feed": fields}, default=str, sort_keys=True)


def feed_state(spark: SparkSession, store: Store, kind: str) -> LoadedFeed | None:
    """The loaded feed; None where it is absent, which is not the same as empty.

    A feed counts as absent, too, where another program has written its table since.

    Args:
        spark: the session.
        store: the store.
        kind: the kind of the feed.
    """
    commit = store.last_commit(spark, kind)
    if commit is None:
        return None
    try:
        fields = json.loads(commit.note or "{}")["feed"]
        for name in ("dated", "newest"):
            fields[name] = date.fromisoformat(fields[name]) if fields[name] else None
        fields["files"] = tuple(fields["files"])
        return LoadedFeed(**fields, version=commit.version)
    except (ValueError, KeyError, TypeError):
        return None


def changed_rows(
    spark: SparkSession, store: Store, kind: str, *, before: int | None, after: int | None
) -> DataFrame:
    """One row per row of a feed that only one of two versions has, without `dated` and file.

    Args:
        spark: the session.
        store: the store.
        kind: the kind of the feed.
        before: a version of its table; None where the feed was absent.
        after: another version; None where the feed was absent.
    """
    columns = [name for name in FEEDS[kind].columns if name not in ("dated", "source_file")]
    sides = [
        store.read(spark, kind, version=version).select(*columns)
        for version in (before, after)
        if version is not None
    ]
    if len(sides) == 1:
        return sides[0]
    earlier, later = sides
    return earlier.exceptAll(later).unionByName(later.exceptAll(earlier))
