"""`clearance rules show` and `rules pages`: packs in English."""

from __future__ import annotations

from pathlib import Path

from clearance.commands.rules.packs import bound_pack, named_pack
from clearance.errors import UsageError
from clearance.rulebook.english.pages import pages
from clearance.rulebook.english.prose import english
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import Settings


def show_pack(rules: Path, settings: Settings, name: str) -> str:
    """A pack in English.

    Raises:
        UsageError: there is no such pack, or several versions and none was named.
    """
    rulebook = load_rulebook(rules)
    bound = bound_pack(rulebook, named_pack(rulebook, name), settings)
    return english(bound, rulebook.catalogue, rulebook.reasons)


def write_pages(rules: Path, out: Path) -> list[str]:
    """A page a pack version and their index, as files in a folder.

    Returns:
        The names of the files, the index first.

    Raises:
        UsageError: the folder cannot be written.
    """
    written = pages(load_rulebook(rules))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (out / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written ({type(error).__name__}).", "Name another folder."
        ) from error
    return list(written)
