"""`clearance rules check`: what the check of the rulebook found, for a person and for a program."""

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

from clearance.errors import RulebookInvalid, StoreFault
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.statutes.lists import ASKED_BY_STEPS, StatuteLists, load_statutes
from clearance.rulebook.check.findings import Finding, from_line
from clearance.rulebook.language.model import Pack
from clearance.rulebook.loading.load import read_rulebook

if TYPE_CHECKING:
    from clearance.rulebook.check.audit import Audit


@dataclass(frozen=True)
class RulesCheck:
    """What the check found in packs, statute lists and the rules for reading a record.

    Attributes:
        found: packs, problems and notes of all files.
        rows: rows by statute list; empty where the lists cannot be read.
        idle: lists that neither a step nor a pack asks.
    """

    found: Audit
    rows: dict[str, int]
    idle: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {**self.found.as_dict(), "statute_lists": {"rows": self.rows, "idle": self.idle}}

    def raise_for_problems(self) -> None:
        """Raise RulebookInvalid with every problem, where there is one."""
        self.found.raise_for_problems()


def check_rules(rules: Path, *, overlaps: bool) -> RulesCheck:
    """Every problem and note of a rules folder.

    Args:
        rules: the folder.
        overlaps: whether to look for overlaps, which are notes.

    Raises:
        StoreFault: the solver is not installed or does not run here.
    """
    found = _audit(rules, overlaps=overlaps)
    lines: list[str] = []
    lists: StatuteLists | None = None
    cited: set[str] = set()
    try:
        lists = load_statutes(rules, asked=ASKED_BY_STEPS)
    except RulebookInvalid as error:
        lines += error.message.split("\n")
    try:
        record = load_record_rules(rules)
        cited = {rule.cites for rule in record.dispositions if rule.cites} | record.limitation.lists
    except RulebookInvalid as error:
        lines += error.message.split("\n")[1:]
    known = {finding.headline for finding in found.problems}
    more = [from_line(line, kind="list") for line in dict.fromkeys(lines) if line not in known]
    found = replace(found, problems=(*found.problems, *more))
    rows = dict(sorted(Counter(row.list for row in lists.rows).items())) if lists else {}
    asked = {*ASKED_BY_STEPS, *cited, *_named(rules)}
    return RulesCheck(found, rows, tuple(name for name in rows if name not in asked))


def _audit(rules: Path, *, overlaps: bool) -> Audit:
    try:
        with redirect_stdout(io.StringIO()):  # it would print where it looked for its library
            from clearance.rulebook.check.audit import audit
    except Exception as error:  # the solver has exceptions of its own for what it misses
        raise StoreFault(
            f"The solver that `rules check` asks, z3, cannot be loaded ({type(error).__name__}).",
            f"Type: {sys.executable} -m pip install z3-solver",
        ) from error
    return audit(rules, overlapping=overlaps)


def _named(rules: Path) -> set[str]:
    """The words of every pack's questions: a list that a pack asks is one of them."""
    book, _ = read_rulebook(rules)
    return {word for item in book.packs for text in _questions(item.pack) for word in _words(text)}


def _questions(pack: Pack) -> Iterator[str]:
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
    """The notes, then one line of figures; problems go where errors go."""
    for note in result.found.notes:
        console.print(_styled(note))
    if result.found.problems:
        return
    rows = sum(result.rows.values())
    console.print(f"{result.found.packs} packs hold together")
    console.print(f"{len(result.rows)} statute lists hold together, with {rows} rows")
    if result.idle:
        console.print(f"no pack asks yet: {', '.join(result.idle)}", style="dim")


def _styled(note: Finding) -> Text:
    headline, _, witness = note.as_text().partition("\n")
    where = f"{note.file}:{note.line}:"
    text = Text.assemble((where, "bold"), " note:", headline.removeprefix(where))
    return text.append(f"\n{witness}", style="dim") if witness else text
