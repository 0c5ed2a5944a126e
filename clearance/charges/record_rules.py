"""The rules for reading a record: dispositions, steps, sentence words, counties, registrations.

All of it is data in `rules/`, checked here before anything runs.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from clearance.errors import RulebookInvalid
from clearance.rulebook.yaml_lines import load_yaml

# What becomes of a count without a conviction.
Ending = Literal[
    "dismisses",
    "acquits",
    "rejects",
    "releases",
    "diverts",
    "diverts_unlisted",
    "completes_diversion",
    "ends_diversion",
]
# What a later disposition may do to a conviction.
Modifying = Literal[
    "sets_aside",
    "relieves",
    "pardons",
    "certifies",
    "reduces",
    "revokes",
    "reinstates",
    "modifies",
    "resentences",
]
Effect = Literal["convicts", Ending, Modifying, "no_effect"]
MODIFYING: tuple[str, ...] = get_args(Modifying)
FILES = (
    "dispositions.yaml",
    "steps.yaml",
    "registrations.yaml",
    "counties.csv",
)


M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DispositionRule(_Strict):
    """Which texts, and what they do to their count."""

    text: str | None = None
    starts_with: str | None = None
    contains: tuple[str, ...] = ()
    effect: Effect
    level: Literal["M", "I"] | None = None
    cite: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_way_to_match(self) -> Self:
        given = [self.text is not None, self.starts_with is not None, bool(self.contains)]
        if sum(given) != 1:
            raise ValueError("give exactly one of text, starts_with, contains")
        if (self.effect == "reduces") != (self.level is not None):
            raise ValueError("`level` goes with the effect `reduces`, and only with it")
        words = [word for word in (self.text, self.starts_with, *self.contains) if word is not None]
        if any(word != " ".join(word.upper().split()) or not word for word in words):
            raise ValueError("texts are compared in upper case with single blanks: write them so")
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


class _Dispositions(_Strict):
    dispositions: tuple[DispositionRule, ...]


class _Registrations(_Strict):
    registrations: tuple[Registration, ...]


class Words(_Strict):
    """The words of steps, sentence parts, units and levels."""

    steps: dict[str, tuple[str, ...]]
    sentence_kinds: dict[Literal["probation", "jail", "prison", "fine"], tuple[str, ...]]
    sentence_units: dict[str, Literal["day", "month", "year"]]
    levels: dict[str, Literal["F", "M", "I"]]


class RecordRules(_Strict):
    """Everything `prepare` reads besides the statute lists."""

    dispositions: tuple[DispositionRule, ...]
    words: Words
    registrations: tuple[Registration, ...]
    counties: tuple[str, ...]
    fingerprint: str


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
            digest.update(name.encode() + b"\0" + texts[name].encode() + b"\0")
        except OSError as error:
            problems.append(f"{name}: cannot be read ({error.strerror})")
            texts[name] = ""
        except UnicodeError:
            problems.append(f"{name}: this is not UTF-8 text")
            texts[name] = ""

    def checked(name: str, make: Callable[[str], M]) -> M | None:
        try:
            return make(texts[name]) if texts[name] else None
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                where = ".".join(str(part) for part in item["loc"])
                problems.append(f"{name}: {where}: {item['msg']}")
        except RulebookInvalid as error:
            problems.append(error.message)
        except csv.Error as error:
            problems.append(f"{name}: {error}")
        return None

    dispositions = checked(
        "dispositions.yaml", lambda text: _Dispositions(**_mapping(rules / FILES[0], text))
    )
    words = checked("steps.yaml", lambda text: Words(**_mapping(rules / FILES[1], text)))
    registrations = checked(
        "registrations.yaml", lambda text: _Registrations(**_mapping(rules / FILES[2], text))
    )
    counties = checked("counties.csv", lambda text: _Counties(counties=_table(text)))
    if problems or not (dispositions and words and registrations and counties):
        raise RulebookInvalid(
            "The rules for reading a record do not hold:\n" + "\n".join(problems),
            f"Correct the files named above under {rules}.",
        )
    return RecordRules(
        dispositions=dispositions.dispositions,
        words=words,
        registrations=registrations.registrations,
        counties=tuple(row.county for row in counties.counties),
        fingerprint=digest.hexdigest(),
    )


class _Counties(_Strict):
    counties: tuple[County, ...]


def _mapping(path: Path, text: str) -> dict[str, Any]:
    loaded = load_yaml(path, text=text).data
    return loaded if isinstance(loaded, dict) else {"not a mapping": loaded}


def _table(text: str) -> Any:
    return list(csv.DictReader(text.splitlines()))
