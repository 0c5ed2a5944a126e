"""`clearance rules check`: problems and notes of the rulebook, as lines or as JSON."""

from __future__ import annotations

import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from clearance.errors import RulebookInvalid, UsageError
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.statutes.lists import REQUIRED_BY_STEPS, StatuteLists, load_statutes
from clearance.rulebook.check.findings import Finding, finding_from_line
from clearance.rulebook.language.model import Pack
from clearance.rulebook.loading.load import read_rulebook

if TYPE_CHECKING:
    from clearance.rulebook.check.audit import Audit


@dataclass(frozen=True)
class RulesCheck:
    """The result of checking packs, statute lists and the rules for reading a record.

    Attributes:
        audit: packs, problems and notes of all files.
        rows: numbers of rows by statute list; empty where the lists cannot be read.
        idle: statute lists that neither a step nor a pack uses.
    """

    audit: Audit
    rows: dict[str, int]
    idle: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {**self.audit.as_dict(), "statute_lists": {"rows": self.rows, "idle": self.idle}}

    def raise_for_problems(self) -> None:
        """Raise RulebookInvalid with every problem, where there is one."""
        self.audit.raise_for_problems()


def check_rules(rules: Path, *, overlaps: bool) -> RulesCheck:
    """Every problem and note of a rules folder.

    Args:
        rules: the folder.
        overlaps: whether to look for overlaps, which are notes.

    Raises:
        UsageError: the solver is not installed or does not run here.
    """
    audit = _audit(rules, overlaps=overlaps)
    lines: list[str] = []
    lists: StatuteLists | None = None
    cited: set[str] = set()
    try:
        lists = load_statutes(rules, required=REQUIRED_BY_STEPS)
    except RulebookInvalid as error:
        lines += error.message.split("\n")
    try:
        record = load_record_rules(rules)
        cited = {rule.cites for rule in record.dispositions if rule.cites} | record.limitation.lists
    except RulebookInvalid as error:
        lines += error.message.split("\n")[1:]
    known = {finding.headline for finding in audit.problems}
    more = [
        finding_from_line(line, kind="list") for line in dict.fromkeys(lines) if line not in known
    ]
    audit = replace(audit, problems=(*audit.problems, *more))
    rows = dict(sorted(Counter(row.list for row in lists.rows).items())) if lists else {}
    used = {*REQUIRED_BY_STEPS, *cited, *_pack_words(rules)}
    return RulesCheck(audit, rows, tuple(name for name in rows if name not in used))


def _audit(rules: Path, *, overlaps: bool) -> Audit:
    try:
        with redirect_stdout(io.StringIO()):  # z3 prints where it looks for its library
            from clearance.rulebook.check.audit import audit
    except Exception as error:  # z3 has its own exceptions for a missing library
        raise UsageError(
            f"The solver of `rules check`, z3, cannot be loaded ({type(error).__name__}).",
            f"Type: {sys.executable} -m pip install z3-solver",
        ) from error
    return audit(rules, overlapping=overlaps)


def _pack_words(rules: Path) -> set[str]:
    """The words of all packs' expressions, the names of the statute lists they use among them."""
    book, _ = read_rulebook(rules)
    texts = (text for item in book.packs for text in _expressions(item.pack))
    return {word for text in texts for word in _words(text)}


def _expressions(pack: Pack) -> Iterator[str]:
    yield from pack.facts.values()
    yield from pack.scope
    for param in pack.params.values():
        yield from (str(value) for value in (param.value, *param.allowed))
        yield from (str(item.value) for item in param.dated)
    for option in pack.options.values():
        yield from option.of


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z][a-z0-9_]*", text)


def print_audit(result: RulesCheck, console: Console) -> None:
    """Print the notes, then the figures; problems are raised as an error instead."""
    for note in result.audit.notes:
        console.print(_format_note(note))
    if result.audit.problems:
        return
    rows = sum(result.rows.values())
    console.print(f"{result.audit.packs} packs hold together")
    console.print(f"{len(result.rows)} statute lists hold together, with {rows} rows")
    if result.idle:
        console.print(f"lists that no pack uses yet: {', '.join(result.idle)}", style="dim")


def _format_note(note: Finding) -> Text:
    headline, _, witness = note.as_text().partition("\n")
    position = f"{note.file}:{note.line}:"
    text = Text.assemble((position, "bold"), " note:", headline.removeprefix(position))
    return text.append(f"\n{witness}", style="dim") if witness else text
