"""A pack's cases: sentences with a unit and the expected decision, in a file beside the pack.

A case has only the columns that differ from the file's `unit`. Every case is decided by the oracle
and by Spark; both must give the expected decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clearance.errors import RulebookInvalid, nearest
from clearance.rulebook.language.catalogue import Catalogue, Feature
from clearance.rulebook.language.model import ParamValue
from clearance.rulebook.language.options import OptionValues, parse_options
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.yaml_lines import Document, load_yaml
from clearance.rulebook.oracle import Determination, decide

EMPTY: dict[str, Any] = {
    **{"yes_no": False, "number": 0, "text": "UNKNOWN"},
    **{"tags": [], "path": [], "dates": []},
}


class Expected(BaseModel):
    """The decision that a case expects; fields that it leaves out are not compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Literal["ELIGIBLE", "NOT_YET", "NOT_ELIGIBLE", "REVIEW"]
    relief: str | None = None
    reason: str | None = None
    rule: str | None = None
    eligible_on: date | None = None
    revisit_on: date | None = None


class Case(BaseModel):
    """One sentence, its unit, and the expected decision.

    Attributes:
        versions: versions of the pack that it applies to; empty for all versions of the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    case: str = Field(min_length=10)
    versions: tuple[str, ...] = ()
    given: dict[str, Any] = Field(default_factory=dict)
    options: dict[str, Any] = Field(default_factory=dict)
    switches: dict[str, ParamValue] = Field(default_factory=dict)
    as_of: date | None = None
    expect: Expected | Literal["not this pack's business"]


class CaseFile(BaseModel):
    """The cases of a pack. Options of the file apply to each case that does not set them.

    Attributes:
        versions: versions of the pack that the cases apply to; empty for the pack beside it only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pack: str
    versions: tuple[str, ...] = ()
    as_of: date
    unit: dict[str, Any]
    options: dict[str, Any] = Field(default_factory=dict)
    cases: tuple[Case, ...] = Field(min_length=1)


@dataclass(frozen=True)
class ReadyCase:
    """A case with all columns of its unit.

    Attributes:
        name: the sentence.
        row: the unit's columns.
        as_of: the case's date.
        expect: the expected decision; None if the unit must be out of the pack's scope.
        options: the option values of the case's county.
        switches: the switches of the case.
    """

    name: str
    row: Mapping[str, Any]
    as_of: date
    expect: Expected | None
    options: OptionValues = field(default_factory=dict)
    switches: Mapping[str, ParamValue] = field(default_factory=dict)

    def under(self, resolved: ResolvedPack) -> ResolvedPack:
        """The pack with the case's options and switches."""
        return resolved.with_options(self.options).with_switches(self.switches)


def load_cases(path: Path, *, resolved: ResolvedPack, catalogue: Catalogue) -> list[ReadyCase]:
    """The cases of a pack's file that apply to its version.

    Raises:
        RulebookInvalid: the file is missing, or a case does not fit the pack.
    """
    document = _load_case_table(path)
    path = document.path
    remedy = f"Correct {path} and run again."
    try:
        file = CaseFile.model_validate(document.data)
    except ValidationError as error:
        lines = [
            f"{path.name}:{document.line(p['loc'])}: {'.'.join(map(str, p['loc']))}: {p['msg']}"
            for p in error.errors()
        ]
        raise RulebookInvalid("\n".join(lines), remedy) from error
    features = catalogue[resolved.pack.unit]
    problems = [
        *_column_problems(file, document, features),
        *_setting_problems(file, document, resolved),
        *_version_problems(file, document, version=resolved.pack.version),
    ]
    if problems:
        raise RulebookInvalid("\n".join(problems), remedy)
    empty = {
        name: None if feature.null == "unknown" else EMPTY.get(feature.type, *feature.codes[:1])
        for name, feature in features.items()
    }
    return [
        ReadyCase(
            name=case.case,
            row={**empty, **file.unit, **case.given},
            as_of=case.as_of or file.as_of,
            expect=case.expect if isinstance(case.expect, Expected) else None,
            options=parse_options(resolved.pack.options, {**file.options, **case.options})[0],
            switches=case.switches,
        )
        for case in file.cases
        if _holds_for(case, resolved.pack.version)
    ]


