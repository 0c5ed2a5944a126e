"""The rules for reading a record: dispositions, steps, sentence words, counties, registrations.

All of it is data in `rules/`, checked here before anything runs.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from clearance.errors import RulebookInvalid
from clearance.platform.folder_cache import cached_by_content
from clearance.prepare.statutes.limitation_periods import Limitation
from clearance.prepare.statutes.lists import StatuteLists, load_statutes
from clearance.prepare.statutes.longest_terms import LongestTerms
from clearance.prepare.statutes.programmes import cited_sections
from clearance.rulebook.language.yaml_lines import Document, load_yaml, without_comments

# What becomes of a count without a conviction.
Ending = Literal[
    "dismisses",
    "acquits",
    "rejects",
    "releases",
    "turns_over",
    "diverts",
    "diverts_unlisted",
    "completes_diversion",
    "ends_diversion",
    "combines",
]
# What a later disposition may do to a conviction.
Modifying = Literal[
    "sets_aside",
    "voids",
    "relieves",
    "pardons",
    "certifies",
    "withdraws_plea",
    "reduces",
    "revokes",
    "reinstates",
    "modifies",
    "extends",
    "terminates",
    "resentences",
    "voids_sentence",
    "reverses",
    "denies",
    "undoes_relief",
    "undoes_reduction",
]
# What a sentence part may be. `endless` has no end, `served` and `untimed` end as they start.
SentenceKind = Literal[
    "endless", "probation", "jail", "prison", "conditional", "fine", "served", "untimed"
]
Effect = Literal["convicts", Ending, Modifying, "no_effect", "unknown"]
MODIFYING: tuple[str, ...] = get_args(Modifying)
FILES = (
    "dispositions.yaml",
    "steps.yaml",
    "registrations.yaml",
    "counties.csv",
    "limitation.yaml",
    "longest_terms.yaml",
)

# A section as the rules cite it: PC 1203.4A.
_CITED = r"^[A-Z]{2} [0-9]+[0-9A-Z.]*$"
M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _refuse_other_spelling(words: Iterable[str]) -> None:
    if any(word != " ".join(word.upper().split()) or not word for word in words):
        raise ValueError("texts are compared in upper case with single blanks: write them so")


class DispositionRule(_Strict):
    """Which texts, and what they do to their count.

    `in_order` asks that the words of `contains` stand one behind the other. `sections` asks that
    one of them is cited, in any spelling. `cites` asks besides that a section of that statute list
    stands behind `starts_with`; `cited` are its sections, filled when the
    rules are loaded. `under` names the law by which a conviction is changed, as a word of the
    column `changed_under`.
    """

    text: str | None = None
    starts_with: str | None = None
    contains: tuple[str, ...] = ()
    in_order: bool = False
    sections: tuple[Annotated[str, Field(pattern=_CITED)], ...] = ()
    cites: str | None = None
    cited: tuple[str, ...] = ()
    effect: Effect
    level: Literal["M", "I"] | None = None
    under: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")
    cite: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_way_to_match(self) -> Self:
        given = [self.text is not None, self.starts_with is not None, bool(self.contains)]
        if sum(given) != 1 and (any(given) or not self.sections):
            raise ValueError("give exactly one of text, starts_with, contains; or sections")
        if self.sections and (self.text is not None or self.cites is not None):
            raise ValueError("`sections` stands alone or beside `contains` or `starts_with`")
        if self.in_order and len(self.contains) < 2:
            raise ValueError("`in_order` goes with several words of `contains`")
        if self.cites is not None and self.starts_with is None:
            raise ValueError("`cites` goes with `starts_with`: the section stands behind it")
        if (self.effect == "reduces") != (self.level is not None):
            raise ValueError("`level` goes with the effect `reduces`, and only with it")
        if self.under is not None and self.effect not in MODIFYING:
            raise ValueError("`under` goes with a change of a conviction")
        words = [word for word in (self.text, self.starts_with, *self.contains) if word is not None]
        _refuse_other_spelling(words)
        return self


class Refusal(_Strict):
    """Words that say a change was not given, or was taken back.

    Not where another word begins so (`unless`), which with `beside` stands next to it: else the
    text leaves it open. Nor where the next word begins so (`unless_next`).
    """

    words: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    unless_next: tuple[str, ...] = ()
    beside: bool = False
    taken_back: bool = False

    @model_validator(mode="after")
    def _as_compared(self) -> Self:
        if self.beside and not self.unless:
            raise ValueError("`beside` goes with `unless`: it says where those words stand")
        _refuse_other_spelling((*self.words, *self.unless, *self.unless_next))
        return self


class Registration(_Strict):
    """A register, and the charge of the step that enters it."""

    registration: str
    code_book: str
    section: str
    fact: Literal["registered_290"] | None
    cite: str


class County(_Strict):
    """One of the 58."""

    code: int
    county: str


class ChangeWords(_Strict):
    """The words by which the text of a change is read whole.

    Attributes:
        change_words: all that may stand in one; a text with any other is not read.
        asks: say that a change was asked for; one of `gives` must stand beside.
        gives: say that what was asked for was given.
        refusals: say that a change was not given, or was taken back.
        endings_not_read: with one of them the end of a count is not read.
        ending_words: all that may stand in such an end; a text with any other is not read.
    """

    change_words: tuple[tuple[str, ...], ...] = ()
    asks: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    endings_not_read: tuple[str, ...] = ()
    ending_words: tuple[tuple[str, ...], ...] = ()

    @model_validator(mode="after")
    def _in_one_spelling(self) -> Self:
        lines = (
            *(self.asks, self.gives, self.endings_not_read),
            *(*self.change_words, *self.ending_words),
        )
        _refuse_other_spelling(word for line in lines for word in line)
        return self


class _Dispositions(ChangeWords):
    dispositions: tuple[DispositionRule, ...]

    @field_validator("dispositions")
    @classmethod
    def _name_lists_only(cls, rules: tuple[DispositionRule, ...]) -> tuple[DispositionRule, ...]:
        if any(rule.cited for rule in rules):
            raise ValueError("`cited` comes from the list that `cites` names: leave it out")
        return rules


class _Registrations(_Strict):
    registrations: tuple[Registration, ...]


class CountyWords(_Strict):
    """Words around a county's name that say no more than that it is one."""

    before: tuple[str, ...] = Field(min_length=1)
    after: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _as_compared(self) -> Self:
        _refuse_other_spelling((*self.before, *self.after))
        return self


