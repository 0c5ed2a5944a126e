"""The pack files of a rules folder, each completed from the version that it is based on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clearance.errors import RulebookInvalid, nearest
from clearance.rulebook.language.yaml_lines import Document, load_yaml
from clearance.rulebook.loading.pack_checks import Problem
from clearance.rulebook.loading.version_changes import (
    BASED_ON,
    BuiltVersion,
    Change,
    build_version,
    can_be_base,
    identity,
    is_based,
)

CASES = ".cases.yaml"
SIGNED = ".signed.yaml"


@dataclass(frozen=True)
class PackDocument:
    """The content of a pack's file.

    Attributes:
        name: the file's path within the rules folder.
        document: the complete pack.
        based_on: the version that it is based on, as `pack@version`; None if it is complete itself.
        changes: the bills' changes to that version.
        problems: the problems of the changes, each with file and line.
    """

    name: str
    document: Document
    based_on: str | None = None
    changes: tuple[Change, ...] = ()
    problems: tuple[str, ...] = ()


def read_documents(
    folder: Path,
    *,
    files: Sequence[Path] | None = None,
    beside: Mapping[str, Document] | None = None,
) -> tuple[list[PackDocument], list[str]]:
    """Every pack file of a rules folder, and the problems of those that cannot be built.

    A version is left out if its base is missing, unreadable, or based on the version itself.

    Args:
        folder: the rules folder.
        files: the files to read; None for every pack file of the folder.
        beside: other files, by name, on whose versions the files may be based.
    """
    wanted, problems = _load_files(folder, pack_files(folder) if files is None else files)
    builder = _Builder({**(beside or {}), **wanted})
    for name in wanted:
        builder.build(name)
    built = [builder.built[name] for name in wanted if name in builder.built]
    return built, [*problems, *builder.problems]


def pack_files(folder: Path) -> list[Path]:
    """The pack files of a rules folder, sorted by name."""
    return [
        path
        for path in sorted(folder.glob("*/**/*.yaml"))
        if not path.name.endswith((CASES, SIGNED)) and path.parent.name != "statutes"
    ]


def _load_files(folder: Path, files: Sequence[Path]) -> tuple[dict[str, Document], list[str]]:
    """The files' contents by name, and the problems of files that are not YAML."""
    documents: dict[str, Document] = {}
    problems: list[str] = []
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            documents[name] = load_yaml(path)
        except RulebookInvalid as error:
            line = error.message.removeprefix(f"{path.name}:")
            problems.append(f"{name}:{line}" if line != error.message else error.message)
    return documents, problems


class _Builder:
    """Builds the versions of a folder, each once, after the version that it is based on."""

    def __init__(self, files: dict[str, Document]) -> None:
        self.files = files
        named = {identity(document.data): name for name, document in files.items()}
        self.by_version = {version: name for version, name in named.items() if version is not None}
        self.built: dict[str, PackDocument] = {}
        self.problems: list[str] = []
        self.tried: set[str] = set()

    def build(self, name: str) -> None:
        """Build a version into `built`; if it cannot be built, add the reason to `problems`."""
        if name in self.tried:
            return
        self.tried.add(name)
        document = self.files[name]
        if not is_based(document.data):
            self.built[name] = PackDocument(name, document)
            return
        version = str(document.data[BASED_ON])
        base = self.by_version.get(version)
        if base is None:
            guess = nearest(version, list(self.by_version))
            hint = f"; did you mean `{guess}`?" if guess else ""
            self._refuse(name, f"there is no version `{version}`{hint}")
            return
        self.build(base)
        base_version = self.built.get(base)
        if base_version is None or not can_be_base(base_version.document.data):
            self._refuse(name, f"`{version}` cannot be built, or is based on this version")
            return
        version_built, problems = build_version(document, base_version.document)
        self.built[name] = _with_changes(
            name, version_built, format_problems(problems, name, document)
        )

    def _refuse(self, name: str, why: str) -> None:
        self.problems += format_problems([((BASED_ON,), why)], name, self.files[name])


def _with_changes(name: str, built: BuiltVersion, problems: list[str]) -> PackDocument:
    return PackDocument(name, built.document, built.based_on, built.changes, tuple(problems))


def format_problems(problems: list[Problem], name: str, document: Document) -> list[str]:
    """Problems as texts with file and line, sorted by line, each once.

    Args:
        problems: paths in the document, each with a message.
        name: the file's name.
        document: its content.
    """
    # A key may contain a line end, but a problem is one line.
    lines = [(document.line(where), what.replace("\n", "\\n")) for where, what in problems]
    return list(dict.fromkeys(f"{name}:{line}: {what}" for line, what in sorted(lines)))