def _column_problems(
    file: CaseFile, document: Document, features: Mapping[str, Feature]
) -> list[str]:
    """Problems of the columns and values of the file's unit and of each case."""
    return [
        f"{document.path.name}:{document.line(where)}: {problem}"
        for where, given in [
            (("unit",), file.unit),
            *((("cases", i, "given"), case.given) for i, case in enumerate(file.cases)),
        ]
        for problem in _unit_problems(given, features)
    ]


def _setting_problems(file: CaseFile, document: Document, resolved: ResolvedPack) -> list[str]:
    """Problems of the options and switches of the file and of each case."""
    name_of_file = document.path.name
    problems = [
        f"{name_of_file}:{document.line((*where, name))}: {problem}"
        for where, written in [
            (("options",), file.options),
            *((("cases", i, "options"), case.options) for i, case in enumerate(file.cases)),
        ]
        for name, problem in parse_options(resolved.pack.options, written)[1].items()
    ]
    problems += [
        f"{name_of_file}:{document.line(('cases', i, 'switches', name))}: "
        f"`{name}` is no switch of this pack, or may not be `{value}`"
        for i, case in enumerate(file.cases)
        if _holds_for(case, resolved.pack.version)
        for name, value in case.switches.items()
        if name not in (params := resolved.pack.params) or value not in params[name].allowed
    ]
    return problems


def _holds_for(case: Case, version: str) -> bool:
    return not case.versions or version in case.versions


def _version_problems(file: CaseFile, document: Document, *, version: str) -> list[str]:
    """Problems of versions that the file does not name, and of sentences used twice."""
    name = document.path.name
    if file.versions and version not in file.versions:
        return [f"{name}:{document.line(('versions',))}: `{version}` is not among the versions"]
    problems = []
    seen: set[tuple[str, str]] = set()
    for i, case in enumerate(file.cases):
        line = document.line(("cases", i))
        unknown = sorted(set(case.versions) - set(file.versions))
        if unknown:
            problems.append(f"{name}:{line}: `{unknown[0]}` is not among the file's versions")
        for case_version in case.versions or file.versions or (version,):
            if (case.case, case_version) in seen:
                problems.append(f"{name}:{line}: two cases say `{case.case}`")
            seen.add((case.case, case_version))
    return list(dict.fromkeys(problems))


def _load_case_table(path: Path) -> Document:
    """The file, or the file beside it that it names under `like`, for packs with equal cases."""
    document = load_yaml(path)
    if isinstance(document.data, dict) and set(document.data) == {"pack", "like"}:
        return load_yaml(path.with_name(str(document.data["like"])))
    return document


def _unit_problems(given: Mapping[str, Any], features: Mapping[str, Feature]) -> list[str]:
    problems = []
    for name, value in given.items():
        feature = features.get(name)
        if feature is None:
            guess = nearest(name, list(features))
            problems.append(
                f"`{name}` is no column" + (f"; did you mean `{guess}`?" if guess else "")
            )
        elif value is None:
            if feature.null == "never":
                problems.append(f"`{name}` is never null")
        elif not _has_type(value, feature):
            problems.append(f"`{name}`: `{value}` is not a {feature.type}")
    return problems


def _has_type(value: Any, feature: Feature) -> bool:
    match feature.type:
        case "date" | "age":
            return isinstance(value, date)
        case "dates":
            return isinstance(value, list) and all(isinstance(item, date) for item in value)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "yes_no":
            return isinstance(value, bool)
        case "tags" | "path":
            words = isinstance(value, list) and all(isinstance(item, str) for item in value)
            return words and (not feature.codes or set(value) <= set(feature.codes))
        case "code":
            return value in feature.codes
        case _:
            return isinstance(value, str)


def difference(expect: Expected | None, got: Determination | None) -> str | None:
    """The difference between a decision and the expected one, in words; None if equal."""
    if expect is None or got is None:
        if expect is None and got is None:
            return None
        return "in scope" if expect is None else "not in the pack's scope"
    mismatches = [
        f"{name} is {getattr(got, name)}, expected {wanted}"
        for name, wanted in expect.model_dump(exclude_unset=True).items()
        if getattr(got, name) != wanted
    ]
    return "; ".join(mismatches) or None


def find_failures(resolved: ResolvedPack, cases: list[ReadyCase]) -> list[tuple[str, str]]:
    """The cases that fail in the oracle: each sentence with its difference."""
    failures = []
    for case in cases:
        mismatch = difference(case.expect, decide(case.under(resolved), case.row, case.as_of))
        if mismatch is not None:
            failures.append((case.name, mismatch))
    return failures
