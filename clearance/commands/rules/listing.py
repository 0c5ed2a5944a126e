"""`clearance rules list`: lists every pack and version, and who signed it off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from clearance.commands.rules.packs import resolve_pack
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.loading.signatures import sign_off
from clearance.settings import Settings


def list_packs(rules: Path, settings: Settings) -> list[dict[str, Any]]:
    """One entry per pack version, with its state of sign-off under the settings' switches."""
    rows = []
    rulebook = load_rulebook(rules)
    for item in rulebook.packs:
        pack = item.pack
        signed = sign_off(item, resolve_pack(rulebook, item, settings))
        force = pack.in_force
        rows.append(
            {
                "pack": pack.pack,
                "version": pack.version,
                "kind": pack.kind,
                "unit": pack.unit,
                "title": pack.title,
                "in_force_from": None if force == "never" else force.start,
                "in_force_to": None if force == "never" else force.end,
                "ever_in_force": force != "never",
                "rules": len(pack.flow),
                "reviewed_by": pack.authority.reviewed_by,
                "signed_off": signed.state,
                "signed_by": signed.signature.by if signed.signature else None,
                "signed_on": signed.signature.on if signed.signature else None,
                "says": str(signed),
            }
        )
    return rows


def print_packs(rows: list[dict[str, Any]], console: Console) -> None:
    """Print a line per pack version."""
    for row in rows:
        console.print(
            f"{row['pack']}@{row['version']}  {row['kind']}  {row['title']}  ({row['says']})",
            markup=False,
        )
