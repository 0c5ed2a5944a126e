"""`clearance rules show` and `rules pages`: show packs in English."""

from __future__ import annotations

from pathlib import Path

from clearance.commands.rules.packs import find_pack, resolve_pack
from clearance.errors import UsageError
from clearance.rulebook.english.pages import pages
from clearance.rulebook.english.prose import pack_in_english
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import Settings


def show_pack(rules: Path, settings: Settings, name: str) -> str:
    """A pack in English.

    Raises:
        UsageError: there is no such pack, or the name has no version and the pack has several.
    """
    rulebook = load_rulebook(rules)
    resolved = resolve_pack(rulebook, find_pack(rulebook, name), settings)
    return pack_in_english(resolved, rulebook.catalogue, rulebook.reasons)


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
