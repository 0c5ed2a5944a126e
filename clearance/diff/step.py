"""Diff: who gets another answer, by two sweeps, or by other rules over one record.

Nothing is written into the store. The figures are exact, small ones too: they are for the office.
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

_READ = ("subject_id", "unit", "unit_id", "county", "pack", "pack_version")
_ANSWER = ("outcome", "relief", "reason", "rule", "eligible_on")
COUNTED = (
    *("pack", "county", "units", "people"),
    *(f"{name}_before" for name in ("pack_version", "outcome", "relief", "reason", "rule")),
    *(f"{name}_after" for name in ("pack_version", "outcome", "relief", "reason", "rule")),
)


@dataclass(frozen=True)
class PackDiff:
    """How a pack's answers differ.

    Attributes:
        pack: its id.
        units: with another answer.
        people: to whom they belong.
        eligible_before: people with an eligible unit, before.
        eligible_after: the same, after.
    """

    pack: str
    units: int
    people: int
    eligible_before: int
    eligible_after: int


@dataclass(frozen=True)
class DiffResult:
    """How two sides differ.

    Attributes:
        before: what one side is, in words.
        after: what the other is.
        units: with another answer.
        people: to whom they belong.
        packs: every pack of either side, those that differ most first.
        changes: a kind of change each, in `COUNTED`; `county` is null where none was asked for.
        notes: what a reader should know.
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
    """Compare what two sweeps left, or what a sweep left with what other rules make of its record.

    Args:
        spark: the session.
        store: where the tables are.
        sweeps: two ids; or one, the latest where there is none, whose record is decided again.
        against: decides the record in place of what the sweep left.
        rules: decide the record for the side after, where no second sweep is named.
        by_county: tell changes of counties apart.

    Raises:
        UsageError: more than two sweeps, one that does not exist, or two beside `against`.
        StoreFault: what a sweep rests on cannot be read any more.
    """
    with storage_faults("comparing"), ExitStack() as open_, stage("Comparing answers"):
        first, second = _sweeps(spark, store, sweeps)
        if second is not None and against is not None:
            raise UsageError(
                "Two sweeps are compared as they stand, without rules.",
                "Name one sweep, or none for the latest.",
            )
        notes = [] if second is not None else _changed_since(first, rules)
        before, says_before = _side(open_, spark, store, first, against)
        after, says_after = _side(
            open_, spark, store, second or first, rules if second is None else None
        )
        kept = [open_.enter_context(_Kept(rows)).rows for rows in (before, after)]
        return _compared(kept, (says_before, says_after), by_county=by_county, notes=notes)


class _Kept:
    """A side, worked out once."""

    def __init__(self, rows: DataFrame) -> None:
        self.rows = rows.select(*_READ, *_ANSWER)

    def __enter__(self) -> _Kept:
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
    """What else than the values assumed may make a difference."""
    plain = OtherRules(rules.folder, rules.settings, {}).plan(sweep)
    others = sorted(
        key
        for key in {*plain.fingerprints, *sweep.pack_fingerprints}
        if plain.fingerprints.get(key) != sweep.pack_fingerprints.get(key)
    )
    if not others or not rules.assumed:
        return []
    return [
        "These packs are not as the sweep used them, and differ for that, too: "
        f"{', '.join(others)}. `clearance determine` first, to see only what is assumed."
    ]


def _side(
    open_: ExitStack, spark: SparkSession, store: Store, sweep: Sweep, rules: OtherRules | None
) -> tuple[DataFrame, str]:
    """The rows of one side, and what it is."""
    what_if = ", a what-if" if sweep.what_if else ""
    of = f"sweep {sweep.sweep_id} as of {sweep.as_of}{what_if}"
    if rules is None:
        return sweep.read(spark, store, "determinations"), of
    rows, again = open_.enter_context(decided_by(rules, spark, store, sweep))
    assumed = "".join(f", {name}={value}" for name, value in rules.assumed.items())
    prepared = ", its record read again" if again else ""
    return rows, f"the record of {of} by {rules.folder}{assumed}{prepared}"


def _compared(
    sides: Sequence[DataFrame], says: Sequence[str], *, by_county: bool, notes: Sequence[str]
) -> DiffResult:
    before, after = sides
    by = ("county",) if by_county else ()
    counted = figures(changes(before, after), by=by).collect()
    eligible = _eligible(before, after)
    of_packs = {row["pack"]: row for row in counted if row["level"] == BY_PACK}
    packs = [
        PackDiff(
            pack,
            of_packs[pack]["units"] if pack in of_packs else 0,
            of_packs[pack]["people"] if pack in of_packs else 0,
            *people,
        )
        for pack, people in eligible.items()
    ]
    kinds = [_counted(row) for row in counted if row["level"] == BY_CHANGE]
    whole = next((row for row in counted if row["level"] == WHOLE), None)
    return DiffResult(
        before=says[0],
        after=says[1],
        units=whole["units"] if whole else 0,
        people=whole["people"] if whole else 0,
        packs=tuple(sorted(packs, key=lambda pack: (-pack.people, pack.pack))),
        changes=tuple(sorted(kinds, key=lambda kind: (-kind["people"], *map(str, kind.values())))),
        notes=tuple(notes),
    )


def _counted(row: Row) -> dict[str, Any]:
    values = row.asDict()
    return {name: values.get(name) for name in COUNTED}


def _eligible(before: DataFrame, after: DataFrame) -> dict[str, tuple[int, int]]:
    """By pack, people with an eligible unit, before and after."""
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
