"""The rules for reading a record: dispositions, steps, sentence words, counties, registrations.

They are data in `rules/`, checked when they are loaded, before any step runs.
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

# The outcome that a disposition gives a count without a conviction.
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
# The change that a later disposition makes to a conviction.
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
# The kinds of a sentence part. `endless` has no end; `served` and `untimed` end as they start.
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


M = TypeVar("M", bound=BaseModel)
# A section with its code book: PC 1203.4A.
Section = Annotated[str, Field(pattern=r"^[A-Z]{2} [0-9]+[0-9A-Z.]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _check_spelling(words: Iterable[str]) -> None:
    if any(word != " ".join(word.upper().split()) or not word for word in words):
        raise ValueError("texts are compared in upper case with single blanks: write them so")


class DispositionRule(_Strict):
    """The condition on disposition texts, and the effect of a text that meets it.

    Attributes:
        text: the whole text.
        starts_with: its beginning.
        contains: words that it has.
        in_order: whether it has them in that order.
        sections: sections, one of which it cites in any spelling.
        cites: a statute list, of which the text cites a section behind `starts_with`.
        cited: the sections of that list, filled when the rules are loaded.
        effect: what the disposition does to its count.
        level: the level to which it reduces a conviction.
        under: the law by which it changes a conviction, a word of the column `changed_under`.
        cite: the source of the rule.
        note: for a lawyer.
    """

    text: str | None = None
    starts_with: str | None = None
    contains: tuple[str, ...] = ()
    in_order: bool = False
    sections: tuple[Section, ...] = ()
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
        _check_spelling(words)
        return self


class Refusal(_Strict):
    """Words of a text by which a change was not granted, or was taken back.

    Attributes:
        words: the words.
        unless: beginnings of words; a text with such a word is no refusal.
        beside: whether such a word must be next to one of the words; elsewhere it leaves open what
            was refused, and the text is not read.
        unless_next: beginnings of the next word, with which the words are no refusal.
        taken_back: whether the change was granted and then taken back.
    """

    words: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    unless_next: tuple[str, ...] = ()
    beside: bool = False
    taken_back: bool = False

    @model_validator(mode="after")
    def _as_compared(self) -> Self:
        if self.beside and not self.unless:
            raise ValueError("`beside` goes with `unless`: it says where those words are")
        _check_spelling((*self.words, *self.unless, *self.unless_next))
        return self


class Registration(_Strict):
    """A register of offenders, and the charge of a REGISTRATION step for it."""

    registration: str
    code_book: str
    section: str
    fact: Literal["registered_290"] | None
    cite: str


class County(_Strict):
    """One of California's 58 counties, with its number in the codes of agencies."""

    code: int
    county: str


class ChangeWords(_Strict):
    """The words of texts that change a conviction.

    Attributes:
        change_words: the known words; a text with any other word is not read.
        asks: words of a request; the text must also have one of `gives`.
        gives: words by which a request was granted.
        refusals: words by which a change was not granted, or was taken back.
        endings_not_read: words with which a text that ends a count is not read.
        ending_words: the known words of such a text; one with any other word is not read.
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
        _check_spelling(word for line in lines for word in line)
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
    """Words around the name of a county, such as COUNTY OF."""

    before: tuple[str, ...] = Field(min_length=1)
    after: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _as_compared(self) -> Self:
        _check_spelling((*self.before, *self.after))
        return self


class Words(_Strict):
    """The words of steps, counties, sentence parts, units and levels."""

    steps: dict[str, tuple[str, ...]]
    county: CountyWords
    sentence_kinds: dict[SentenceKind, tuple[str, ...]]
    runs_from_another_day: tuple[str, ...] = ()
    violations: tuple[Section, ...] = ()
    sentence_units: dict[str, Literal["day", "month", "year", "endless", "served"]]
    levels: dict[str, Literal["F", "M", "I"]]


class RecordRules(_Strict):
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
    dispositions = files.parse("dispositions.yaml", _Dispositions)
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


class _Counties(_Strict):
    counties: tuple[County, ...]


def _entries(document: Document) -> dict[str, Any]:
    """The fields of a file's model: the entries of a YAML file, the rows of counties.csv."""
    if document.path.suffix == ".csv":
        return {"counties": list(csv.DictReader(document.text.splitlines()))}
    if isinstance(document.data, dict):
        return document.data
    return {"not a mapping": document.data}
