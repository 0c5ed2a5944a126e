"""A sweep's manifest: what went in, under which id, and whether it was done before.

The manifest is the `userMetadata` of the sweep's one commit to `determinations`; the `sweeps` row
is made from it, also when the job died between the two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from clearance import __version__
from clearance.determine.digest import Tally, tally_of, tally_of_changes
from clearance.platform.code_hash import code_hash
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store
from clearance.schemas import SWEEPS


@dataclass(frozen=True)
class Manifest:
    """What a sweep rested on.

    Attributes:
        sweep_id: hash of all that decides the sweep, and of the sweep before it.
        same_as: hash of all that decides the sweep alone; equal means nothing to do.
        as_of: the clock.
        what_if: as-of lies before the extract's own date or after the day of `started_at`, or a
            version was named by hand.
        started_at: wall clock, UTC.
        input_versions: last data-changing version of each input table.
        pack_fingerprints: by pack id.
        selected: packs named on the command line; empty for a whole sweep.
        assigned: by pack, the counties it decided and under which fingerprints.
    """

    sweep_id: str
    same_as: str
    as_of: date
    what_if: bool
    started_at: datetime
    code_version: str
    config_fingerprint: str
    input_versions: dict[str, int]
    pack_fingerprints: dict[str, str]
    selected: tuple[str, ...]
    notes: tuple[str, ...]
    assigned: dict[str, Any]

    def as_json(self) -> str:
        """The manifest as one line, for the commit."""
        return json.dumps({"sweep": asdict(self)}, default=str, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> Manifest | None:
        """The manifest in a commit's metadata, or None where the commit was no sweep.

        None also for a manifest of another form: its rows are then decided anew.
        """
        try:
            data: dict[str, Any] = json.loads(text or "{}")["sweep"]
            data["as_of"] = date.fromisoformat(data["as_of"])
            data["started_at"] = datetime.fromisoformat(data["started_at"])
            data["selected"], data["notes"] = tuple(data["selected"]), tuple(data["notes"])
            return cls(**data)
        except (ValueError, KeyError, TypeError):
            return None


def engine_version() -> str:
    """The version of this code, with a hash of the modules that decide and write."""
    return f"{__version__}+{code_hash('clearance.determine.step')[:12]}"


def deciding_code(code_version: str) -> str:
    """What of a code version changes answers: a release that decides the same is the same.

    Args:
        code_version: of a manifest.
    """
    return code_version.partition("+")[2] or code_version


def make_manifest(
    *,
    as_of: date,
    what_if: bool,
    started_at: datetime,
    code_version: str,
    config_fingerprint: str,
    input_versions: dict[str, int],
    pack_fingerprints: dict[str, str],
    selected: tuple[str, ...],
    notes: tuple[str, ...],
    assigned: dict[str, Any],
    previous: str,
) -> Manifest:
    """The manifest of a sweep that is about to run, its id settled."""
    decides = json.dumps(
        [
            as_of.isoformat(),
            config_fingerprint,
            sorted(pack_fingerprints.items()),
            deciding_code(code_version),
            sorted(input_versions.items()),
            sorted(selected),
            # One that was ahead of its day is another once the day has come.
            *(["what-if"] if what_if else []),
        ]
    )
    same_as = hashlib.sha256(decides.encode()).hexdigest()
    sweep_id = hashlib.sha256(f"{same_as}:{previous}".encode()).hexdigest()[:16]
    return Manifest(
        sweep_id=sweep_id,
        same_as=same_as,
        as_of=as_of,
        what_if=what_if,
        started_at=started_at,
        code_version=code_version,
        config_fingerprint=config_fingerprint,
        input_versions=input_versions,
        pack_fingerprints=pack_fingerprints,
        selected=selected,
        notes=notes,
        assigned=assigned,
    )


def last_sweep(spark: SparkSession, store: Store) -> tuple[int, Manifest | None]:
    """Version of `determinations` (-1 where absent), and its latest sweep's manifest, if any."""
    commit = store.last_commit(spark, "determinations")
    if commit is None:
        return -1, None
    return commit.version, Manifest.from_json(commit.note)


def is_recorded(spark: SparkSession, store: Store, sweep_id: str) -> bool:
    """Whether the latest sweep has its row in `sweeps`; the commit of the row names it."""
    last = store.last_commit(spark, "sweeps")
    if last is None or last.note == _recorded(sweep_id):
        return last is not None
    found = store.read(spark, "sweeps").where(F.col("sweep_id") == sweep_id)
    return not found.isEmpty()


def _recorded(sweep_id: str) -> str:
    return json.dumps({"recorded": sweep_id})


def sweep_row(spark: SparkSession, store: Store, sweep_id: str) -> Row | None:
    """The sweep's row in `sweeps`, if it has one."""
    return store.read(spark, "sweeps").where(F.col("sweep_id") == sweep_id).first()


def record(
    spark: SparkSession,
    store: Store,
    manifest: Manifest,
    *,
    version: int,
    finished_at: datetime,
    before: Row | None = None,
    steps: Mapping[str, Mapping[str, int]] | None = None,
) -> Tally:
    """Write the sweep's row from its manifest and the table at its version, which it adds up.

    Args:
        spark: the session.
        store: where the tables are.
        manifest: of the sweep.
        version: of `determinations` after it.
        finished_at: wall clock, for the row.
        before: the row of the sweep that it changed, whose tally is carried forward; None to add
            up the whole table.
        steps: what the steps behind it took, by name; None where a row is written for a run that
            ended before it. No part of what a replay compares.
    """
    after = store.version(spark, "sweeps")
    tally = _carried_forward(spark, store, before, version=version)
    if tally is None:
        tally = tally_of(store.read(spark, "determinations", version=version))
    row = {
        "sweep_id": manifest.sweep_id,
        "as_of": manifest.as_of.isoformat(),
        "what_if": manifest.what_if,
        "status": "complete",
        "started_at": manifest.started_at.astimezone(UTC).isoformat(),
        "finished_at": finished_at.astimezone(UTC).isoformat(),
        "code_version": manifest.code_version,
        "config_fingerprint": manifest.config_fingerprint,
        "input_versions": manifest.input_versions,
        "pack_fingerprints": manifest.pack_fingerprints,
        "counts": tally.counts,
        "determinations_version": version,
        "digest": tally.digest,
        "notes": list(manifest.notes),
        "selected": list(manifest.selected),
        "assigned": json.dumps(manifest.assigned, sort_keys=True),
        "tally": tally.as_json(),
        "steps": steps,
    }
    values = [tuple(row[name] for name in SWEEPS.columns)]
    # Written in turn: a run that is repeated, or beside another that recovers it, adds nothing.
    with store.compare_and_commit(spark, "sweeps", after=after, note=_recorded(manifest.sweep_id)):
        store.append(literal_table(spark, values, SWEEPS.types), "sweeps")
    return tally


def _carried_forward(
    spark: SparkSession, store: Store, before: Row | None, *, version: int
) -> Tally | None:
    """The tally after a sweep, from the one before it and the rows that the sweep changed.

    None where the one before is not known, or the table was written as a whole in between.
    """
    text = before["tally"] if before is not None and "tally" in before else None
    if before is None or text is None:
        return None
    since = before["determinations_version"]
    between = store.commits_since(spark, "determinations", version=since)
    if not all(commit.changes_by_row for commit in between if commit.version <= version):
        return None
    earlier = Tally.from_json(dict(before["counts"]), text)
    return earlier.plus(tally_of_changes(store.changes(spark, "determinations", since, version)))
