"""Diff: the units with another answer in two sweeps, or by other rules over one record.

Nothing is written into the store. The numbers are exact, small ones too: they are for the office.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.determine.recorded import Sweep, latest_sweep, named_sweep, sweep_of
from clearance.diff.compare import BY_CHANGE, BY_PACK, WHOLE, changes, figures
from clearance.diff.sides import OtherRules, decided_by
from clearance.errors import UsageError
from clearance.platform.store.store import Store, storage_faults
from clearance.platform.watch.log import logged
from clearance.platform.watch.progress import stage

_UNIT_COLUMNS = ("subject_id", "unit", "unit_id", "county", "pack", "pack_version")
_ANSWER_COLUMNS = ("outcome", "relief", "reason", "rule", "eligible_on")
COUNTED = (
    *("pack", "county", "units", "people"),
    *(f"{name}_before" for name in ("pack_version", "outcome", "relief", "reason", "rule")),
    *(f"{name}_after" for name in ("pack_version", "outcome", "relief", "reason", "rule")),
)


@dataclass(frozen=True)
class PackDiff:
    """The numbers of a pack's answers that differ.

    Attributes:
        pack: its id.
        units: number of units with another answer.
        people: number of people with such a unit.
        eligible_before: number of people with an eligible unit on the side before.
        eligible_after: number of people with an eligible unit on the side after.
    """

    pack: str
    units: int
    people: int
    eligible_before: int
    eligible_after: int


@dataclass(frozen=True)
class DiffResult:
    """The differences of two sides.

    Attributes:
        before: the side before, in words.
        after: the side after, in words.
        units: number of units with another answer.
        people: number of people with such a unit.
        packs: every pack of either side, by descending number of people.
        changes: kinds of change, each with the fields of `COUNTED`; `county` is null unless
            changes are counted by county.
        notes: remarks on the comparison for its reader.
    """

    before: str
    after: str
    units: int
    people: int
    packs: tuple[PackDiff, ...]
    changes: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The result for `--json`."""
        return asdict(self) | {
            "packs": [asdict(pack) for pack in self.packs],
            "changes": [dict(change) for change in self.changes],
            "notes": list(self.notes),
        }


@logged("diff")
def diff(
    spark: SparkSession,
    store: Store,
    *,
    sweeps: Sequence[str] = (),
    against: OtherRules | None = None,
    rules: OtherRules,
    by_county: bool = False,
) -> DiffResult:
    """Compare the rows of two sweeps, or the rows of a sweep with other rules' decisions.

    Args:
        spark: the session.
        store: the store of the tables.
        sweeps: ids of two sweeps to compare; or at most one id (default: the latest), of the
            sweep whose record is decided by `rules`.
        against: rules that decide the side before; None for the rows that the sweep left.
        rules: rules that decide the side after, unless a second sweep is named.
        by_county: count the changes of each county apart.

    Raises:
        UsageError: more than two sweeps, an unknown sweep, or two sweeps with `against`.
        StoreFault: a version that a sweep used has been removed.
    """
    with storage_faults("comparing"), ExitStack() as resources, stage("Comparing answers"):
        first, second = _sweeps(spark, store, sweeps)
        if second is not None and against is not None:
            raise UsageError(
                "Two sweeps are compared without rules.",
                "Name one sweep, or none for the latest.",
            )
        notes = [] if second is not None else _changed_since(first, rules)
        before, words_before = _side(resources, spark, store, first, against)
        after, words_after = _side(
            resources, spark, store, second or first, rules if second is None else None
        )
        sides = [resources.enter_context(_PersistedSide(rows)).rows for rows in (before, after)]
        return _compare(sides, (words_before, words_after), by_county=by_county, notes=notes)


class _PersistedSide:
    """A side that Spark computes once, within the block."""

    def __init__(self, rows: DataFrame) -> None:
        self.rows = rows.select(*_UNIT_COLUMNS, *_ANSWER_COLUMNS)

    def __enter__(self) -> _PersistedSide:
        self.rows.persist(StorageLevel.MEMORY_AND_DISK)
        return self

    def __exit__(self, *_: object) -> None:
        self.rows.unpersist()


