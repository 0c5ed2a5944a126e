"""What the report says of the sweeps behind it: dates, ids, notes, and what is a what-if.

Mostly it is one sweep. After a sweep of named packs each of them is of its own day, and the notes
of the sweep before it still hold for the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from clearance.determine.recorded import WHAT_IF, Standing, Sweep


@dataclass(frozen=True)
class Decider:
    """A sweep and the packs of the page that it decided.

    Attributes:
        sweep: which.
        packs: their names; none where it decided all of the page.
    """

    sweep: Sweep
    packs: tuple[str, ...]

    @property
    def pack_names(self) -> str:
        """The packs as the page names them; empty for all."""
        return ", ".join(self.packs)


@dataclass(frozen=True)
class Deciders:
    """The sweeps behind a page, the latest first.

    Attributes:
        sweeps: each with its packs.
        stands: which of them decided which pack.
    """

    sweeps: tuple[Decider, ...]
    stands: Standing

    @property
    def several(self) -> bool:
        """Whether the page is of more than one sweep."""
        return len(self.sweeps) > 1

    @property
    def as_of(self) -> str:
        """The page's date, or each date with its packs."""
        if not self.several:
            return self.sweeps[0].sweep.as_of.isoformat()
        return "; ".join(f"{one.sweep.as_of.isoformat()} ({one.pack_names})" for one in self.sweeps)

    @property
    def notes(self) -> list[str]:
        """What each sweep noted."""
        return list(self._noted())

    @property
    def what_ifs(self) -> list[str]:
        """A sentence a sweep that is a what-if."""
        return [
            f"{one.pack_names}: {WHAT_IF}" if one.packs else WHAT_IF
            for one in self.sweeps
            if one.sweep.what_if
        ]

    def day_of(self, pack: str) -> date:
        """The date of the sweep that decided a pack."""
        return self.stands.of(pack).as_of

    def _noted(self) -> Iterator[str]:
        for one in self.sweeps:
            of = f"{one.pack_names}, as of {one.sweep.as_of.isoformat()}: " if one.packs else ""
            yield from (of + note for note in one.sweep.notes)


def find_deciders(stands: Standing, *, packs: Collection[str]) -> Deciders:
    """The sweeps behind a page.

    Args:
        stands: which sweep decided which pack.
        packs: those that the page shows.
    """
    by_sweep: dict[str, list[str]] = {}
    sweeps: dict[str, Sweep] = {}
    for pack in sorted(packs):
        sweep = stands.of(pack)
        sweeps[sweep.sweep_id] = sweep
        by_sweep.setdefault(sweep.sweep_id, []).append(pack)
    if len(sweeps) < 2:
        return Deciders((Decider(next(iter(sweeps.values()), stands.latest), ()),), stands)
    latest = stands.latest.sweep_id
    newest = sorted(
        sweeps.values(), key=lambda one: (one.sweep_id != latest, -one.determinations_version)
    )
    each = tuple(Decider(one, tuple(by_sweep[one.sweep_id])) for one in newest)
    return Deciders(each, stands)
