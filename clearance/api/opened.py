"""A store that is opened from Python, to be read."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from clearance.api.session import session_or_new
from clearance.determine.recorded import Sweep, deciding_sweeps, latest_sweep, named_sweep, sweep_of
from clearance.explain.model import Explanation
from clearance.explain.step import explain
from clearance.export.step import exported
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.rulebook.english.office_words import load_reason_texts


@dataclass(frozen=True)
class OpenedStore:
    """The tables of a store as a sweep used or left them; nothing here writes.

    A method without `sweep` reads the latest one; `sweeps` has the ids of all.

    Attributes:
        spark: the session that reads.
        store: the store of the tables.
        rules: the rules folder, for the texts of reasons.
    """

    spark: SparkSession
    store: Store
    rules: Path

    def sweeps(self) -> DataFrame:
        """One row per sweep: its id, its date, what it rests on, its counts and its digest.

        Raises:
            UsageError: nothing has been determined yet.
        """
        return self.store.read(self.spark, "sweeps")

    def determinations(self, sweep: str | None = None) -> DataFrame:
        """One row per determination, with the columns that `clearance export` writes.

        Args:
            sweep: the sweep's id; None for the latest.

        Raises:
            UsageError: there is no such sweep.
            StoreFault: a version that the sweep used has been removed.
        """
        of_sweep = self._sweep(sweep)
        return exported(
            self.spark,
            self.store,
            sweep=of_sweep,
            deciders=deciding_sweeps(self.spark, self.store, of_sweep),
            texts=load_reason_texts(self.rules),
        )

    def charges(self, sweep: str | None = None) -> DataFrame:
        """One row per count, as the sweep read it.

        Args:
            sweep: the sweep's id; None for the latest.

        Raises:
            UsageError: there is no such sweep.
            StoreFault: the version that the sweep used has been removed.
        """
        return self._sweep(sweep).read(self.spark, self.store, "charges")

    def arrests(self, sweep: str | None = None) -> DataFrame:
        """One row per arrest, as the sweep read it.

        Args:
            sweep: the sweep's id; None for the latest.

        Raises:
            UsageError: there is no such sweep.
            StoreFault: the version that the sweep used has been removed.
        """
        return self._sweep(sweep).read(self.spark, self.store, "arrests")

    def explain(self, subject_id: str, sweep: str | None = None) -> Explanation:
        """One person's record and each decision about it, as `clearance explain` has them.

        Args:
            subject_id: the person.
            sweep: the sweep's id; None for the latest.

        Raises:
            UsageError: there is no such person or sweep.
            StoreFault: a version that the sweep used has been removed.
        """
        return explain(
            self.spark, self.store, subject_id=subject_id, rules=self.rules, sweep_id=sweep
        )

    def _sweep(self, sweep_id: str | None) -> Sweep:
        if sweep_id is None:
            return latest_sweep(self.spark, self.store)
        rows = self.sweeps().collect()
        return sweep_of(named_sweep(rows, sweep_id, store=self.store))


def open(
    store: str | PathLike[str],
    *,
    rules: str | PathLike[str] | None = None,
    spark: SparkSession | None = None,
) -> OpenedStore:
    """A store to be read.

    Args:
        store: the folder or the address of its tables.
        rules: the rules folder, for the texts of reasons; None for the rules that come with
            Clearance.
        spark: the session; None for the one that is open, else a new one.

    Raises:
        StoreFault: Spark does not start.
    """
    session = session_or_new(spark, small=False)
    return OpenedStore(
        session, Store(fspath(store)), rules_folder() if rules is None else Path(rules)
    )
