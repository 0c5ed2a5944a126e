"""Finds a pack of the rulebook by its name, and resolves it under the settings."""

from __future__ import annotations

from datetime import date

from clearance.errors import UsageError
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import PackFile, Rulebook
from clearance.settings import Settings


def find_pack(rulebook: Rulebook, name: str) -> PackFile:
    """The pack version that `pack` or `pack@version` names.

    Raises:
        UsageError: there is no such pack, or the name has no version and the pack has several.
    """
    identity, _, version = name.partition("@")
    versions = [
        item
        for item in rulebook.packs
        if item.pack.pack == identity and version in ("", item.pack.version)
    ]
    if len(versions) != 1:
        known = ", ".join(f"{i.pack.pack}@{i.pack.version}" for i in rulebook.packs)
        problem = f"Pack `{name}` has several versions" if versions else f"Unknown pack `{name}`"
        raise UsageError(f"{problem}.", f"Name one of: {known}.")
    return versions[0]


def pack_in_force(rulebook: Rulebook, name: str, *, as_of: date | None) -> PackFile:
    """The pack version that `pack@version` names; for a plain `pack`, the version in force.

    Args:
        rulebook: the rules.
        name: the pack.
        as_of: the day on which the version is in force; None for the latest version that is in
            force on any day. Today's date plays no part, so that the answer is always the same.

    Raises:
        UsageError: there is no such pack, no version is in force, or both a version and a day are
            named.
    """
    identity, _, version = name.partition("@")
    if version and as_of is not None:
        raise UsageError(
            f"`{name}` names a version, and --as-of another way to choose one.",
            f"Leave one out: `{identity} --as-of {as_of}` or `{name}`.",
        )
    versions = [item for item in rulebook.packs if item.pack.pack == identity]
    if version or len(versions) == 0 or (as_of is None and len(versions) == 1):
        return find_pack(rulebook, name)
    dated = [
        (item.pack.in_force.start or date.min, item)
        for item in versions
        if item.pack.in_force != "never" and (as_of is None or item.pack.in_force_on(as_of))
    ]
    if not dated:
        known = ", ".join(f"{identity}@{item.pack.version}" for item in versions)
        day = f"on {as_of}" if as_of is not None else "on any day"
        raise UsageError(f"No version of `{identity}` is in force {day}.", f"Name one of: {known}.")
    _, latest = max(dated, key=lambda start_and_item: start_and_item[0])
    return latest


def resolve_pack(rulebook: Rulebook, item: PackFile, settings: Settings) -> ResolvedPack:
    """A pack version under the settings' switches."""
    return rulebook.resolve(item.pack, switches=settings.switches)
