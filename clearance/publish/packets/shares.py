"""The sweep of each county's packet, and the tables at that sweep's versions.

After a sweep of named packs, the counties' policies may be decided by two sweeps with different
record versions. A county's packet shows the sweep that decided its policy, and that sweep's record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from clearance.determine.recorded import DecidingSweeps, Sweep
from clearance.platform.store.store import Store
from clearance.publish.figures.counted import Figures
from clearance.publish.packets.packets import Tables, open_tables
from clearance.publish.packets.row_keys import Survey, survey_rows


@dataclass(frozen=True)
class TablesBySweep:
    """The tables at each sweep's versions, opened at the first request.

    Attributes:
        spark: the session.
        store: where they are.
        determinations: of every pack.
        rules: the rulebook's folder.
        caches: unpersists the cached tables at its end.
    """

    spark: SparkSession
    store: Store
    determinations: DataFrame
    rules: Path
    caches: ExitStack
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
            self._tables[sweep.sweep_id] = self.caches.enter_context(opened)
        return self._tables[sweep.sweep_id]


@dataclass(frozen=True)
class CountiesOfSweep:
    """The counties whose policies one sweep decided.

    Attributes:
        sweep: the sweep.
        counties: their names.
        survey: counts over the sweep's source rows.
    """

    sweep: Sweep
    counties: list[str]
    survey: Survey


def counties_by_sweep(
    opened: TablesBySweep,
    *,
    figures: Figures,
    sweeps: DecidingSweeps,
    counties: Iterable[str] | None,
) -> list[CountiesOfSweep]:
    """Groups the counties to publish by the sweep that decided their policies.

    A county without a decision is in the group of the latest of these sweeps.

    Args:
        opened: the tables.
        figures: counts of the determinations.
        sweeps: the sweep that decided each pack.
        counties: the counties to publish; None means every county of the record.
    """
    deciding = _deciding(figures, sweeps)
    by_id = {sweep.sweep_id: sweep for sweep in deciding.values()}
    main = max(by_id.values(), key=_version, default=sweeps.whole)
    groups = []
    for sweep in {main.sweep_id: main, **by_id}.values():
        tables = opened.at(sweep)
        survey = survey_rows(tables.keys, people=tables.people)
        wanted = sorted(survey.counties) if counties is None else counties
        decided = [name for name in wanted if deciding.get(name, main).sweep_id == sweep.sweep_id]
        groups.append(CountiesOfSweep(sweep, decided, survey))
    return [group for group in groups if group.counties] or groups[:1]


def _deciding(figures: Figures, sweeps: DecidingSweeps) -> Mapping[str, Sweep]:
    """The sweep that decided each county's policy; the latest if there are several."""
    deciding: dict[str, Sweep] = {}
    for row in figures.of_kind("policy"):
        sweep = sweeps.of(row.pack)
        deciding[row.county] = max(sweep, deciding.get(row.county, sweep), key=_version)
    return deciding


def _version(sweep: Sweep) -> int:
    return sweep.determinations_version
