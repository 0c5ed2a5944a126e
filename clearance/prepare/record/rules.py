"""The rules for reading a record: dispositions, steps, sentence words, counties, registrations.

They are data in `rules/`, checked when they are loaded, before any step runs.
"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from clearance.errors import RulebookInvalid
from clearance.platform.folder_cache import cached_by_content
from clearance.prepare.record.disposition_rules import (
    ChangeWords,
    DispositionRule,
    DispositionsFile,
    Section,
    Strict,
    check_spelling,
)
from clearance.prepare.statutes.limitation_periods import Limitation
from clearance.prepare.statutes.lists import StatuteLists, load_statutes
from clearance.prepare.statutes.longest_terms import LongestTerms
from clearance.prepare.statutes.programmes import cited_sections
from clearance.rulebook.language.yaml_lines import Document, load_yaml, without_comments

# The kinds of a sentence part. `endless` has no end; `served` and `untimed` end as they start.
SentenceKind = Literal[
    "endless", "probation", "jail", "prison", "conditional", "fine", "served", "untimed"
]
FILES = (
    "dispositions.yaml",
    "steps.yaml",
    "registrations.yaml",
    "counties.csv",
    "limitation.yaml",
    "longest_terms.yaml",
)


M = TypeVar("M", bound=BaseModel)


class Registration(Strict):
    """A register of offenders, and the charge of a REGISTRATION step for it."""

    registration: str
    code_book: str
    section: str
    fact: Literal["registered_290"] | None
    cite: str


class County(Strict):
    """One of California's 58 counties, with its number in the codes of agencies."""

    code: int
    county: str


class _Registrations(Strict):
    registrations: tuple[Registration, ...]


class CountyWords(Strict):
    """Words around the name of a county, such as COUNTY OF."""

    before: tuple[str, ...] = Field(min_length=1)
    after: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _as_compared(self) -> Self:
        check_spelling((*self.before, *self.after))
        return self


class Words(Strict):
    """The words of steps, counties, sentence parts, units and levels."""

    steps: dict[str, tuple[str, ...]]
    county: CountyWords
    sentence_kinds: dict[SentenceKind, tuple[str, ...]]
    runs_from_another_day: tuple[str, ...] = ()
    violations: tuple[Section, ...] = ()
    sentence_units: dict[str, Literal["day", "month", "year", "endless", "served"]]
    levels: dict[str, Literal["F", "M", "I"]]


class RecordRules(Strict):
    """All rules that `prepare` reads, except the statute lists."""

    dispositions: tuple[DispositionRule, ...]
    changes: ChangeWords
    words: Words
    registrations: tuple[Registration, ...]
    limitation: Limitation
    county_codes: dict[int, str]
    longest_terms: LongestTerms
    fingerprint: str

    @property
    def counties(self) -> tuple[str, ...]:
        """The names of the 58 counties, in upper case."""
        return tuple(self.county_codes.values())


@cached_by_content
def load_record_rules(rules: Path) -> RecordRules:
    """The record rules of a rules folder.

    Args:
        rules: the folder.

    Raises:
        RulebookInvalid: a file is missing or invalid; the message lists every problem.
    """
    files = _Files(rules)
    dispositions = files.parse("dispositions.yaml", DispositionsFile)
    words = files.parse("steps.yaml", Words)
    registrations = files.parse("registrations.yaml", _Registrations)
    counties = files.parse("counties.csv", _Counties)
    limitation = files.parse("limitation.yaml", Limitation)
    longest_terms = files.parse("longest_terms.yaml", LongestTerms)
    disposition_rules = dispositions.dispositions if dispositions else ()
    try:
        lists = load_statutes(rules)
    except RulebookInvalid as error:
        if any(rule.cites for rule in disposition_rules):
            files.problems += error.message.split("\n")
    else:
        disposition_rules, problems = _with_sections(disposition_rules, lists, files)
        files.problems += problems
        if limitation:
            files.problems += _unknown_lists(limitation, lists, files)
    if files.problems or not (
        dispositions and words and registrations and counties and limitation and longest_terms
    ):
        raise RulebookInvalid(
            "The rules for reading a record do not hold:\n" + "\n".join(files.problems),
            f"Correct the files named above under {rules}.",
        )
    return RecordRules(
        dispositions=disposition_rules,
        changes=ChangeWords(
            **{name: getattr(dispositions, name) for name in ChangeWords.model_fields}
        ),
        words=words,
        registrations=registrations.registrations,
        limitation=limitation,
        county_codes={row.code: row.county for row in counties.counties},
        longest_terms=longest_terms,
        fingerprint=files.fingerprint,
    )


