"""`clearance rules sign`: a pack signed off as it decides now."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from clearance.commands.rules.packs import bound_pack, named_pack
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.loading.signatures import sign
from clearance.settings import Settings


def sign_pack(rules: Path, settings: Settings, name: str, *, by: str, on: date) -> Path:
    """The file in which a pack is signed off now.

    Raises:
        UsageError: there is no such pack, several versions and none was named, or nobody signs.
    """
    rulebook = load_rulebook(rules)
    item = named_pack(rulebook, name)
    return sign(item, bound_pack(rulebook, item, settings), by=by, on=on)
