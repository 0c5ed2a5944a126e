"""`clearance rules show` and `rules pages`: show packs in English."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from clearance.commands.rules.packs import pack_in_force, resolve_pack
from clearance.errors import UsageError
from clearance.rulebook.english.pages import pages
from clearance.rulebook.english.prose import pack_in_english
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import Settings


def show_pack(rules: Path, settings: Settings, name: str, *, as_of: date | None) -> dict[str, Any]:
    """A pack in English: `pack` (with its version, `pack@version`) and `english`.

    Args:
        rules: the rules folder.
        settings: their switches.
        name: `pack` for the version in force, or `pack@version`.
        as_of: the day on which the version is in force; None for the latest in force.

    Raises:
        UsageError: there is no such pack, or no version of it is in force.
    """
    rulebook = load_rulebook(rules)
    item = pack_in_force(rulebook, name, as_of=as_of)
    english = pack_in_english(
        resolve_pack(rulebook, item, settings), rulebook.catalogue, rulebook.reasons
    )
    return {"pack": f"{item.pack.pack}@{item.pack.version}", "english": english}


def write_pages(rules: Path, out: Path) -> list[str]:
    """Write a page for each pack version, and an index, into a folder.

    Returns:
        The names of the files, the index first.

    Raises:
        UsageError: the folder cannot be written.
    """
    texts = pages(load_rulebook(rules))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written ({type(error).__name__}).", "Name another folder."
        ) from error
    return list(texts)
