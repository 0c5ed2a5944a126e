"""A hash of the code that an answer rests on, without its comments and docstrings.

Covered is what a module imports, directly or by way of others, but for what can change no answer.
The sources are compared as syntax trees: layout and comments are not in them.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clearance.platform.paths import PACKAGE

# Imported by the steps, and of no say in what they answer, each with what lies beneath it: what is
# imported only by these is not covered either.
NO_ANSWER = (
    # What is said on the way, and how a run ends.
    *("clearance.errors", "clearance.platform.clock"),
    *("clearance.platform.faults", "clearance.platform.store.lock", "clearance.platform.watch"),
    # Where things lie, and this.
    *("clearance.personal", "clearance.platform.code_hash", "clearance.platform.paths"),
    # Which version of a table is read: the versions are part of what a step is known by.
    *("clearance.platform.store.commits", "clearance.platform.store.log_folder"),
    # Which files ingest reads, and which it refuses.
    *("clearance.ingest.files", "clearance.ingest.unread"),
)


@dataclass(frozen=True)
class _Module:
    """A source file: what it imports of its own package, and a hash of what it says."""

    imports: frozenset[str]
    digest: bytes


def code_hash(entry: str, *, package: Path = PACKAGE) -> str:
    """What the code that an answer rests on is known by, in fingerprints of steps and sweeps.

    That is its hash, unless `known_as.json` names the hash of earlier code which answers alike:
    then a store is not decided again because modules were moved or renamed.

    Args:
        entry: the module, with its package: `clearance.determine.step`.
        package: the folder of the package.
    """
    found = hash_of(entry, package=package)
    return _known_as(package).get(found, found)


def hash_of(entry: str, *, package: Path = PACKAGE) -> str:
    """A hash of a module and of all that it imports that can change an answer.

    Args:
        entry: the module.
        package: the folder of the package.
    """
    digest = hashlib.sha256()
    for name in sorted(covered(entry, package=package)):
        digest.update(name.encode() + b"\0" + _module(name, package=package).digest)
    return digest.hexdigest()


def known_as_file(package: Path = PACKAGE) -> Path:
    """Hashes of code by the hash of later code that answers alike; `scripts/known-as` writes it."""
    return package / "platform" / "known_as.json"


def covered(entry: str, *, package: Path = PACKAGE) -> frozenset[str]:
    """The modules that the hash of a module covers, itself and their packages among them.

    Args:
        entry: the module.
        package: the folder of the package.
    """
    found: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in found and _has_a_say(name) and _path(name, package=package):
            found.add(name)
            waiting += [*_module(name, package=package).imports, name.rpartition(".")[0]]
    return frozenset(found)


@cache
def _known_as(package: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(known_as_file(package).read_text(encoding="utf-8"))
    return found


def _has_a_say(name: str) -> bool:
    """Whether a module can change an answer; the package itself only says its version."""
    return name != PACKAGE.name and not f"{name}.".startswith(tuple(f"{no}." for no in NO_ANSWER))


def _path(name: str, *, package: Path) -> Path | None:
    first, *parts = name.split(".")
    if first != package.name:
        return None
    whole = package.joinpath(*parts)
    module, folder = whole.with_suffix(".py"), whole / "__init__.py"
    return module if parts and module.is_file() else folder if folder.is_file() else None


def _module(name: str, *, package: Path) -> _Module:
    path = _path(name, package=package)
    assert path is not None
    return _read(path.read_bytes())


@cache
def _read(source: bytes) -> _Module:
    tree = ast.parse(source)
    said = "\0".join(_words(tree))
    return _Module(frozenset(_imports(tree)), hashlib.sha256(said.encode()).digest())


def _words(node: ast.AST) -> Iterator[str]:
    """What a syntax tree says, without where it stands.

    Empty fields are passed over: a later Python has more of them.
    """
    yield type(node).__name__
    for name in node._fields:
        value = getattr(node, name, None)
        if value is None or value == []:
            continue
        yield name
        for one in value if isinstance(value, list) else (value,):
            if not isinstance(one, ast.AST):
                yield repr(one)
            elif not _is_text_alone(one):
                yield from _words(one)
        yield "end"


def _is_text_alone(node: ast.AST) -> bool:
    """Whether a statement is a docstring, or another text that nothing reads."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _imports(tree: ast.AST) -> Iterator[str]:
    """The modules that a tree may import, and names in them; not those for the type checker."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not isinstance(node, ast.expr):
            yield from _imports(node)
