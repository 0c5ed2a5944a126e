"""Up to where grants have been held against the record: the note on the commits of `grants`.

What has been looked at once is looked at again only where the record has changed since, so that
the search for corrections does not grow with the months behind it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import SparkSession

from clearance.store import Store


@dataclass(frozen=True)
class Looked:
    """Which grants have been held against which record.

    Attributes:
        versions: of `charges` and `arrests`, by name.
        before: the grants of earlier days.
    """

    versions: Mapping[str, int]
    before: date

    def as_note(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"versions": dict(self.versions), "before": self.before.isoformat()}


def looked_at(spark: SparkSession, store: Store) -> Looked | None:
    """What the last commit to `grants` says; None where it says nothing.

    Args:
        spark: the session.
        store: where the table is.
    """
    commit = store.last_commit(spark, "grants")
    try:
        said = json.loads((commit and commit.note) or "{}")["looked"]
        return Looked(said["versions"], date.fromisoformat(said["before"]))
    except (ValueError, KeyError, TypeError):
        return None
