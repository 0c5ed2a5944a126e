"""Which sweep each county's packet is of, and the tables of each such sweep.

After a sweep of named packs the counties' policies may be of two sweeps, which may rest on two
records. A county's packet is of the sweep that decided its policy, and of the record of then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from clearance.determine.recorded import Standing, Sweep
from clearance.platform.store.store import Store
from clearance.publish.figures.counted import Figures
from clearance.publish.packets.packets import Tables, open_tables
from clearance.publish.packets.row_keys import Survey, survey_rows


@dataclass(frozen=True)
class TablesBySweep:
    """The tables of each sweep that is asked for, opened once.

    Attributes:
        spark: the session.
        store: where they are.
        determinations: of every pack.
        rules: the rulebook's folder.
        kept: lets go at its end what is kept of them.
    """

    spark: SparkSession
    store: Store
    determinations: DataFrame
    rules: Path
    kept: ExitStack
    _tables: dict[str, Tables] = field(default_factory=dict, repr=False)

    def at(self, sweep: Sweep) -> Tables:
        """The tables at the versions of a sweep."""
        if sweep.sweep_id not in self._tables:
            opened = open_tables(
                *(self.spark, self.store),
                sweep=sweep,
                determinations=self.determinations,
                rules=self.rules,
            )
            self._tables[sweep.sweep_id] = self.kept.enter_context(opened)
        return self._tables[sweep.sweep_id]


@dataclass(frozen=True)
class CountiesOfSweep:
    """The counties whose policies one sweep decided.

    Attributes:
        sweep: which.
        counties: their names.
        survey: of its source rows.
    """

    sweep: Sweep
    counties: list[str]
    survey: Survey


def counties_by_sweep(
    opened: TablesBySweep, *, figures: Figures, stands: Standing, counties: Iterable[str] | None
) -> list[CountiesOfSweep]:
    """The counties to publish, by the sweep that decided their policies.

    A county without a decision goes with the latest of these sweeps.

    Args:
        opened: the tables.
        figures: of the determinations.
        stands: which sweep decided which pack.
        counties: those to publish; every county of the record when None.
    """
    deciding = _deciding(figures, stands)
    sweeps = {sweep.sweep_id: sweep for sweep in deciding.values()}
    main = max(sweeps.values(), key=_order, default=stands.whole)
    shares = []
    for sweep in {main.sweep_id: main, **sweeps}.values():
        tables = opened.at(sweep)
        survey = survey_rows(tables.keys, people=tables.people)
        wanted = sorted(survey.counties) if counties is None else counties
        own = [c for c in wanted if deciding.get(c, main).sweep_id == sweep.sweep_id]
        shares.append(CountiesOfSweep(sweep, own, survey))
    return [share for share in shares if share.counties] or shares[:1]


def _deciding(figures: Figures, stands: Standing) -> Mapping[str, Sweep]:
    """By county the sweep that decided its policy; the latest of them where it had several."""
    found: dict[str, Sweep] = {}
    for row in figures.of_kind("policy"):
        sweep = stands.of(row.pack)
        found[row.county] = max(sweep, found.get(row.county, sweep), key=_order)
    return found


def _order(sweep: Sweep) -> int:
    return sweep.determinations_version
