"""The statute lists as lawyers write them: `rules/statutes/<list>.csv`, read and judged.

Every problem of every file is found before any is reported. Imports without pyspark.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from clearance.errors import RulebookInvalid, nearest
from clearance.platform.folder_cache import cached_by_content
from clearance.prepare.citation.spelling import REMEDY, Spelling, csv_rows, describe, load_spelling
from clearance.prepare.statutes.checks import Placed, find_clashes, row_problems
from clearance.prepare.statutes.row import StatuteRow

FOLDER = "statutes"
# `list_bits` has two bits a list, in a number of 64 of which one is the sign.
MOST_LISTS = 31
# What the steps before any pack ask of a charge: without one of these lists they would see nobody.
ASKED_BY_STEPS = (
    "enhancement",
    "gang_enhancement",
    "gang_offence",
    "makes_serious",
    "makes_violent",
    "not_an_offence",
    "p64",
    "registrable_290c",
    "registrable_by_offence",
    "serious",
    "super_strike",
    "violent",
)


class StatuteLists(BaseModel):
    """Every row of every list, in one order whatever the files' order, and how charges are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rows: tuple[StatuteRow, ...]
    spelling: Spelling

    @property
    def names(self) -> tuple[str, ...]:
        """The lists' ids."""
        return tuple(sorted({row.list for row in self.rows}))

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the content: the same for other line ends, column or row order."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode("utf-8")).hexdigest()


@cached_by_content
def load_statutes(rules: Path, *, asked: tuple[str, ...] = ()) -> StatuteLists:
    """The statute lists of a rules folder.

    Args:
        rules: the folder that holds `statutes/` and the files on how charges are written.
        asked: lists that must be there.

    Raises:
        RulebookInvalid: with every problem, one a line, as `file:line: what is wrong`.
    """
    files = sorted((rules / FOLDER).glob("*.csv"))
    problems = [] if files else [f"{FOLDER}: no list, expected {FOLDER}/<list>.csv"]
    spelling: Spelling | None = None
    try:
        spelling = load_spelling(rules)
    except RulebookInvalid as error:
        problems += error.message.split("\n")
    found: list[Placed] = []
    for path in files:
        rows, wrong = _read_list(path, spelling)
        found += rows
        problems += wrong
    problems += find_clashes(found)
    if len(files) > MOST_LISTS:
        problems.append(f"{FOLDER}: {len(files)} lists, {MOST_LISTS} at most")
    problems += _list_missing(asked, present=[path.stem for path in files])
    if problems or spelling is None:
        raise RulebookInvalid("\n".join(problems), REMEDY)
    ordered = sorted((row for _, row in found), key=lambda row: (row.place, row.window))
    return StatuteLists(rows=tuple(ordered), spelling=spelling)


def _read_list(path: Path, spelling: Spelling | None) -> tuple[list[Placed], list[str]]:
    columns = list(StatuteRow.model_fields)
    rows, problems = csv_rows(path, columns)
    name = f"{FOLDER}/{path.name}"
    problems = [f"{FOLDER}/{problem}" for problem in problems]
    if not rows and not problems:
        problems.append(f"{name}:1: the list has no row; add one or delete the file")
    found: list[Placed] = []
    for line, given in rows:
        where = f"{name}:{line}"
        try:
            row = StatuteRow.model_validate(given)
        except ValidationError as error:
            problems += [f"{where}: {text}" for text in describe(error, columns)]
            continue
        if row.list != path.stem:
            problems.append(
                f"{where}: list is {row.list}, the file's name says {path.stem}; make them one"
            )
        if spelling is not None:
            problems += [f"{where}: {text}" for text in row_problems(row, spelling)]
        found.append((where, row))
    return found, problems


def _list_missing(asked: Iterable[str], *, present: list[str]) -> list[str]:
    """Lists that something asks and no file is."""
    problems = []
    for name in asked:
        if name not in present:
            guess = nearest(name, present)
            hint = f"; is it {FOLDER}/{guess}.csv?" if guess else ""
            problems.append(f"{FOLDER}/{name}.csv:1: no such list, but it is asked for{hint}")
    return problems
