"""Finds a pack of the rulebook by its name, and resolves it under the settings."""

from __future__ import annotations

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


def resolve_pack(rulebook: Rulebook, item: PackFile, settings: Settings) -> ResolvedPack:
    """A pack version under the settings' switches."""
    return rulebook.resolve(item.pack, switches=settings.switches)
