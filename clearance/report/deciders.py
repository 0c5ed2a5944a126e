"""The sweeps that decided the packs of a page: dates, ids, notes and what-if labels.

Usually there is one sweep. After a sweep of named packs each pack has the date of its own sweep,
and the notes of the earlier sweep are still valid for the other packs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from clearance.determine.recorded import WHAT_IF, DecidingSweeps, Sweep


@dataclass(frozen=True)
class Decider:
    """A sweep and the packs of the page that it decided.

    Attributes:
        sweep: the sweep.
        packs: their ids; empty if the sweep decided every pack of the page.
    """

    sweep: Sweep
    packs: tuple[str, ...]

    @property
    def pack_names(self) -> str:
        """The packs as text; empty for every pack of the page."""
        return ", ".join(self.packs)


@dataclass(frozen=True)
class Deciders:
    """The sweeps that decided the packs of a page.

    Attributes:
        sweeps: each with its packs, the latest first.
        by_pack: the sweep that decided each pack.
    """

    sweeps: tuple[Decider, ...]
    by_pack: DecidingSweeps

    @property
    def several(self) -> bool:
        """Whether the page has packs of more than one sweep."""
        return len(self.sweeps) > 1

    @property
    def as_of(self) -> str:
        """The page's date, or each date with its packs."""
        if not self.several:
            return self.sweeps[0].sweep.as_of.isoformat()
        return "; ".join(
            f"{decider.sweep.as_of.isoformat()} ({decider.pack_names})" for decider in self.sweeps
        )

    @property
    def notes(self) -> list[str]:
        """The notes of each sweep, with its packs and date if there are several sweeps."""
        return list(self._notes())

    @property
    def what_ifs(self) -> list[str]:
        """A label for each sweep that is a what-if."""
        return [
            f"{decider.pack_names}: {WHAT_IF}" if decider.packs else WHAT_IF
            for decider in self.sweeps
            if decider.sweep.what_if
        ]

    def day_of(self, pack: str) -> date:
        """The date of the sweep that decided a pack."""
        return self.by_pack.of(pack).as_of

    def _notes(self) -> Iterator[str]:
        for decider in self.sweeps:
            day = decider.sweep.as_of.isoformat()
            prefix = f"{decider.pack_names}, as of {day}: " if decider.packs else ""
            yield from (prefix + note for note in decider.sweep.notes)


def find_deciders(by_pack: DecidingSweeps, *, packs: Collection[str]) -> Deciders:
    """The sweeps that decided the packs of a page.

    Args:
        by_pack: the sweep that decided each pack.
        packs: ids of the packs of the page.
    """
    packs_of: dict[str, list[str]] = {}
    sweeps: dict[str, Sweep] = {}
    for pack in sorted(packs):
        sweep = by_pack.of(pack)
        sweeps[sweep.sweep_id] = sweep
        packs_of.setdefault(sweep.sweep_id, []).append(pack)
    if len(sweeps) < 2:
        return Deciders((Decider(next(iter(sweeps.values()), by_pack.latest), ()),), by_pack)
    latest = by_pack.latest.sweep_id
    newest_first = sorted(
        sweeps.values(), key=lambda sweep: (sweep.sweep_id != latest, -sweep.determinations_version)
    )
    deciders = tuple(Decider(sweep, tuple(packs_of[sweep.sweep_id])) for sweep in newest_first)
    return Deciders(deciders, by_pack)
