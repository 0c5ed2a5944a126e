"""Determinations in numbers: counted once, for statistics, packets and the report alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from clearance.literal import literal_table
from clearance.publish.together import collected

STATISTICS = ("county", "pack", "outcome", "reason", "units", "people")
"""The columns of `statistics.csv`."""

DECISION = (
    *("county", "kind", "unit", "pack", "pack_version", "pack_fingerprint"),
    *("outcome", "relief", "reason", "rule", "cite"),
)
_CELL = ("county", "kind", "pack", "outcome")


@dataclass(frozen=True)
class Figures:
    """How many units and people each pack has decided how.

    Attributes:
        decisions: a row is a county's distinct decision: `DECISION`, its `units`, and as `soon`
            those of them that become eligible by the day that was asked for.
        by_reason: people by county, kind, pack, outcome and reason.
        by_outcome: people by county, kind, pack and outcome; no sum of the former, since a person
            may be in several.
    """

    decisions: tuple[Row, ...]
    by_reason: Mapping[tuple[str, ...], int]
    by_outcome: Mapping[tuple[str, ...], int]

    def of_kind(self, *kinds: str) -> list[Row]:
        """The decisions of packs of these kinds."""
        return [row for row in self.decisions if row.kind in kinds]

    def units(self, *columns: str) -> dict[tuple[str, ...], int]:
        """Units by columns of `DECISION`."""
        sums: dict[tuple[str, ...], int] = defaultdict(int)
        for row in self.decisions:
            sums[tuple(row[name] for name in columns)] += row.units
        return dict(sums)

    def statistics(self) -> list[tuple[object, ...]]:
        """The rows of `statistics.csv`, in order."""
        sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
        for (county, kind, pack, outcome, reason), units in self.units(*_CELL, "reason").items():
            counted = sums[county, pack, outcome, reason]
            counted[0] += units
            counted[1] += self.by_reason[county, kind, pack, outcome, reason]
        return [(*key, *counted) for key, counted in sorted(sums.items())]


@dataclass(frozen=True)
class Counted:
    """A state in numbers, and the packs behind it.

    Attributes:
        figures: of the determinations.
        packs: the rows of `packs`.
    """

    figures: Figures
    packs: list[Row]


def figures(determinations: DataFrame, *, soon: Column | None = None) -> Figures:
    """The figures of a state, from one query.

    Args:
        determinations: of every pack.
        soon: the day by which a row's unit must become eligible to count as `soon`.
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
    found = collected({"decisions": decisions, "people": people})
    by_reason, by_outcome = {}, {}
    for row in found["people"]:
        if row.by_reason:
            by_reason[tuple(row[:5])] = row.people
        else:
            by_outcome[tuple(row[:4])] = row.people
    return Figures(tuple(found["decisions"]), by_reason, by_outcome)


def reason_people(determinations: DataFrame, *, cells: Iterable[tuple[str, str, str]]) -> DataFrame:
    """A row is a pack, outcome and reason with its people in some cells, each counted once.

    Args:
        determinations: of every pack.
        cells: pack, county and outcome of each.
    """
    types = dict.fromkeys(("pack", "county", "outcome"), "string")
    wanted = literal_table(determinations.sparkSession, cells, types)
    shown = determinations.join(
        F.broadcast(wanted), on=["pack", "county", "outcome"], how="left_semi"
    )
    return shown.groupBy("pack", "outcome", "reason").agg(
        F.countDistinct("subject_id").alias("people")
    )
