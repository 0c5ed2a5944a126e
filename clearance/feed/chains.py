"""Merged subjects: who each of them is in the end, and chains that never end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Cycle = tuple[str, ...]


@dataclass(frozen=True)
class Chains:
    """What merges come to.

    Attributes:
        survivors: by merged subject, the one that is left at the end of its chain.
        cycles: subjects merged into each other in a circle, each circle once.
    """

    survivors: dict[str, str]
    cycles: tuple[Cycle, ...]


def follow(merges: Mapping[str, str]) -> Chains:
    """Follow every merge to the end of its chain.

    Args:
        merges: by merged subject, the one it was merged into.
    """
    survivors: dict[str, str] = {}
    cycles: list[Cycle] = []
    lost: set[str] = set()
    for start in merges:
        path: dict[str, None] = {}
        at = start
        while at in merges and at not in path and at not in survivors and at not in lost:
            path[at] = None
            at = merges[at]
        if at in path:
            walked = list(path)
            cycles.append(tuple(walked[walked.index(at) :]))
        if at in path or at in lost:
            lost.update(path)
        else:
            survivors.update(dict.fromkeys(path, survivors.get(at, at)))
    return Chains(survivors, tuple(cycles))