def _sweeps(spark: SparkSession, store: Store, named: Sequence[str]) -> tuple[Sweep, Sweep | None]:
    if len(named) > 2:
        raise UsageError("Two sweeps can be compared, not more.", "Name two at most.")
    if not named:
        return latest_sweep(spark, store), None
    rows = store.read(spark, "sweeps").collect()
    first, *second = [sweep_of(named_sweep(rows, name, store=store)) for name in named]
    return first, second[0] if second else None


def _changed_since(sweep: Sweep, rules: OtherRules) -> list[str]:
    """Notes on packs that changed since the sweep, beside the assumed values."""
    unchanged = OtherRules(rules.folder, rules.settings, {}).plan(sweep)
    changed = sorted(
        key
        for key in {*unchanged.fingerprints, *sweep.pack_fingerprints}
        if unchanged.fingerprints.get(key) != sweep.pack_fingerprints.get(key)
    )
    if not changed or not rules.assumed:
        return []
    return [
        "These packs are not as the sweep used them, and differ for that, too: "
        f"{', '.join(changed)}. `clearance determine` first, to see only what is assumed."
    ]


def _side(
    resources: ExitStack, spark: SparkSession, store: Store, sweep: Sweep, rules: OtherRules | None
) -> tuple[DataFrame, str]:
    """The rows of one side, and the side in words."""
    what_if = ", a what-if" if sweep.what_if else ""
    sweep_in_words = f"sweep {sweep.sweep_id} as of {sweep.as_of}{what_if}"
    if rules is None:
        return sweep.read(spark, store, "determinations"), sweep_in_words
    rows, prepared_again = resources.enter_context(decided_by(rules, spark, store, sweep))
    assumed = "".join(f", {name}={value}" for name, value in rules.assumed.items())
    prepared = ", its record read again" if prepared_again else ""
    return rows, f"the record of {sweep_in_words} by {rules.folder}{assumed}{prepared}"


def _compare(
    sides: Sequence[DataFrame], words: Sequence[str], *, by_county: bool, notes: Sequence[str]
) -> DiffResult:
    before, after = sides
    by = ("county",) if by_county else ()
    counted = figures(changes(before, after), by=by).collect()
    eligible = _count_eligible(before, after)
    rows_by_pack = {row["pack"]: row for row in counted if row["level"] == BY_PACK}
    packs = [
        PackDiff(
            pack,
            rows_by_pack[pack]["units"] if pack in rows_by_pack else 0,
            rows_by_pack[pack]["people"] if pack in rows_by_pack else 0,
            *people,
        )
        for pack, people in eligible.items()
    ]
    changes_counted = [_change_row(row) for row in counted if row["level"] == BY_CHANGE]
    total = next((row for row in counted if row["level"] == WHOLE), None)
    return DiffResult(
        before=words[0],
        after=words[1],
        units=total["units"] if total else 0,
        people=total["people"] if total else 0,
        packs=tuple(sorted(packs, key=lambda pack: (-pack.people, pack.pack))),
        changes=tuple(
            sorted(changes_counted, key=lambda kind: (-kind["people"], *map(str, kind.values())))
        ),
        notes=tuple(notes),
    )


def _change_row(row: Row) -> dict[str, Any]:
    values = row.asDict()
    return {name: values.get(name) for name in COUNTED}


def _count_eligible(before: DataFrame, after: DataFrame) -> dict[str, tuple[int, int]]:
    """The numbers of people with an eligible unit, before and after, by pack."""
    side = F.lit(True).alias("later")
    both = before.select(F.lit(False).alias("later"), "pack", "subject_id", "outcome").unionByName(
        after.select(side, "pack", "subject_id", "outcome")
    )
    eligible = F.when(F.col("outcome") == "ELIGIBLE", F.col("subject_id"))
    rows = both.groupBy("pack").agg(
        F.count_distinct(F.when(~F.col("later"), eligible)).alias("before"),
        F.count_distinct(F.when(F.col("later"), eligible)).alias("after"),
    )
    return {row["pack"]: (row["before"], row["after"]) for row in rows.collect()}
