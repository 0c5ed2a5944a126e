"""A recorded sweep, and the tables at the versions that it used or wrote.

Publish, report, explain and grant load their sweep with this module. They read every table at the
version that the sweep's manifest names, so that a later prepare or determine changes nothing.
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
        input_versions: version of each input table, by name.
        determinations_version: version of `determinations` after the sweep.
        selected: packs named on the command line; empty for a sweep of every pack.
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
        """The rows of a table at the version that the sweep used or wrote.

        Args:
            spark: the session.
            store: the store of the tables.
            table: `determinations`, an input table, or `source_rows`, from which `charges` was
                prepared.

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
class DecidingSweeps:
    """The sweeps that decided the rows of `determinations` as a sweep left them.

    A sweep of named packs leaves the rows of the other packs as an earlier sweep wrote them.

    Attributes:
        latest: the sweep that left the table.
        whole: the last sweep of every pack up to then; without one, the first sweep.
        later: by pack, the sweep of named packs that decided it after `whole`.
    """

    latest: Sweep
    whole: Sweep
    later: Mapping[str, Sweep]

    def of(self, pack: str) -> Sweep:
        """The sweep that last decided a pack."""
        return self.later.get(pack, self.whole)

    @property
    def packs(self) -> set[str]:
        """The packs that the sweeps decided, by id."""
        sweeps = (self.whole, *self.later.values())
        return {key.partition("/")[0] for sweep in sweeps for key in sweep.pack_fingerprints}

    @property
    def fingerprints(self) -> set[str]:
        """The fingerprint of each pack, as used by the sweep that decided its rows."""
        sweeps = {sweep.sweep_id: sweep for sweep in (self.whole, *self.later.values())}
        return {
            fingerprint
            for sweep in sweeps.values()
            for key, fingerprint in sweep.pack_fingerprints.items()
            if self.of(key.partition("/")[0]).sweep_id == sweep.sweep_id
        }


def deciding_sweeps(spark: SparkSession, store: Store, sweep: Sweep) -> DecidingSweeps:
    """The sweeps that decided the rows as a sweep left them; no query for a sweep of every pack.

    Args:
        spark: the session.
        store: the store of the tables.
        sweep: the sweep that left the table.
    """
    if not sweep.selected:
        return DecidingSweeps(sweep, sweep, {})
    until = F.col("determinations_version") <= F.lit(sweep.determinations_version)
    return deciding_among(store.read(spark, "sweeps").where(until).collect(), sweep)


def deciding_among(sweeps: Sequence[Row], sweep: Sweep) -> DecidingSweeps:
    """The sweeps that decided the rows as a sweep left them.

    Args:
        sweeps: rows of `sweeps`; those after the sweep do not count.
        sweep: the sweep that left the table.
    """
    if not sweep.selected:
        return DecidingSweeps(sweep, sweep, {})
    earlier, later = sweep, dict[str, Sweep]()
    for row in latest_first(sweeps):
        if row["determinations_version"] > sweep.determinations_version:
            continue
        earlier = sweep_of(row)
        if not earlier.selected:
            break
        for pack in earlier.selected:
            later.setdefault(pack, earlier)
    return DecidingSweeps(sweep, earlier, later)


def latest_first(sweeps: Sequence[Row]) -> list[Row]:
    """Rows of `sweeps`, the one with the latest commit to `determinations` first."""
    return sorted(
        sweeps, key=lambda row: (row["determinations_version"], row["started_at"]), reverse=True
    )


def latest_sweep(spark: SparkSession, store: Store) -> Sweep:
    """The recorded sweep with the latest commit to `determinations`.

    Sweeps are ordered by table version, not by clock: two machines' clocks differ.

    Raises:
        UsageError: nothing has been determined yet.
    """
    rows = store.read(spark, "sweeps")
    row = rows.orderBy(F.desc("determinations_version"), F.desc("started_at")).first()
    if row is None:
        raise no_sweep_error(store)
    return sweep_of(row)


def no_sweep_error(store: Store) -> UsageError:
    """The error where nothing has been determined yet."""
    return UsageError(
        f"The store {store.uri} has no sweep yet.",
        "Run `clearance determine --as-of YYYY-MM-DD` first.",
    )


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
    """The sweep that wrote a version of `determinations`, read from its commit without a query.

    Args:
        spark: the session.
        store: the store of the tables.
        version: of `determinations`.
        digest: of the sweep; its commit does not hold it.

    Raises:
        StoreFault: the commit names no sweep.
    """
    commit = store.last_commit(spark, "determinations", until=version)
    manifest = Manifest.from_json(commit.note) if commit is not None else None
    if manifest is None:
        raise StoreFault(
            f"No sweep wrote version {version} of determinations in the store {store.uri}.",
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
    """The row of a sweep.

    Args:
        sweeps: rows of `sweeps`.
        sweep_id: the id.
        store: the store of the sweeps, for the message.

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
