"""The rulebook: every pack of a rules folder, read, checked as a whole, or refused as a whole."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from clearance.errors import RulebookInvalid, UsageError, nearest
from clearance.rulebook import model
from clearance.rulebook.catalogue import Catalogue, load_catalogue
from clearance.rulebook.check import problems_of, version_problems
from clearance.rulebook.model import Pack
from clearance.rulebook.yaml_lines import Document, Where, load_yaml


@dataclass(frozen=True)
class PackFile:
    """A pack and the file it stands in."""

    pack: Pack
    document: Document

    @property
    def cases(self) -> Path:
        """Where its cases stand, beside it."""
        return self.document.path.with_suffix(".cases.yaml")


@dataclass(frozen=True)
class Rulebook:
    """The law as data.

    Attributes:
        folder: where it was read from.
        catalogue: columns that packs may ask about.
        reasons: reason texts by code.
        packs: every version of every pack.
        reads: fingerprint of what packs rest on beside themselves.
    """

    folder: Path
    catalogue: Catalogue
    reasons: dict[str, str]
    packs: tuple[PackFile, ...]
    reads: str

    def find(self, name: str, *, as_of: date) -> PackFile | None:
        """The pack's version in force, or the one named as `pack@version`; None where none is.

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
    """Read and check every pack in a rules folder.

    Raises:
        RulebookInvalid: with every problem of every file, each with file and line.
    """
    if not folder.is_dir():
        raise RulebookInvalid(f"There is no rules folder {folder}.", "Check the path.")
    catalogue = load_catalogue(folder)
    reasons = _reasons(folder / "reasons.yaml")
    tags = _list_names(folder / "statutes")
    problems: list[str] = []
    packs: list[PackFile] = []
    for path in sorted(folder.glob("*/**/*.yaml")):
        if path.name.endswith(".cases.yaml") or path.parent.name == "statutes":
            continue
        try:
            found = _pack(path)
        except RulebookInvalid as error:
            problems += error.message.split("\n")
            continue
        own = problems_of(found.pack, catalogue=catalogue, reasons=reasons, tags=tags)
        problems += [f"{path.name}:{found.document.line(where)}: {what}" for where, what in own]
        packs.append(found)
    problems += version_problems([item.pack for item in packs])
    if not packs and not problems:
        problems.append(f"{folder}: no pack in any folder below it")
    if problems:
        raise RulebookInvalid(
            "\n".join(problems), "Correct the rules named above; nothing was started."
        )
    return Rulebook(folder, catalogue, reasons, tuple(packs), _reads(folder))


def _pack(path: Path) -> PackFile:
    document = load_yaml(path)
    try:
        return PackFile(Pack.model_validate(document.data), document)
    except ValidationError as error:
        lines = [
            f"{path.name}:{document.line(_plain(problem['loc']))}: {_said(dict(problem))}"
            for problem in error.errors()
        ]
        raise RulebookInvalid("\n".join(dict.fromkeys(lines)), f"Correct {path}.") from error


def _plain(where: tuple[int | str, ...]) -> Where:
    """The path in the file: pydantic adds names of its own for unions and key checks."""
    return tuple(part for part in where if part != "[key]" and str(part)[:1] != "<")


def _said(problem: dict[str, Any]) -> str:
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


def _reasons(path: Path) -> dict[str, str]:
    data = load_yaml(path).data
    if not isinstance(data, dict) or not all(isinstance(text, str) for text in data.values()):
        raise RulebookInvalid(f'{path.name}:1: write CODE: "text" lines only', f"Correct {path}.")
    return data


def _list_names(folder: Path) -> set[str]:
    """Ids of the statute lists, as their rows give them."""
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


def _reads(folder: Path) -> str:
    digest = hashlib.sha256()
    files = [*folder.glob("*.yaml"), *folder.glob("*.csv"), *folder.glob("statutes/*.csv")]
    for path in sorted(files):
        if path.name != "reasons.yaml":
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()
