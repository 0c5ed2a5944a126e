"""The versions of a pack beside each other: which share a day in force, which leave days out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise

from clearance.rulebook.language.model import InForce, Pack


def version_problems(packs: Sequence[Pack]) -> Iterator[tuple[int, str]]:
    """Versions of one pack that share an id or a day in force.

    Args:
        packs: every pack; what comes back names the later one by its place among them.
    """
    for (_, one), (i, other) in combinations(enumerate(packs), 2):
        if one.pack != other.pack:
            continue
        if one.version == other.version:
            yield i, f"pack {one.pack}: version {one.version} stands twice"
        elif _overlap(one, other):
            yield (
                i,
                f"pack {one.pack}: versions {one.version} and {other.version} are in force on the "
                "same day; end one before the other begins",
            )


def version_gaps(packs: Sequence[Pack]) -> Iterator[tuple[int, str]]:
    """Days between two versions of one pack on which none is in force.

    Args:
        packs: every pack; what comes back names the later one by its place among them.
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


def _overlap(one: Pack, other: Pack) -> bool:
    if one.in_force == "never" or other.in_force == "never":
        return False
    latest_start = max(one.in_force.start or date.min, other.in_force.start or date.min)
    earliest_end = min(one.in_force.end or date.max, other.in_force.end or date.max)
    return latest_start <= earliest_end
