"""The files of a rules folder that hold packs: each whole, with what it has from other versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clearance.errors import RulebookInvalid, nearest
from clearance.rulebook.language.yaml_lines import Document, load_yaml
from clearance.rulebook.loading.pack_checks import Problem
from clearance.rulebook.loading.version_changes import (
    BASED_ON,
    Change,
    Whole,
    can_be_base,
    identity,
    is_based,
    whole_of,
)

CASES = ".cases.yaml"
SIGNED = ".signed.yaml"


@dataclass(frozen=True)
class PackDocument:
    """The content of a pack's file.

    Attributes:
        name: the file, as seen from the rules folder.
        document: the whole pack.
        based_on: the version that it is based on, as `pack@version`; None where it stands whole.
        changes: what bills changed of that version.
        problems: what is wrong with the changes, each with file and line.
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
    """Every file of a pack in a rules folder, and what is wrong with those that cannot be built.

    A version whose base cannot be read, is not there or is based on it in turn is left out.

    Args:
        folder: the rules folder.
        files: only these files of it.
        beside: other files, whose versions may be named too.
    """
    wanted, problems = _loaded(folder, pack_files(folder) if files is None else files)
    builder = _Builder({**(beside or {}), **wanted})
    for name in wanted:
        builder.build(name)
    built = [builder.found[name] for name in wanted if name in builder.found]
    return built, [*problems, *builder.problems]


def pack_files(folder: Path) -> list[Path]:
    """The files of a rules folder that hold packs, by name."""
    return [
        path
        for path in sorted(folder.glob("*/**/*.yaml"))
        if not path.name.endswith((CASES, SIGNED)) and path.parent.name != "statutes"
    ]


def _loaded(folder: Path, files: Sequence[Path]) -> tuple[dict[str, Document], list[str]]:
    """The files' contents by name, and what is wrong with those that are no YAML."""
    found: dict[str, Document] = {}
    problems: list[str] = []
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            found[name] = load_yaml(path)
        except RulebookInvalid as error:
            line = error.message.removeprefix(f"{path.name}:")
            problems.append(f"{name}:{line}" if line != error.message else error.message)
    return found, problems


class _Builder:
    """The versions of a folder, each built once, those it is based on first."""

    def __init__(self, files: dict[str, Document]) -> None:
        self.files = files
        named = {identity(document.data): name for name, document in files.items()}
        self.by_version = {version: name for version, name in named.items() if version is not None}
        self.found: dict[str, PackDocument] = {}
        self.problems: list[str] = []
        self.tried: set[str] = set()

    def build(self, name: str) -> None:
        """Build a version; one that cannot be built adds to `problems` why."""
        if name in self.tried:
            return
        self.tried.add(name)
        document = self.files[name]
        if not is_based(document.data):
            self.found[name] = PackDocument(name, document)
            return
        version = str(document.data[BASED_ON])
        base = self.by_version.get(version)
        if base is None:
            guess = nearest(version, list(self.by_version))
            hint = f"; did you mean `{guess}`?" if guess else ""
            self._refuse(name, f"there is no version `{version}`{hint}")
            return
        self.build(base)
        whole = self.found.get(base)
        if whole is None or not can_be_base(whole.document.data):
            self._refuse(name, f"`{version}` cannot be built, or is based on this version")
            return
        built, wrong = whole_of(document, whole.document)
        self.found[name] = _with_changes(name, built, placed(wrong, name, document))

    def _refuse(self, name: str, why: str) -> None:
        self.problems += placed([((BASED_ON,), why)], name, self.files[name])


def _with_changes(name: str, whole: Whole, problems: list[str]) -> PackDocument:
    return PackDocument(name, whole.document, whole.based_on, whole.changes, tuple(problems))


def placed(problems: list[Problem], name: str, document: Document) -> list[str]:
    """Problems as text, each with file and line, by line and once.

    Args:
        problems: where in the document, and what.
        name: the file.
        document: its content.
    """
    # A key may hold a line end; a problem is one line.
    lines = [(document.line(where), what.replace("\n", "\\n")) for where, what in problems]
    return list(dict.fromkeys(f"{name}:{line}: {what}" for line, what in sorted(lines)))
