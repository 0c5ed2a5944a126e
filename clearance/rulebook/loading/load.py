"""The rulebook: every pack of a rules folder, loaded and checked, or refused, as a whole."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from clearance.errors import RulebookInvalid, UsageError, nearest
from clearance.platform.folder_cache import cached_by_content
from clearance.rulebook.language import model
from clearance.rulebook.language.catalogue import (
    COLUMNS_FILE,
    Catalogue,
    load_catalogue,
    without_column_words,
)
from clearance.rulebook.language.model import Pack, ParamValue
from clearance.rulebook.language.resolved import ResolvedPack, resolve
from clearance.rulebook.language.yaml_lines import Document, Where, load_yaml, without_comments
from clearance.rulebook.loading.documents import (
    CASES,
    PackDocument,
    format_problems,
    read_documents,
)
from clearance.rulebook.loading.lawyer_notes_checks import petition_problems
from clearance.rulebook.loading.pack_checks import Known, pack_problems
from clearance.rulebook.loading.partial_checks import partial_problems
from clearance.rulebook.loading.version_changes import Change
from clearance.rulebook.loading.versions import version_problems

T = TypeVar("T")

WORDS_ONLY = ("reasons.yaml", "packet_columns.yaml", "words.yaml")
"""Files of a rules folder whose texts decide nothing: they can change without a new sweep."""


@dataclass(frozen=True)
class PackFile:
    """A pack and its file.

    Attributes:
        pack: the pack.
        document: the content of the complete pack, with the lines of its entries.
        name: the file, as seen from the rules folder.
        based_on: the version that it is based on, as `pack@version`; None if it is complete itself.
        changes: the bills' changes to that version.
    """

    pack: Pack
    document: Document
    name: str
    based_on: str | None = None
    changes: tuple[Change, ...] = ()

    @property
    def cases(self) -> Path:
        """The file of its cases: beside it, or the folder's file that names this version."""
        own_file = self.document.path.with_suffix(CASES)
        if own_file.is_file():
            return own_file
        beside = sorted(own_file.parent.glob(f"*{CASES}"))
        return next((path for path in beside if self._is_named_in(path)), own_file)

    def _is_named_in(self, path: Path) -> bool:
        try:
            data = load_yaml(path).data
        except RulebookInvalid:
            return False
        if not isinstance(data, dict) or data.get("pack") != self.pack.pack:
            return False
        versions = data.get("versions")
        return isinstance(versions, list) and self.pack.version in versions


@dataclass(frozen=True)
class Rulebook:
    """The packs of a rules folder, with the catalogue and the reason texts.

    Attributes:
        folder: the rules folder.
        catalogue: the columns that packs may use.
        reasons: reason texts by code.
        packs: every version of every pack.
        inputs_fingerprint: hash of what packs rest on beside themselves.
    """

    folder: Path
    catalogue: Catalogue
    reasons: dict[str, str]
    packs: tuple[PackFile, ...]
    inputs_fingerprint: str

    def resolve(self, pack: Pack, *, switches: Mapping[str, ParamValue]) -> ResolvedPack:
        """A pack of this rulebook with its values settled.

        Args:
            pack: one of `packs`.
            switches: the configuration's values for params marked `switch`.
        """
        return resolve(
            pack, self.catalogue, switches=switches, inputs_fingerprint=self.inputs_fingerprint
        )

    def find(self, name: str, *, as_of: date) -> PackFile | None:
        """The pack's version in force, or the version named as `pack@version`; None if none is.

        Raises:
            UsageError: no pack has that id or version.
        """
        identity, _, version = name.partition("@")
        versions = [item for item in self.packs if item.pack.pack == identity]
        if not versions:
            known = sorted({item.pack.pack for item in self.packs})
            guess = nearest(identity, known)
            hint = f" Did you mean `{guess}`?" if guess else ""
            raise UsageError(f"There is no pack `{identity}`.{hint}", f"Packs: {', '.join(known)}.")
        if version:
            for item in versions:
                if item.pack.version == version:
                    return item
            known = sorted(item.pack.version for item in versions)
            raise UsageError(
                f"Pack {identity} has no version `{version}`.", f"Versions: {', '.join(known)}."
            )
        return next((item for item in versions if item.pack.in_force_on(as_of)), None)


def load_rulebook(folder: Path) -> Rulebook:
    """Load and check every pack of a rules folder.

    Raises:
        RulebookInvalid: with every problem of every file, each with file and line.
    """
    rulebook, problems = read_rulebook(folder)
    if problems:
        raise RulebookInvalid(
            "\n".join(problems), "Correct the rules named above; nothing was started."
        )
    return rulebook


def read_rulebook(folder: Path) -> tuple[Rulebook, list[str]]:
    """The valid packs of a rules folder, and every problem of the others.

    All problems of all files are returned at once.

    Raises:
        RulebookInvalid: there is no such folder.
    """
    if not folder.is_dir():
        raise RulebookInvalid(f"There is no rules folder {folder}.", "Check the path.")
    rulebook, problems = _read_rulebook(folder)
    return rulebook, list(problems)


