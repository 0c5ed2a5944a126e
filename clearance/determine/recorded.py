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

from clearance.determine.manifest import Manifest
from clearance.errors import StoreFault, UsageError, nearest
from clearance.platform.store.store import Store
from clearance.prepare.changed_people import read_state

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
        selected: packs named on the command line; none for a whole sweep.
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
    selected: Sequence[str] = ()

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
        _, note = read_state(spark, store, "charges", until=self.input_versions.get("charges"))
        return None if note is None else note.source_rows


@dataclass(frozen=True)
class Standing:
    """Which sweep decided what stands after a sweep: one of named packs leaves the others' rows.

    Attributes:
        latest: the sweep.
        whole: the last one of all packs until then, or the first of all.
        later: by pack, the sweep of named packs that decided it since.
    """

    latest: Sweep
    whole: Sweep
    later: Mapping[str, Sweep]

    def of(self, pack: str) -> Sweep:
        """The sweep that last decided a pack."""
        return self.later.get(pack, self.whole)

    @property
    def fingerprints(self) -> set[str]:
        """Of the packs, each as the sweep used it that decided it."""
        sweeps = {sweep.sweep_id: sweep for sweep in (self.whole, *self.later.values())}
        return {
            fingerprint
            for sweep in sweeps.values()
            for key, fingerprint in sweep.pack_fingerprints.items()
            if self.of(key.partition("/")[0]).sweep_id == sweep.sweep_id
        }


def standing(spark: SparkSession, store: Store, sweep: Sweep) -> Standing:
    """Which sweep decided what stands after a sweep; no query where it was of all packs.

    Args:
        spark: the session.
        store: where the tables are.
        sweep: the one after which they stand.
    """
    if not sweep.selected:
        return Standing(sweep, sweep, {})
    until = F.col("determinations_version") <= F.lit(sweep.determinations_version)
    rows = store.read(spark, "sweeps").where(until)
    whole, later = sweep, dict[str, Sweep]()
    for row in rows.orderBy(F.desc("determinations_version"), F.desc("started_at")).collect():
        whole = sweep_of(row)
        if not whole.selected:
            break
        for pack in whole.selected:
            later.setdefault(pack, whole)
    return Standing(sweep, whole, later)


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
        selected=tuple(row["selected"] or ()),
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
        selected=manifest.selected,
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
