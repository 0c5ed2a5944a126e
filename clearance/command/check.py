"""`rules check`: what the check of the rulebook found, for a person and for a program."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from clearance.errors import StoreFault
from clearance.rulebook.findings import Finding

if TYPE_CHECKING:
    from clearance.rulebook.audit import Audit


def check_rules(rules: Path, *, overlaps: bool) -> Audit:
    """Every problem and note of a rules folder.

    Args:
        rules: the folder.
        overlaps: whether to look for overlaps, which are notes.

    Raises:
        StoreFault: the solver is not installed or does not run here.
    """
    try:
        with redirect_stdout(io.StringIO()):  # it would print where it looked for its library
            from clearance.rulebook.audit import audit
    except Exception as error:  # the solver has exceptions of its own for what it misses
        raise StoreFault(
            f"The solver that `rules check` asks, z3, cannot be loaded ({type(error).__name__}).",
            f"Type: {sys.executable} -m pip install z3-solver",
        ) from error
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