@cached_by_content
def _read_rulebook(folder: Path) -> tuple[Rulebook, tuple[str, ...]]:
    problems: list[str] = []
    catalogue = _load_or_collect(lambda: load_catalogue(folder), problems)
    reasons = _load_or_collect(lambda: _load_reasons(folder / "reasons.yaml"), problems)
    known = Known(catalogue, reasons, _load_list_names(folder / "statutes"))
    packs: list[PackFile] = []
    valid: list[PackFile] = []
    documents, document_problems = read_documents(folder)
    problems += document_problems
    for item in documents:
        file, file_problems = _parse_pack(item, known)
        problems += file_problems
        packs += [file] if file else []
        valid += [file] if file and not file_problems else []
    for i, what in version_problems([item.pack for item in packs]):
        problems.append(f"{packs[i].name}:{packs[i].document.line(('version',))}: {what}")
    for i, what in petition_problems([item.pack for item in packs]):
        problems.append(f"{packs[i].name}:{packs[i].document.line(('petition',))}: {what}")
    if not packs and not problems:
        problems.append(f"{folder}: no pack in any folder below it")
    fingerprint = _inputs_fingerprint(folder)
    rulebook = Rulebook(folder, catalogue or {}, reasons or {}, tuple(valid), fingerprint)
    return rulebook, tuple(problems)


def _load_or_collect(read: Callable[[], T], problems: list[str]) -> T | None:
    try:
        return read()
    except RulebookInvalid as error:
        problems += error.message.split("\n")
        return None


def _parse_pack(item: PackDocument, known: Known) -> tuple[PackFile | None, list[str]]:
    """The pack of a file, None if the file does not fit the model, and the file's problems."""
    document = item.document
    try:
        pack = Pack.model_validate(document.data)
    except ValidationError as error:
        form = [
            (_plain_path(problem["loc"]), _format_error(dict(problem)))
            for problem in _without_consequences(error)
        ]
        problems = [*form, *partial_problems(document.data, known=known)]
        return None, [*item.problems, *format_problems(problems, item.name, document)]
    file = PackFile(pack, document, item.name, item.based_on, item.changes)
    problems = pack_problems(pack, known=known)
    return file, [*item.problems, *format_problems(problems, item.name, document)]


def _without_consequences(error: ValidationError) -> list[ErrorDetails]:
    """The errors, without those of lists that are too short only because entries are invalid."""
    problems = error.errors()
    within = {p["loc"][:depth] for p in problems for depth in range(len(p["loc"]))}
    return [p for p in problems if p["type"] != "too_short" or p["loc"] not in within]


def _plain_path(where: tuple[int | str, ...]) -> Where:
    """The path in the file, without the parts that pydantic adds for unions and key checks."""
    return tuple(part for part in where if part != "[key]" and str(part)[:1] != "<")


def _format_error(problem: dict[str, Any]) -> str:
    where: Where = tuple(problem["loc"])
    name = ".".join(str(part) for part in where)
    if problem["type"] == "extra_forbidden":
        guess = nearest(str(where[-1]), _field_names())
        hint = f"; did you mean `{guess}`?" if guess else ""
        return f"`{name}` is not a key of a pack{hint}"
    if problem["type"] == "missing":
        return f"`{name}` is missing"
    return f"`{name}`: {problem['msg']}"


def _field_names() -> list[str]:
    names: set[str] = set()
    for kind in vars(model).values():
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= {field.alias or name for name, field in kind.model_fields.items()}
    return sorted(names)


def _load_reasons(path: Path) -> dict[str, str]:
    data = load_yaml(path).data
    if not isinstance(data, dict) or not all(isinstance(text, str) for text in data.values()):
        raise RulebookInvalid(f'{path.name}:1: write CODE: "text" lines only', f"Correct {path}.")
    return data


def _load_list_names(folder: Path) -> set[str]:
    """The ids of the statute lists, from the column `list` of their files."""
    names: set[str] = set()
    for path in sorted(folder.glob("*.csv")):
        try:
            with path.open(encoding="utf-8", newline="") as lines:
                names |= {row["list"] for row in csv.DictReader(lines) if row.get("list")}
        except (OSError, UnicodeError, csv.Error) as error:
            raise RulebookInvalid(
                f"statutes/{path.name} cannot be read ({type(error).__name__}).",
                f"Correct {path} and run again.",
            ) from error
    return names | {f"{name}:possible" for name in names}


def _inputs_fingerprint(folder: Path) -> str:
    """SHA-256 of the folder's own YAML and CSV files and its statute lists.

    Words and comments are left out: they decide nothing.
    """
    digest = hashlib.sha256()
    files = [*folder.glob("*.yaml"), *folder.glob("*.csv"), *folder.glob("statutes/*.csv")]
    for path in sorted(files):
        if path.name not in WORDS_ONLY:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            content = path.read_bytes().replace(b"\r\n", b"\n")
            if path.name == COLUMNS_FILE:
                content = without_column_words(content)
            elif path.suffix == ".yaml":
                content = without_comments(content)
            digest.update(content + b"\0")
    return digest.hexdigest()