class _Files:
    """The files of the record rules, read and parsed; their problems are collected.

    Attributes:
        folder: the rules folder.
        problems: the problems of all files so far, each with its file and, if known, its line.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self._texts = {name: self._read(name) for name in FILES}

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the files that can be read, without the comments of YAML."""
        digest = hashlib.sha256()
        for name, text in self._texts.items():
            if text is not None:
                content = text.encode()
                content = without_comments(content) if _is_yaml(name) else content
                digest.update(name.encode() + b"\0" + content + b"\0")
        return digest.hexdigest()

    def document(self, name: str) -> Document:
        """The content of a YAML file with the lines of its entries, or the text of a CSV file."""
        text = self._texts[name] or ""
        path = self.folder / name
        return (
            load_yaml(path, text=text) if name.endswith(".yaml") else Document(path, None, {}, text)
        )

    def parse(self, name: str, model: type[M]) -> M | None:
        """A file as a model; None where it is missing, empty or invalid."""
        if not self._texts[name]:
            return None
        document = Document(self.folder / name, None, {}, "")
        try:
            document = self.document(name)
            return model(**_entries(document))
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                key = ".".join(str(step) for step in item["loc"])
                message = item["msg"].removeprefix("Value error, ")
                self.problems.append(f"{name}:{document.line(item['loc'])}: {key}: {message}")
        except RulebookInvalid as error:
            self.problems.append(error.message)
        except csv.Error as error:
            self.problems.append(f"{name}: {error}")
        return None

    def _read(self, name: str) -> str | None:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except OSError as error:
            self.problems.append(f"{name}: cannot be read ({error.strerror})")
        except UnicodeError:
            self.problems.append(f"{name}: this is not UTF-8 text")
        return None


def _is_yaml(name: str) -> bool:
    return name.endswith(".yaml")


def _with_sections(
    rules: tuple[DispositionRule, ...], lists: StatuteLists, files: _Files
) -> tuple[tuple[DispositionRule, ...], list[str]]:
    """The rules with the sections of the lists that they cite, and the problems of those lists."""
    completed, problems = [], []
    for index, rule in enumerate(rules):
        try:
            cited = cited_sections(rule.cites, lists.rows) if rule.cites else ()
        except ValueError as error:
            line = files.document("dispositions.yaml").line(("dispositions", index, "cites"))
            problems.append(f"dispositions.yaml:{line}: {error}")
            cited = ()
        completed.append(rule.model_copy(update={"cited": cited}))
    return tuple(completed), problems


def _unknown_lists(limitation: Limitation, lists: StatuteLists, files: _Files) -> list[str]:
    """The problems of limitation periods that name a list which has no file."""
    document = files.document("limitation.yaml")
    return [
        f"limitation.yaml:{document.line(location)}: {problem}"
        for location, problem in limitation.unknown_lists(lists.names)
    ]


class _Counties(Strict):
    counties: tuple[County, ...]


def _entries(document: Document) -> dict[str, Any]:
    """The fields of a file's model: the entries of a YAML file, the rows of counties.csv."""
    if document.path.suffix == ".csv":
        return {"counties": list(csv.DictReader(document.text.splitlines()))}
    if isinstance(document.data, dict):
        return document.data
    return {"not a mapping": document.data}
