"""A pack and the counties whose units it decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clearance.rulebook.language.resolved import ResolvedPack


@dataclass(frozen=True)
class Assigned:
    """A pack and the counties whose units it decides.

    Attributes:
        resolved: the pack, with the options of each county that is not in `by_county`.
        counties: the counties whose units it decides; None for every county.
        excluded: counties whose units it does not decide; used for a default policy.
        by_county: the pack with the county's options, for counties whose options differ.
        rivals: the packs of other counties. A unit whose county is unreadable may belong to one of
            them; if a rival decides otherwise, a person reviews the unit.
        known_counties: all counties by name; any other name is unreadable. Used with `rivals`.
    """

    resolved: ResolvedPack
    counties: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()
    by_county: Mapping[str, ResolvedPack] = field(default_factory=dict)
    rivals: tuple[ResolvedPack, ...] = ()
    known_counties: frozenset[str] = frozenset()

    @property
    def variants(self) -> dict[str, ResolvedPack]:
        """The resolved packs in use: by the pack's id, and by `pack/COUNTY` for own options.

        There is only the id if all counties have the same options, and no id if each county has
        its own.
        """
        identity = self.resolved.pack.pack
        own = {f"{identity}/{county}": pack for county, pack in sorted(self.by_county.items())}
        if self.counties is None or self.counties - set(self.by_county):
            return {identity: self.resolved, **own}
        return own

    @property
    def counties_named(self) -> set[str]:
        """Counties that are not treated like all the others."""
        known = self.known_counties if self.rivals else ()
        return {*(self.counties or ()), *self.excluded, *self.by_county, *known}

    def of_county(self, county: str | None) -> ResolvedPack | None:
        """The pack with a county's options; None if it does not decide the county's units.

        Args:
            county: the county's name; None for any county that is not in `counties_named`.
        """
        if county in self.excluded or (self.counties is not None and county not in self.counties):
            return None
        return self.by_county.get(county, self.resolved) if county is not None else self.resolved
