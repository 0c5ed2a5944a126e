"""Up to where grants have been held against the record: the note on the commits of `grants`.

What has been looked at once is looked at again only where the record has changed since, so that
the search for corrections does not grow with the months behind it. Whoever writes to `grants` hands
the note on; without it, each grant is held against the record of its own sweep again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import Row, SparkSession

from clearance.platform.store.store import Store
from clearance.prepare.changed_people import TABLES

Versions = Mapping[str, int]
_PART = "looked"


@dataclass(frozen=True)
class Looked:
    """Against which record the grants of a sweep were last held.

    Attributes:
        by_sweep: versions of `charges` and `arrests` by name, for each sweep's id. The grants of a
            sweep that is not there were held against no later record than the sweep's own.
    """

    by_sweep: Mapping[str, Versions] = field(default_factory=dict)

    def and_now(self, sweeps: Iterable[str], *, versions: Versions) -> Looked:
        """The same once the grants of some sweeps have been held against these versions."""
        return Looked({**self.by_sweep, **dict.fromkeys(sweeps, versions)})

    def without(self, sweep_id: str) -> Looked:
        """The same once a sweep has granted anew, from its own record."""
        return Looked({one: at for one, at in self.by_sweep.items() if one != sweep_id})

    def since(
        self, granting: Collection[str], *, sweeps: Iterable[Row]
    ) -> Iterator[tuple[list[str], Versions]]:
        """Sweeps, and the versions that their grants were last held against; few pairs.

        Args:
            granting: ids of sweeps of which grants stand.
            sweeps: rows of `sweeps`; of a sweep without a row nobody knows what its grants rest on.
        """
        groups: dict[tuple[int, ...], list[str]] = {}
        for row in sweeps:
            if (sweep_id := row["sweep_id"]) in granting:
                at = self.by_sweep.get(sweep_id, row["input_versions"])
                groups.setdefault(tuple(at.get(name, 0) for name in TABLES), []).append(sweep_id)
        for at, ids in groups.items():
            yield ids, dict(zip(TABLES, at, strict=True))

    def in_note(self, said: Mapping[str, Any]) -> str:
        """A note for a commit of `grants`.

        Args:
            said: what else it says.
        """
        groups: dict[str, list[str]] = {}
        for sweep_id, versions in sorted(self.by_sweep.items()):
            groups.setdefault(json.dumps(dict(versions), sort_keys=True), []).append(sweep_id)
        each = [{"versions": json.loads(at), "sweeps": ids} for at, ids in groups.items()]
        return json.dumps({**said, _PART: each})


def looked_at(spark: SparkSession, store: Store) -> Looked:
    """What the last commit to `grants` says.

    Args:
        spark: the session.
        store: where the table is.
    """
    commit = store.last_commit(spark, "grants")
    try:
        each = json.loads((commit and commit.note) or "{}")[_PART]
        return Looked(
            {
                sweep_id: {table: one["versions"][table] for table in TABLES}
                for one in each
                for sweep_id in one["sweeps"]
            }
        )
    except (ValueError, KeyError, TypeError):
        return Looked()
