"""Follows chains of merged subjects to their survivors, and finds circles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Cycle = tuple[str, ...]


@dataclass(frozen=True)
class Chains:
    """The chains of merges.

    Attributes:
        survivors: the subject at the end of the chain, by merged subject.
        cycles: circles of subjects merged into each other, each circle once.
    """

    survivors: dict[str, str]
    cycles: tuple[Cycle, ...]


def follow_merges(merges: Mapping[str, str]) -> Chains:
    """Follow every merge to the end of its chain.

    Args:
        merges: the subject merged into, by merged subject.
    """
    survivors: dict[str, str] = {}
    cycles: list[Cycle] = []
    leads_to_circle: set[str] = set()
    for start in merges:
        path: dict[str, None] = {}
        subject = start
        while subject in merges and not (
            subject in path or subject in survivors or subject in leads_to_circle
        ):
            path[subject] = None
            subject = merges[subject]
        if subject in path:
            chain = list(path)
            cycles.append(tuple(chain[chain.index(subject) :]))
        if subject in path or subject in leads_to_circle:
            leads_to_circle.update(path)
        else:
            survivors.update(dict.fromkeys(path, survivors.get(subject, subject)))
    return Chains(survivors, tuple(cycles))
