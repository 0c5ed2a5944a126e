"""A pack of the rulebook by its name, with what the settings choose."""

from __future__ import annotations

from clearance.errors import UsageError
from clearance.rulebook.language.resolved import ResolvedPack, resolve
from clearance.rulebook.loading.load import PackFile, Rulebook
from clearance.settings import Settings


def named_pack(rulebook: Rulebook, name: str) -> PackFile:
    """The pack version that `pack` or `pack@version` names.

    Raises:
        UsageError: there is no such pack, or several versions and none was named.
    """
    identity, _, version = name.partition("@")
    versions = [
        item
        for item in rulebook.packs
        if item.pack.pack == identity and version in ("", item.pack.version)
    ]
    if len(versions) != 1:
        known = ", ".join(f"{i.pack.pack}@{i.pack.version}" for i in rulebook.packs)
        what = "is several versions" if versions else "is no pack"
        raise UsageError(f"`{name}` {what}.", f"Name one of: {known}.")
    return versions[0]


def bound_pack(rulebook: Rulebook, item: PackFile, settings: Settings) -> ResolvedPack:
    """A pack version under the settings' switches."""
    return resolve(item.pack, rulebook.catalogue, switches=settings.switches, reads=rulebook.reads)