class Words(_Strict):
    """The words of steps, counties, sentence parts, units and levels."""

    steps: dict[str, tuple[str, ...]]
    county: CountyWords
    sentence_kinds: dict[SentenceKind, tuple[str, ...]]
    runs_from_another_day: tuple[str, ...] = ()
    sentence_units: dict[str, Literal["day", "month", "year", "endless", "served"]]
    violations: tuple[Annotated[str, Field(pattern=_CITED)], ...] = ()
    levels: dict[str, Literal["F", "M", "I"]]


class RecordRules(_Strict):
    """Everything `prepare` reads besides the statute lists."""

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
        """The 58, in upper case."""
        return tuple(self.county_codes.values())


@cached_by_content
def load_record_rules(rules: Path) -> RecordRules:
    """The record rules of a rules folder.

    Args:
        rules: the folder.

    Raises:
        RulebookInvalid: a file is missing or wrong; every problem is listed.
    """
    files = _Files(rules)
    dispositions = files.parse("dispositions.yaml", _Dispositions)
    words = files.parse("steps.yaml", Words)
    registrations = files.parse("registrations.yaml", _Registrations)
    counties = files.parse("counties.csv", _Counties)
    limitation = files.parse("limitation.yaml", Limitation)
    longest_terms = files.parse("longest_terms.yaml", LongestTerms)
    with_sections = dispositions.dispositions if dispositions else ()
    try:
        lists = load_statutes(rules)
    except RulebookInvalid as error:
        if any(rule.cites for rule in with_sections):
            files.problems += error.message.split("\n")
    else:
        with_sections, problems = _with_sections(with_sections, lists, files)
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
        dispositions=with_sections,
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
        problems: of all files so far, each with its file and, where it has one, its line.
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
        """A file's content, with the lines of its entries; a CSV file has its text alone."""
        text = self._texts[name] or ""
        path = self.folder / name
        return (
            load_yaml(path, text=text) if name.endswith(".yaml") else Document(path, None, {}, text)
        )

    def parse(self, name: str, model: type[M]) -> M | None:
        """A file as a model; None where it is empty or wrong."""
        if not self._texts[name]:
            return None
        document = Document(self.folder / name, None, {}, "")
        try:
            document = self.document(name)
            return model(**_entries(document))
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                where = ".".join(str(part) for part in item["loc"])
                message = item["msg"].removeprefix("Value error, ")
                self.problems.append(f"{name}:{document.line(item['loc'])}: {where}: {message}")
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
    """The rules with the sections of the lists that they name, and the problems of those."""
    completed, problems = [], []
    for at, rule in enumerate(rules):
        try:
            cited = cited_sections(rule.cites, lists.rows) if rule.cites else ()
        except ValueError as error:
            line = files.document("dispositions.yaml").line(("dispositions", at, "cites"))
            problems.append(f"dispositions.yaml:{line}: {error}")
            cited = ()
        completed.append(rule.model_copy(update={"cited": cited}))
    return tuple(completed), problems


def _unknown_lists(limitation: Limitation, lists: StatuteLists, files: _Files) -> list[str]:
    """The problems of limitation periods that name a list which has no file."""
    document = files.document("limitation.yaml")
    return [
        f"limitation.yaml:{document.line(where)}: {problem}"
        for where, problem in limitation.unknown_lists(lists.names)
    ]


class _Counties(_Strict):
    counties: tuple[County, ...]


def _entries(document: Document) -> dict[str, Any]:
    """The fields of a file's model: the entries of a YAML file, the rows of counties.csv."""
    if document.path.suffix == ".csv":
        return {"counties": list(csv.DictReader(document.text.splitlines()))}
    if isinstance(document.data, dict):
        return document.data
    return {"not a mapping": document.data}
