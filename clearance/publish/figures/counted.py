"""Counts of determinations, made once for statistics, packets and the report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from clearance.publish.figures.small_cells import (
    Cell,
    Number,
    PublicFigures,
    ReasonCell,
    public_figures,
)
from clearance.publish.figures.together import collect_parts

STATISTICS = ("county", "pack", "outcome", "reason", "units", "people")
"""The columns of `statistics.csv` and of `internal/statistics.csv`."""

DECISION = (
    *("county", "kind", "unit", "pack", "pack_version", "pack_fingerprint"),
    *("outcome", "relief", "reason", "rule", "cite"),
)
_CELL = ("county", "kind", "pack", "outcome")


@dataclass(frozen=True)
class Figures:
    """Units and people by county, pack, outcome and reason.

    Attributes:
        decisions: one row per county and distinct decision: `DECISION`, `units`, and `soon`, the
            units that become eligible by the day that `count_figures` was given.
        by_reason: people by county, kind, pack, outcome and reason.
        by_outcome: people by county, kind, pack and outcome; less than the sum over `by_reason`
            where a person has several reasons.
    """

    decisions: tuple[Row, ...]
    by_reason: Mapping[tuple[str, ...], int]
    by_outcome: Mapping[tuple[str, ...], int]

    def of_kind(self, *kinds: str) -> list[Row]:
        """The rows of `decisions` whose pack is of one of `kinds`."""
        return [row for row in self.decisions if row.kind in kinds]

    def units(self, *columns: str) -> dict[tuple[str, ...], int]:
        """Units grouped by `columns` of `DECISION`."""
        sums: dict[tuple[str, ...], int] = defaultdict(int)
        for row in self.decisions:
            sums[tuple(row[name] for name in columns)] += row.units
        return dict(sums)

    @cached_property
    def outcomes(self) -> dict[Cell, Number]:
        """Units and people by county, pack and outcome."""
        units = self.units(*_CELL)
        return {
            (county, pack, outcome): Number(units[county, kind, pack, outcome], people)
            for (county, kind, pack, outcome), people in self.by_outcome.items()
        }

    @cached_property
    def reasons(self) -> dict[ReasonCell, Number]:
        """Units and people by county, pack, outcome and reason."""
        units = self.units(*_CELL, "reason")
        return {
            (county, pack, outcome, reason): Number(
                units[county, kind, pack, outcome, reason], people
            )
            for (county, kind, pack, outcome, reason), people in self.by_reason.items()
        }

    @cached_property
    def public(self) -> PublicFigures:
        """The outcomes and reasons that may be published."""
        return public_figures(self.outcomes, self.reasons)

    def statistics(self, *, counties: Collection[str] | None) -> list[tuple[object, ...]]:
        """The rows of `internal/statistics.csv`, in order.

        Args:
            counties: those to publish; None means all.
        """
        return _rows(self.reasons, counties=counties)

    def public_statistics(self, *, counties: Collection[str] | None) -> list[tuple[object, ...]]:
        """The rows of `statistics.csv`, in order; withheld and zero figures have no row.

        Args:
            counties: those to publish; None means all.
        """
        return _rows(self.public.reasons, counties=counties)


def _rows(
    numbers: Mapping[ReasonCell, Number | None], *, counties: Collection[str] | None
) -> list[tuple[object, ...]]:
    return [
        (*cell, number.units, number.people)
        for cell, number in sorted(numbers.items(), key=lambda item: item[0])
        if number is not None and (counties is None or cell[0] in counties)
    ]


@dataclass(frozen=True)
class FiguresAndPacks:
    """The figures of one sweep's determinations, with the rows of `packs`.

    Attributes:
        figures: counts of the determinations.
        packs: every row of `packs`.
    """

    figures: Figures
    packs: list[Row]


def count_figures(determinations: DataFrame, *, soon: Column | None = None) -> Figures:
    """Counts determinations in one query.

    Args:
        determinations: of every pack.
        soon: the last day on which a unit that becomes eligible counts as `soon`; None counts
            no unit.
    """
    by_then = F.lit(False) if soon is None else F.col("eligible_on") <= soon
    decisions = determinations.groupBy(*DECISION).agg(
        F.count("*").alias("units"), F.count_if(by_then).alias("soon")
    )
    cells = determinations.select(*_CELL, "reason", "subject_id")
    keys = [F.col(name) for name in (*_CELL, "reason")]
    people = cells.groupingSets([keys, keys[:-1]], *keys).agg(
        F.countDistinct("subject_id").alias("people"),
        (F.grouping("reason") == 0).alias("by_reason"),
    )
    counts = collect_parts({"decisions": decisions, "people": people})
    by_reason, by_outcome = {}, {}
    for row in counts["people"]:
        if row.by_reason:
            by_reason[tuple(row[:5])] = row.people
        else:
            by_outcome[tuple(row[:4])] = row.people
    return Figures(tuple(counts["decisions"]), by_reason, by_outcome)
