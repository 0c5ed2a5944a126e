"""`clearance rules sign`: signs a pack off in its present state."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from clearance.commands.rules.packs import find_pack, resolve_pack
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.loading.signatures import sign
from clearance.settings import Settings


def sign_pack(rules: Path, settings: Settings, name: str, *, by: str, on: date) -> Path:
    """Sign a pack off; returns the file of the signature.

    Raises:
        UsageError: there is no such pack, the name has no version and the pack has several, or the
            name of the signer is empty.
    """
    rulebook = load_rulebook(rules)
    item = find_pack(rulebook, name)
    return sign(item, resolve_pack(rulebook, item, settings), by=by, on=on)
