"""How charges are written: code books, lettered sections, the sections of attempt and conspiracy.

They are data of the rulebook (`rules/code_books.yaml`, `rules/sections_with_letters.csv`), so that
the parser names no section of law. Imports without pyspark.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clearance.errors import RulebookInvalid, nearest
from clearance.platform.paths import rules_folder
from clearance.rulebook.language.yaml_lines import load_yaml

BOOKS_FILE = "code_books.yaml"
LETTERS_FILE = "sections_with_letters.csv"
REMEDY = "Correct the lines named above, then run `clearance rules check`."
Word = Annotated[str, Field(pattern="^[A-Z]+$")]
Phrase = Annotated[str, Field(pattern="^[A-Z][A-Z ]*$")]
Lettered = Annotated[str, Field(pattern=r"^[1-9]\d*[A-Z]$")]
Name = Annotated[str, Field(pattern="^[A-Z][A-Z&./ ]*$")]
SECTION_PATTERN = r"^[1-9]\d{0,5}(\.\d{1,5})?[A-Z]{0,2}$"


class PrefixSection(BaseModel):
    """A section that is cited beside the section of the crime, such as that of an attempt."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code_book: str
    section: str = Field(pattern=SECTION_PATTERN)


class LetteredSection(BaseModel):
    """A section whose number ends in a letter, which is therefore no subdivision."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code_book: str
    section: str = Field(pattern=r"^[1-9]\d{0,5}(\.\d{1,5})?[A-Z]{1,2}$")
    what: str = Field(min_length=1)
    certainty: str = Field(pattern="^(H|M|V|reading)$")
    source: str = Field(min_length=1)


class Spelling(BaseModel):
    """The code books, prefix sections, lettered sections and words for parsing charge texts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code_books: dict[Annotated[str, Field(pattern="^[A-Z]{2}$")], str] = Field(min_length=1)
    attempt: PrefixSection
    conspiracy: PrefixSection
    attempt_also: tuple[Lettered, ...] = ()
    principal: PrefixSection | None = None
    letters_in_brackets: tuple[Lettered, ...] = ()
    named_charges: dict[str, tuple[Phrase, ...]] = {}
    letters_like_digits: tuple[Annotated[str, Field(pattern="^[A-Z]$")], ...] = ()
    no_such_sections: tuple[PrefixSection, ...] = ()
    other_names: dict[str, tuple[Name, ...]] = {}
    attempt_words: tuple[Word, ...] = Field(min_length=1)
    conspiracy_words: tuple[Word, ...] = Field(min_length=1)
    short_sections: tuple[Word, ...] = ()
    own_attempts: tuple[PrefixSection, ...] = ()
    about_others: tuple[PrefixSection, ...] = ()
    charge_words: tuple[Word, ...] = Field(min_length=1)
    lead_words: tuple[Word, ...] = ()
    count_words: tuple[Word, ...] = Field(min_length=1)
    past_words: tuple[Word, ...] = Field(min_length=1)
    units: tuple[Word, ...] = Field(min_length=1)
    ends_before: dict[str, int] = {}
    gaps: dict[str, tuple[tuple[int, int], ...]] = {}
    no_section_from: int = Field(gt=0)
    measures: tuple[Word, ...] = ()
    street_words: tuple[Word, ...] = ()
    other_codes: tuple[Word, ...] = ()
    lettered: tuple[LetteredSection, ...] = ()

    def has_number(self, code_book: str, number: int) -> bool:
        """Whether a section of the code book may begin with a number.

        Args:
            code_book: in two letters.
            number: the digits before a point or a letter.
        """
        in_gap = any(first <= number <= last for first, last in self.gaps.get(code_book, ()))
        return number < self.ends_before.get(code_book, self.no_section_from) and not in_gap

    @property
    def lettered_sections(self) -> frozenset[str]:
        """Lettered sections, as `PC 653F`."""
        return frozenset(f"{entry.code_book} {entry.section}" for entry in self.lettered)


def describe(error: ValidationError, known: list[str]) -> list[str]:
    """The problems that pydantic found, one line each, with the nearest key for an unknown key.

    Args:
        error: the error that pydantic raised.
        known: the keys that are allowed.
    """
    lines = []
    for problem in error.errors():
        key = ".".join(str(step) for step in problem["loc"]) or "row"
        if problem["type"] == "extra_forbidden":
            meant = nearest(key, known)
            lines.append(f"unknown key {key}" + (f"; did you mean {meant}?" if meant else ""))
        elif problem["type"] == "value_error":
            lines.append(problem["msg"].removeprefix("Value error, "))
        else:
            given = repr(problem.get("input"))[:40]
            lines.append(f"{key} is {given}: {problem['msg'].lower()}")
    return lines


