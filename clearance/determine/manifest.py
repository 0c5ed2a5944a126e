"""A sweep's manifest: its id, its inputs and settings, and its row in `sweeps`.

The manifest is the `userMetadata` of the sweep's one commit to `determinations`. The row in
`sweeps` is made from it, by the next run if the sweep's own run died between the two.
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
    """The inputs and settings of a sweep.

    Attributes:
        sweep_id: hash of all inputs and settings, and of the sweep before this one.
        same_as: hash of the inputs and settings alone; an equal hash means nothing is new.
        as_of: the day that the sweep decides as of.
        what_if: as-of lies before the extract's own date or after the day of `started_at`, or a
            version was named by hand.
        started_at: wall clock, UTC.
        input_versions: last data-changing version of each input table.
        pack_fingerprints: by pack id.
        selected: packs named on the command line; empty for a whole sweep.
        assigned: by pack, the counties that it decided and its fingerprint in each.
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
        """The manifest as one line of JSON, for the commit."""
        return json.dumps({"sweep": asdict(self)}, default=str, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> Manifest | None:
        """The manifest in a commit's metadata; None if the commit was not made by a sweep.

        None also for a manifest with other fields than today's: its rows are then decided anew.
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
    """The part of a code version that identifies answers: the hash, without the release number.

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
    """The manifest of a sweep that is about to run, with its id."""
    decides = json.dumps(
        [
            as_of.isoformat(),
            config_fingerprint,
            sorted(pack_fingerprints.items()),
            deciding_code(code_version),
            sorted(input_versions.items()),
            sorted(selected),
            # A what-if sweep of a future day is decided again once the day has come.
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
    """The version of `determinations` (-1 without the table), and its latest sweep's manifest."""
    commit = store.last_commit(spark, "determinations")
    if commit is None:
        return -1, None
    return commit.version, Manifest.from_json(commit.note)


def is_recorded(spark: SparkSession, store: Store, sweep_id: str) -> bool:
    """Whether a sweep has its row in `sweeps`; the note of the row's commit names the sweep."""
    last = store.last_commit(spark, "sweeps")
    if last is None or last.note == _recorded_note(sweep_id):
        return last is not None
    rows = store.read(spark, "sweeps").where(F.col("sweep_id") == sweep_id)
    return not rows.isEmpty()


def _recorded_note(sweep_id: str) -> str:
    return json.dumps({"recorded": sweep_id})


def sweep_row(spark: SparkSession, store: Store, sweep_id: str) -> Row | None:
    """The sweep's row in `sweeps`; None if it has none."""
    return store.read(spark, "sweeps").where(F.col("sweep_id") == sweep_id).first()


def record_sweep(
    spark: SparkSession,
    store: Store,
    manifest: Manifest,
    *,
    version: int,
    finished_at: datetime,
    previous: Row | None = None,
    steps: Mapping[str, Mapping[str, int]] | None = None,
) -> Tally:
    """Write the sweep's row into `sweeps`, with the counts and the digest of its determinations.

    Args:
        spark: the session.
        store: the store of the tables.
        manifest: the sweep's.
        version: of `determinations` after the sweep.
        finished_at: wall clock, for the row.
        previous: the row of the sweep before it, whose tally is carried forward; None to add up
            the whole table.
        steps: by name, what each step of the run took; None for a run that died before it wrote
            the row. A replay does not compare it.

    Returns:
        The tally of the whole table after the sweep.
    """
    after = store.version(spark, "sweeps")
    tally = _carried_forward(spark, store, previous, version=version)
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
    # If another run has recorded the sweep meanwhile, this write is refused.
    note = _recorded_note(manifest.sweep_id)
    with store.compare_and_commit(spark, "sweeps", after=after, note=note):
        store.append(literal_table(spark, values, SWEEPS.types), "sweeps")
    return tally


def _carried_forward(
    spark: SparkSession, store: Store, previous: Row | None, *, version: int
) -> Tally | None:
    """The tally after a sweep, from the previous sweep's tally and the rows that changed since.

    None if the previous sweep has no tally, or the table was written as a whole in between.
    """
    text = previous["tally"] if previous is not None and "tally" in previous else None
    if previous is None or text is None:
        return None
    since = previous["determinations_version"]
    between = store.commits_since(spark, "determinations", version=since)
    if not all(commit.changes_by_row for commit in between if commit.version <= version):
        return None
    earlier = Tally.from_json(dict(previous["counts"]), text)
    return earlier.plus(tally_of_changes(store.changes(spark, "determinations", since, version)))
