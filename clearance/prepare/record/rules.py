"""The rules for reading a record: dispositions, steps, sentence words, counties, registrations.

All of it is data in `rules/`, checked here before anything runs.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable
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
Effect = Literal["convicts", Ending, Modifying, "no_effect"]
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


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _refuse_other_spelling(words: Iterable[str]) -> None:
    if any(word != " ".join(word.upper().split()) or not word for word in words):
        raise ValueError("texts are compared in upper case with single blanks: write them so")


class DispositionRule(_Strict):
    """Which texts, and what they do to their count.

    `sections` asks that one of them is cited, in any spelling. `cites` asks besides that a section
    of that statute list stands behind `starts_with`; `cited` are its sections, filled when the
    rules are loaded. `under` names the law by which a conviction is changed, as a word of the
    column `changed_under`.
    """

    text: str | None = None
    starts_with: str | None = None
    contains: tuple[str, ...] = ()
    sections: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2} [0-9]+[0-9A-Z.]*$")], ...] = ()
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

    Not where another word begins so (`unless`), or the next one (`unless_next`).
    """

    words: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    unless_next: tuple[str, ...] = ()
    taken_back: bool = False

    @model_validator(mode="after")
    def _as_compared(self) -> Self:
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
    """

    change_words: tuple[tuple[str, ...], ...] = ()
    asks: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    endings_not_read: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _in_one_spelling(self) -> Self:
        lines = (self.asks, self.gives, self.endings_not_read, *self.change_words)
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
    sentence_units: dict[str, Literal["day", "month", "year", "endless", "served"]]
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
    problems: list[str] = []
    digest = hashlib.sha256()
    texts: dict[str, str] = {}
    for name in FILES:
        try:
            texts[name] = (rules / name).read_text(encoding="utf-8")
            content = texts[name].encode()
            content = without_comments(content) if name.endswith(".yaml") else content
            digest.update(name.encode() + b"\0" + content + b"\0")
        except OSError as error:
            problems.append(f"{name}: cannot be read ({error.strerror})")
            texts[name] = ""
        except UnicodeError:
            problems.append(f"{name}: this is not UTF-8 text")
            texts[name] = ""

    def checked(name: str, make: Callable[[Document], M]) -> M | None:
        document = Document(rules / name, None, {}, texts[name])
        try:
            if not texts[name]:
                return None
            if name.endswith(".yaml"):
                document = load_yaml(rules / name, text=texts[name])
            return make(document)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                where = ".".join(str(part) for part in item["loc"])
                said = item["msg"].removeprefix("Value error, ")
                problems.append(f"{name}:{document.line(item['loc'])}: {where}: {said}")
        except RulebookInvalid as error:
            problems.append(error.message)
        except csv.Error as error:
            problems.append(f"{name}: {error}")
        return None

    dispositions = checked("dispositions.yaml", lambda given: _Dispositions(**_mapping(given)))
    words = checked("steps.yaml", lambda given: Words(**_mapping(given)))
    registrations = checked("registrations.yaml", lambda given: _Registrations(**_mapping(given)))
    counties = checked("counties.csv", lambda given: _Counties(counties=_table(given.text)))
    limitation = checked("limitation.yaml", lambda given: Limitation(**_mapping(given)))
    longest = checked("longest_terms.yaml", lambda given: LongestTerms(**_mapping(given)))
    rules_of = dispositions.dispositions if dispositions else ()
    with_sections = rules_of
    try:
        lists = load_statutes(rules)
    except RulebookInvalid as error:
        if any(rule.cites for rule in rules_of):
            problems += error.message.split("\n")
    else:
        with_sections, wrong = _with_sections(rules_of, lists, rules, texts["dispositions.yaml"])
        problems += wrong
        if limitation:
            problems += _unknown_lists(limitation, lists, rules, texts["limitation.yaml"])
    if problems or not (
        dispositions and words and registrations and counties and limitation and longest
    ):
        raise RulebookInvalid(
            "The rules for reading a record do not hold:\n" + "\n".join(problems),
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
        longest_terms=longest,
        fingerprint=digest.hexdigest(),
    )


def _with_sections(
    given: tuple[DispositionRule, ...], lists: StatuteLists, rules: Path, text: str
) -> tuple[tuple[DispositionRule, ...], list[str]]:
    """The rules with the sections of the lists they name, and what is wrong with those."""
    found, problems = [], []
    for at, rule in enumerate(given):
        try:
            cited = cited_sections(rule.cites, lists.rows) if rule.cites else ()
        except ValueError as error:
            document = load_yaml(rules / FILES[0], text=text)
            line = document.line(("dispositions", at, "cites"))
            problems.append(f"{FILES[0]}:{line}: {error}")
            cited = ()
        found.append(rule.model_copy(update={"cited": cited}))
    return tuple(found), problems


def _unknown_lists(
    limitation: Limitation, lists: StatuteLists, rules: Path, text: str
) -> list[str]:
    """Lists that a limitation period names and no file is."""
    name = "limitation.yaml"
    document = load_yaml(rules / name, text=text)
    return [
        f"{name}:{document.line(where)}: {problem}"
        for where, problem in limitation.unknown_lists(lists.names)
    ]


class _Counties(_Strict):
    counties: tuple[County, ...]


def _mapping(given: Document) -> dict[str, Any]:
    return given.data if isinstance(given.data, dict) else {"not a mapping": given.data}


def _table(text: str) -> Any:
    return list(csv.DictReader(text.splitlines()))
