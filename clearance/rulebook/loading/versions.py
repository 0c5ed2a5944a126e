"""Checks across the versions of a pack: versions in force on the same day, and days without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise

from clearance.rulebook.language.model import InForce, Pack


def version_problems(packs: Sequence[Pack]) -> Iterator[tuple[int, str]]:
    """Problems of versions of one pack with the same id or a common day in force.

    Args:
        packs: every pack; each problem has the index of the later version.
    """
    for (_, first), (i, second) in combinations(enumerate(packs), 2):
        if first.pack != second.pack:
            continue
        if first.version == second.version:
            yield i, f"pack {first.pack}: version {first.version} appears twice"
        elif _overlap(first, second):
            yield (
                i,
                f"pack {first.pack}: versions {first.version} and {second.version} are in force on "
                "the same day; end one before the other begins",
            )


def version_gaps(packs: Sequence[Pack]) -> Iterator[tuple[int, str]]:
    """Periods between two versions of one pack on which no version is in force.

    Args:
        packs: every pack; each problem has the index of the later version.
    """
    for name in dict.fromkeys(pack.pack for pack in packs):
        periods = sorted(
            (pack.in_force.start or date.min, i, pack.in_force)
            for i, pack in enumerate(packs)
            if pack.pack == name and pack.in_force != "never"
        )
        for (_, _, before), (start, i, _) in pairwise(periods):
            first = _day_after(before)
            if first is not None and first < start:
                last = start - timedelta(days=1)
                yield i, f"pack {name}: no version is in force from {first} to {last}"


def _day_after(period: InForce) -> date | None:
    return None if period.end is None else period.end + timedelta(days=1)


def _overlap(first: Pack, second: Pack) -> bool:
    if first.in_force == "never" or second.in_force == "never":
        return False
    latest_start = max(first.in_force.start or date.min, second.in_force.start or date.min)
    earliest_end = min(first.in_force.end or date.max, second.in_force.end or date.max)
    return latest_start <= earliest_end
