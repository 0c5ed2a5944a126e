"""The statute lists as lawyers write them: `rules/statutes/<list>.csv`, read and judged.

Every problem of every file is found before any is reported. Imports without pyspark.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from clearance.charges.spelling import (
    REMEDY,
    SECTION_PATTERN,
    Spelling,
    csv_rows,
    describe,
    load_spelling,
)
from clearance.errors import RulebookInvalid

FOLDER = "statutes"
PATH_PATTERN = r"^([A-Z]{1,2}|\d{1,3}|[IVX]{1,4})(\.([A-Z]{1,2}|\d{1,3}|[IVX]{1,4}))*$"
LITERAL_PATTERN = r"^[A-Z0-9]+( [A-Z0-9]+)*(\|[A-Z0-9]+( [A-Z0-9]+)*)*$"
EARLIEST, LATEST = date.min, date.max


class StatuteRow(BaseModel):
    """A section, or a subdivision of one, on a list; the README of the folder explains columns."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    list: str = Field(pattern="^[a-z][a-z0-9_]*$")
    code_book: str
    section: str = Field(pattern=SECTION_PATTERN)
    path: str | None = Field(pattern=PATH_PATTERN)
    literal: str | None = Field(pattern=LITERAL_PATTERN)
    needs: Literal["felony", "unreadable", "felony_unreadable", "not"] | None
    attempts: Literal["yes", "possible", "no"]
    conspiracies: Literal["yes", "possible", "no"]
    bare: Literal["possible", "no"] | None
    without_book: Literal["match", "possible", "no"]
    condition: str = Field(min_length=1)
    valid_from: date | None
    valid_to: date | None
    cite: str = Field(min_length=1)
    certainty: Literal["H", "M", "V", "reading"]
    source: str = Field(min_length=1)

    @field_validator("path", "literal", "needs", "bare", "valid_from", "valid_to", mode="before")
    @classmethod
    def _blank_is_absent(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _holds_together(self) -> StatuteRow:
        if (self.path is None) != (self.bare is None):
            raise ValueError("bare is for rows with a path: `possible` or `no` there, else blank")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        if self.needs == "not" and (self.valid_from or self.valid_to):
            raise ValueError("a row that says `not` holds at all dates: leave valid_from, valid_to")
        return self

    @property
    def place(self) -> tuple[str, str, str, str, str]:
        """What the row is about; two rows of one place must not hold at the same time."""
        return (self.list, self.code_book, self.section, self.path or "", self.literal or "")

    @property
    def window(self) -> tuple[date, date]:
        """First and last day on which the row holds."""
        return (self.valid_from or EARLIEST, self.valid_to or LATEST)


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


def load_statutes(rules: Path) -> StatuteLists:
    """The statute lists of a rules folder.

    Args:
        rules: the folder that holds `statutes/` and the files on how charges are written.

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
    found: list[tuple[str, StatuteRow]] = []
    for path in files:
        rows, wrong = _read(path, spelling)
        found += rows
        problems += wrong
    problems += _overlaps(found)
    if problems or spelling is None:
        raise RulebookInvalid("\n".join(problems), REMEDY)
    ordered = sorted((row for _, row in found), key=lambda row: (row.place, row.window))
    return StatuteLists(rows=tuple(ordered), spelling=spelling)


def _read(path: Path, spelling: Spelling | None) -> tuple[list[tuple[str, StatuteRow]], list[str]]:
    columns = list(StatuteRow.model_fields)
    rows, problems = csv_rows(path, columns)
    name = f"{FOLDER}/{path.name}"
    problems = [f"{FOLDER}/{problem}" for problem in problems]
    found: list[tuple[str, StatuteRow]] = []
    for line, given in rows:
        where = f"{name}:{line}"
        try:
            row = StatuteRow.model_validate(given)
        except ValidationError as error:
            problems += [f"{where}: {text}" for text in describe(error, columns)]
            continue
        if row.list != path.stem:
            problems.append(f"{where}: list is {row.list}, the file's name says {path.stem}")
        problems += [f"{where}: {text}" for text in _cannot_be_met(row, spelling)]
        found.append((where, row))
    return found, problems


def _cannot_be_met(row: StatuteRow, spelling: Spelling | None) -> list[str]:
    """Why no charge could ever match the row: an unknown code book or lettered section."""
    if spelling is None:
        return []
    problems = []
    if row.code_book not in spelling.code_books:
        problems.append(f"{row.code_book} is no code book of code_books.yaml")
    name = f"{row.code_book} {row.section}"
    if row.section[-1].isalpha() and name not in spelling.lettered_sections:
        problems.append(f"{name} is not in sections_with_letters.csv, so no charge reads as it")
    return problems


def _overlaps(found: list[tuple[str, StatuteRow]]) -> list[str]:
    """Rows about the same place that hold on the same day: one says nothing or they disagree."""
    ordered = sorted(found, key=lambda entry: (entry[1].place, entry[1].window))
    problems = []
    for (before, earlier), (where, row) in pairwise(ordered):
        if earlier.place == row.place and row.window[0] <= earlier.window[1]:
            same = earlier.model_dump() == row.model_dump()
            what = "repeats" if same else "disagrees with"
            problems.append(f"{where}: {what} {before}, which holds on the same dates")
    return problems
