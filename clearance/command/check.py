"""`rules check`: what the check of the rulebook found, for a person and for a program."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from clearance.rulebook.audit import Audit, audit
from clearance.rulebook.findings import Finding


def check_rules(rules: Path, *, overlaps: bool) -> Audit:
    """Every problem and note of a rules folder.

    Args:
        rules: the folder.
        overlaps: whether to look for overlaps, which are notes.
    """
    return audit(rules, overlapping=overlaps)


def say_audit(result: Audit, console: Console) -> None:
    """The notes, then one line of figures; problems go where errors go."""
    for note in result.notes:
        console.print(_styled(note))
    if not result.problems:
        console.print(f"{result.packs} packs hold together")


def _styled(note: Finding) -> Text:
    headline, _, witness = note.as_text().partition("\n")
    place = f"{note.file}:{note.line}:"
    text = Text.assemble((place, "bold"), " note:", headline.removeprefix(place))
    return text.append(f"\n{witness}", style="dim") if witness else text
