"""A pack and the counties whose units it decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clearance.rulebook.language.resolved import ResolvedPack


@dataclass(frozen=True)
class Assigned:
    """A pack and the counties whose units it decides.

    Attributes:
        bound: the pack, with the options of every county that is not in `by_county`.
        counties: only these; None for every county.
        excluded: all but these; used for a default policy.
        by_county: the pack with a county's own options.
        rivals: what other counties decide by. Where a unit's county cannot be read, one of them may
            be its own, and what it would decide otherwise goes to a person.
        read: the counties there are; the name of any other cannot be read. Asked with `rivals`.
    """

    bound: ResolvedPack
    counties: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()
    by_county: Mapping[str, ResolvedPack] = field(default_factory=dict)
    rivals: tuple[ResolvedPack, ...] = ()
    read: frozenset[str] = frozenset()

    @property
    def bounds(self) -> dict[str, ResolvedPack]:
        """The pack as it is used: under its id, and under `pack/COUNTY` for own options.

        The id stands alone where all its counties have the same options; it is left out where
        each of its counties has its own.
        """
        identity = self.bound.pack.pack
        found = {f"{identity}/{county}": own for county, own in sorted(self.by_county.items())}
        if self.counties is None or self.counties - set(self.by_county):
            found = {identity: self.bound, **found}
        return found

    @property
    def counties_named(self) -> set[str]:
        """Every county that is not as all others are."""
        read = self.read if self.rivals else ()
        return {*(self.counties or ()), *self.excluded, *self.by_county, *read}

    def of_county(self, county: str | None) -> ResolvedPack | None:
        """The pack as a county has it, or None where it does not.

        Args:
            county: its name; None for any that is not named.
        """
        if county in self.excluded or (self.counties is not None and county not in self.counties):
            return None
        return self.by_county.get(county, self.bound) if county is not None else self.bound
