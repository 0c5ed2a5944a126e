"""The statute lists as lawyers write them: `rules/statutes/<list>.csv`, loaded and checked.

All problems of all files are reported together. Imports without pyspark.
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
from clearance.prepare.statutes.checks import LocatedRow, find_clashes, row_problems
from clearance.prepare.statutes.row import StatuteRow

FOLDER = "statutes"
# `list_bits` has two bits a list, in a number of 64 of which one is the sign.
MOST_LISTS = 31
# The lists that prepare uses by name. Without its list a fact would be false for everybody.
REQUIRED_BY_STEPS = (
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
    """Every row of every list, in an order that does not depend on the files, and the spelling."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rows: tuple[StatuteRow, ...]
    spelling: Spelling

    @property
    def names(self) -> tuple[str, ...]:
        """The lists' ids."""
        return tuple(sorted({row.list for row in self.rows}))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the content, whatever its line ends and the order of columns and rows."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode("utf-8")).hexdigest()


@cached_by_content
def load_statutes(rules: Path, *, required: tuple[str, ...] = ()) -> StatuteLists:
    """The statute lists of a rules folder.

    Args:
        rules: the folder that holds `statutes/` and the files on how charges are written.
        required: lists that must be there.

    Raises:
        RulebookInvalid: a list is invalid; each line of the message is `file:line: problem`.
    """
    files = sorted((rules / FOLDER).glob("*.csv"))
    problems = [] if files else [f"{FOLDER}: no list, expected {FOLDER}/<list>.csv"]
    spelling: Spelling | None = None
    try:
        spelling = load_spelling(rules)
    except RulebookInvalid as error:
        problems += error.message.split("\n")
    located_rows: list[LocatedRow] = []
    for path in files:
        rows_of_list, problems_of_list = _read_list(path, spelling)
        located_rows += rows_of_list
        problems += problems_of_list
    problems += find_clashes(located_rows)
    if len(files) > MOST_LISTS:
        problems.append(f"{FOLDER}: {len(files)} lists, {MOST_LISTS} at most")
    problems += _list_missing(required, present=[path.stem for path in files])
    if problems or spelling is None:
        raise RulebookInvalid("\n".join(problems), REMEDY)
    rows = sorted((row for _, row in located_rows), key=lambda row: (row.place, row.window))
    return StatuteLists(rows=tuple(rows), spelling=spelling)


def _read_list(path: Path, spelling: Spelling | None) -> tuple[list[LocatedRow], list[str]]:
    columns = list(StatuteRow.model_fields)
    rows, problems = csv_rows(path, columns)
    name = f"{FOLDER}/{path.name}"
    problems = [f"{FOLDER}/{problem}" for problem in problems]
    if not rows and not problems:
        problems.append(f"{name}:1: the list has no row; add one or delete the file")
    located_rows: list[LocatedRow] = []
    for line, fields in rows:
        location = f"{name}:{line}"
        try:
            row = StatuteRow.model_validate(fields)
        except ValidationError as error:
            problems += [f"{location}: {text}" for text in describe(error, columns)]
            continue
        if row.list != path.stem:
            problems.append(
                f"{location}: list is {row.list}, the file's name says {path.stem}; make them one"
            )
        if spelling is not None:
            problems += [f"{location}: {text}" for text in row_problems(row, spelling)]
        located_rows.append((location, row))
    return located_rows, problems


def _list_missing(required: Iterable[str], *, present: list[str]) -> list[str]:
    """The problems of required lists that have no file."""
    problems = []
    for name in required:
        if name not in present:
            guess = nearest(name, present)
            hint = f"; is it {FOLDER}/{guess}.csv?" if guess else ""
            problems.append(f"{FOLDER}/{name}.csv:1: no such list, but it is required{hint}")
    return problems