def csv_rows(path: Path, columns: list[str]) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    """The rows of a rule table with their line numbers, and the problems of its form.

    Args:
        path: a CSV file with a header.
        columns: the columns that it must have, and no others.
    """
    try:
        return _csv_rows(path, columns)
    except UnicodeError:
        return [], [f"{path.name}:1: this is not UTF-8 text"]
    except csv.Error as error:
        return [], [f"{path.name}:1: {error}"]
    except OSError as error:
        return [], [f"{path.name}: cannot be read ({error.strerror})"]


def _csv_rows(path: Path, columns: list[str]) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    rows: list[tuple[int, dict[str, str]]] = []
    problems: list[str] = []
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, restkey="(beyond the header)", strict=True)
        header = list(reader.fieldnames or [])
        for name in header:
            if name not in columns:
                meant = nearest(name, columns)
                hint = f"; did you mean {meant}?" if meant else ""
                problems.append(f"{path.name}:1: unknown column {name}{hint}")
        problems += [
            f"{path.name}:1: column {name} is missing" for name in columns if name not in header
        ]
        if problems:
            return [], problems
        try:
            for row in reader:
                if None in row.values() or len(row) != len(columns):
                    problems.append(f"{path.name}:{reader.line_num}: not {len(columns)} fields")
                else:
                    rows.append((reader.line_num, {k: v.strip() for k, v in row.items()}))
        except csv.Error as error:
            problems.append(f"{path.name}:{reader.line_num}: {error}")
    return rows, problems


def _read_lettered_sections(path: Path) -> tuple[list[LetteredSection], list[str]]:
    columns = list(LetteredSection.model_fields)
    if not path.is_file():
        return [], [f"{path.name}: no such file"]
    rows, problems = csv_rows(path, columns)
    sections: dict[str, LetteredSection] = {}
    for line, row in rows:
        try:
            entry = LetteredSection.model_validate(row)
        except ValidationError as error:
            problems += [f"{path.name}:{line}: {text}" for text in describe(error, columns)]
            continue
        name = f"{entry.code_book} {entry.section}"
        if name in sections:
            problems.append(f"{path.name}:{line}: {name} stands twice")
        sections[name] = entry
    return sorted(sections.values(), key=lambda entry: (entry.code_book, entry.section)), problems


@lru_cache(maxsize=1)
def default_spelling() -> Spelling:
    """How charges are written by the project's own rules; the files are read once."""
    return load_spelling(rules_folder())


def load_spelling(rules: Path) -> Spelling:
    """How charges are written by the rules of a folder.

    Args:
        rules: the folder that holds `code_books.yaml` and `sections_with_letters.csv`.

    Raises:
        RulebookInvalid: a file is missing or invalid.
    """
    lettered, problems = _read_lettered_sections(rules / LETTERS_FILE)
    spelling: Spelling | None = None
    try:
        entries = load_yaml(rules / BOOKS_FILE).data
        if not isinstance(entries, dict):
            raise TypeError("not a mapping of keys")
        spelling = Spelling.model_validate({**entries, "lettered": lettered})
    except ValidationError as error:
        keys = list(Spelling.model_fields)
        problems += [f"{BOOKS_FILE}: {line}" for line in describe(error, keys)]
    except RulebookInvalid as error:
        missing = not (rules / BOOKS_FILE).is_file()
        problems.append(f"{BOOKS_FILE}: no such file" if missing else error.message)
    except TypeError as error:
        problems.append(f"{BOOKS_FILE}: {error}")
    if spelling is not None:
        problems += [
            f"{LETTERS_FILE}: {entry.code_book} is no code book of {BOOKS_FILE}"
            for entry in lettered
            if entry.code_book not in spelling.code_books
        ]
        problems += [
            f"{BOOKS_FILE}: {key}.{book} is no code book of this file"
            for key, books in (("ends_before", spelling.ends_before), ("gaps", spelling.gaps))
            for book in books
            if book not in spelling.code_books
        ]
    if problems or spelling is None:
        raise RulebookInvalid("\n".join(problems), REMEDY)
    return spelling
