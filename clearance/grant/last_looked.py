"""The record versions at which grants were last checked, in the notes of `grants`' commits.

A grant that was checked is checked again only after a change of the record, so that the search for
corrections does not grow with the number of months. Each writer of `grants` copies the note to its
commit. Without the note, every grant is checked against the record of its own sweep again.
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
class CheckedVersions:
    """The record versions at which each sweep's grants were last checked.

    Attributes:
        by_sweep: versions of `charges` and `arrests` by name, for each sweep's id. Grants of a
            sweep that is missing here were checked against the sweep's own record only.
    """

    by_sweep: Mapping[str, Versions] = field(default_factory=dict)

    def with_checked(self, sweeps: Iterable[str], *, versions: Versions) -> CheckedVersions:
        """These versions, updated for sweeps whose grants have been checked at others."""
        return CheckedVersions({**self.by_sweep, **dict.fromkeys(sweeps, versions)})

    def without(self, sweep_id: str) -> CheckedVersions:
        """These versions without a sweep that has granted anew, from its own record."""
        return CheckedVersions({name: at for name, at in self.by_sweep.items() if name != sweep_id})

    def since(
        self, granting: Collection[str], *, sweeps: Iterable[Row]
    ) -> Iterator[tuple[list[str], Versions]]:
        """Ids of sweeps, grouped by the versions at which their grants were last checked.

        Args:
            granting: ids of sweeps with grants that are not corrected.
            sweeps: rows of `sweeps`; a sweep without a row is left out, for its record is unknown.
        """
        groups: dict[tuple[int, ...], list[str]] = {}
        for row in sweeps:
            if (sweep_id := row["sweep_id"]) in granting:
                at = self.by_sweep.get(sweep_id, row["input_versions"])
                groups.setdefault(tuple(at.get(name, 0) for name in TABLES), []).append(sweep_id)
        for at, ids in groups.items():
            yield ids, dict(zip(TABLES, at, strict=True))

    def in_note(self, fields: Mapping[str, Any]) -> str:
        """The versions as JSON, for the note of a commit to `grants`.

        Args:
            fields: the other fields of the note.
        """
        groups: dict[str, list[str]] = {}
        for sweep_id, versions in sorted(self.by_sweep.items()):
            groups.setdefault(json.dumps(dict(versions), sort_keys=True), []).append(sweep_id)
        entries = [{"versions": json.loads(at), "sweeps": ids} for at, ids in groups.items()]
        return json.dumps({**fields, _PART: entries})


def load_checked_versions(spark: SparkSession, store: Store) -> CheckedVersions:
    """The versions in the note of the last commit to `grants`; none without a note.

    Args:
        spark: the session.
        store: the store of the tables.
    """
    commit = store.last_commit(spark, "grants")
    try:
        entries = json.loads((commit and commit.note) or "{}")[_PART]
        return CheckedVersions(
            {
                sweep_id: {table: entry["versions"][table] for table in TABLES}
                for entry in entries
                for sweep_id in entry["sweeps"]
            }
        )
    except (ValueError, KeyError, TypeError):
        return CheckedVersions()
