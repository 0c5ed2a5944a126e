"""The sweep that a reader of the store speaks of, and the tables as that sweep knew them.

Publish, report, explain and grant all take their sweep from here. They read every table at the
version that the sweep's manifest names: what is prepared or determined meanwhile is for the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.charges.changes import note_on
from clearance.errors import StoreFault, UsageError, nearest
from clearance.store import Store
from clearance.sweep.manifest import Manifest

WHAT_IF = (
    "A what-if: its as-of lies before the extract or after the day on which it was made, or a "
    "version of a pack was named by hand. Nothing is granted on it."
)


@dataclass(frozen=True)
class Sweep:
    """A recorded sweep; attributes as in `sweeps`.

    Attributes:
        input_versions: by table, the version that it rests on.
        determinations_version: of the table after it.
    """

    sweep_id: str
    as_of: date
    what_if: bool
    code_version: str
    digest: str
    notes: Sequence[str]
    pack_fingerprints: Mapping[str, str]
    input_versions: Mapping[str, int]
    determinations_version: int

    def read(self, spark: SparkSession, store: Store, table: str) -> DataFrame:
        """The rows of a table as they were for the sweep.

        Args:
            spark: the session.
            store: where the tables are.
            table: `determinations`, one that the sweep rests on, or `source_rows`, of which
                `charges` was made.

        Raises:
            UsageError: the store has no such table.
            StoreFault: the version cannot be read any more.
        """
        version = self._version(spark, store, table)
        return store.read_rows_of(spark, table, version=version)

    def _version(self, spark: SparkSession, store: Store, table: str) -> int | None:
        if table == "determinations":
            return self.determinations_version
        if table != "source_rows":
            return self.input_versions.get(table)
        _, note = note_on(spark, store, "charges", until=self.input_versions.get("charges"))
        return None if note is None else note.source_rows


def latest_sweep(spark: SparkSession, store: Store) -> Sweep:
    """The sweep that was committed last, of those that are recorded.

    By the version it left, not by its clock: two machines' clocks differ.

    Raises:
        UsageError: nothing has been determined yet.
    """
    rows = store.read(spark, "sweeps")
    row = rows.orderBy(F.desc("determinations_version"), F.desc("started_at")).first()
    if row is None:
        raise UsageError(
            f"The store {store.uri} has no sweep yet.",
            "Run `clearance determine --as-of YYYY-MM-DD` first.",
        )
    return sweep_of(row)


def sweep_of(row: Row) -> Sweep:
    """The sweep of a row of `sweeps`."""
    return Sweep(
        sweep_id=row["sweep_id"],
        as_of=row["as_of"],
        what_if=row["what_if"],
        code_version=row["code_version"],
        digest=row["digest"],
        notes=row["notes"] or (),
        pack_fingerprints=row["pack_fingerprints"] or {},
        input_versions=row["input_versions"] or {},
        determinations_version=int(row["determinations_version"]),
    )


def sweep_at(spark: SparkSession, store: Store, *, version: int, digest: str) -> Sweep:
    """The sweep that left `determinations` at a version, from its commit alone: no query.

    Args:
        spark: the session.
        store: where the tables are.
        version: of `determinations`.
        digest: of the sweep, which its commit does not know.

    Raises:
        StoreFault: the commit names no sweep.
    """
    commit = store.last_commit(spark, "determinations", until=version)
    manifest = Manifest.from_json(commit.note) if commit is not None else None
    if manifest is None:
        raise StoreFault(
            f"Version {version} of determinations in the store {store.uri} is of no sweep.",
            "Run the same command again: it decides everything anew.",
        )
    return Sweep(
        sweep_id=manifest.sweep_id,
        as_of=manifest.as_of,
        what_if=manifest.what_if,
        code_version=manifest.code_version,
        digest=digest,
        notes=manifest.notes,
        pack_fingerprints=manifest.pack_fingerprints,
        input_versions=manifest.input_versions,
        determinations_version=version,
    )


def named_sweep(sweeps: Sequence[Row], sweep_id: str, *, store: Store) -> Row:
    """The sweep's row.

    Args:
        sweeps: rows of `sweeps`.
        sweep_id: which.
        store: where they are, for the message.

    Raises:
        UsageError: there is no such sweep.
    """
    for row in sweeps:
        if row["sweep_id"] == sweep_id:
            return row
    guess = nearest(sweep_id, [row["sweep_id"] for row in sweeps])
    hint = f" Did you mean {guess}?" if guess else ""
    raise UsageError(
        f"The store {store.uri} has no sweep `{sweep_id}`.{hint}", "`clearance sweeps` lists them."
    )
