"""A hash of the code that an answer depends on, without its comments and docstrings.

The hash covers a module and all modules that it imports, directly or through others, except those
that can change no answer. Sources are hashed as syntax trees, which hold no layout and no comments.
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

# Modules and packages that the steps import and that can change no answer. Modules that only these
# import are not covered either.
NO_ANSWER = (
    # Messages, and how a run ends.
    *("clearance.errors", "clearance.platform.clock"),
    *("clearance.platform.faults", "clearance.platform.store.lock", "clearance.platform.watch"),
    # Paths, and this module.
    *("clearance.personal", "clearance.platform.code_hash", "clearance.platform.paths"),
    # Which version of a table is read: a step's fingerprint contains the versions themselves.
    *("clearance.platform.store.commits", "clearance.platform.store.log_folder"),
    # The words of reasons, beside the answers.
    "clearance.determine.reasons",
    # Which files ingest reads, and which it refuses.
    *("clearance.ingest.files", "clearance.ingest.unread"),
)


@dataclass(frozen=True)
class _Module:
    """A source file: the modules it imports from this package, and a hash of its syntax tree."""

    imports: frozenset[str]
    digest: bytes


def code_hash(entry: str, *, package: Path = PACKAGE) -> str:
    """The hash of the code that an answer depends on, for fingerprints of steps and sweeps.

    `known_as.json` may map it to the hash of earlier code that gives the same answers: then a store
    is not decided again because modules were moved or renamed.

    Args:
        entry: the module, with its package: `clearance.determine.step`.
        package: the folder of the package.
    """
    own_hash = hash_of_modules(entry, package=package)
    return _load_known_as(package).get(own_hash, own_hash)


def hash_of_modules(entry: str, *, package: Path = PACKAGE) -> str:
    """A hash of a module and of the imported modules that can change an answer.

    Args:
        entry: the module.
        package: the folder of the package.
    """
    digest = hashlib.sha256()
    for name in sorted(covered_modules(entry, package=package)):
        digest.update(name.encode() + b"\0" + _module(name, package=package).digest)
    return digest.hexdigest()


def known_as_file(package: Path = PACKAGE) -> Path:
    """The JSON file that maps hashes of code to hashes of earlier code with the same answers.

    `scripts/known-as` writes it.
    """
    return package / "platform" / "known_as.json"


def covered_modules(entry: str, *, package: Path = PACKAGE) -> frozenset[str]:
    """The names of the modules that a hash covers: the module, its imports and their packages.

    Args:
        entry: the module.
        package: the folder of the package.
    """
    names: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in names or not _can_change_an_answer(name):
            continue
        if _module_path(name, package=package):
            names.add(name)
            waiting += [*_module(name, package=package).imports, name.rpartition(".")[0]]
    return frozenset(names)


@cache
def _load_known_as(package: Path) -> dict[str, str]:
    earlier_hashes: dict[str, str] = json.loads(known_as_file(package).read_text(encoding="utf-8"))
    return earlier_hashes


def _can_change_an_answer(name: str) -> bool:
    """Whether a module can change an answer; the package has the version and names of `api`."""
    return name != PACKAGE.name and not f"{name}.".startswith(tuple(f"{no}." for no in NO_ANSWER))


def _module_path(name: str, *, package: Path) -> Path | None:
    first, *parts = name.split(".")
    if first != package.name:
        return None
    stem = package.joinpath(*parts)
    module, package_file = stem.with_suffix(".py"), stem / "__init__.py"
    if parts and module.is_file():
        return module
    return package_file if package_file.is_file() else None


def _module(name: str, *, package: Path) -> _Module:
    path = _module_path(name, package=package)
    assert path is not None
    return _parse(path.read_bytes())


@cache
def _parse(source: bytes) -> _Module:
    tree = ast.parse(source)
    tokens = "\0".join(_tree_tokens(tree))
    return _Module(frozenset(_imports(tree)), hashlib.sha256(tokens.encode()).digest())


def _tree_tokens(node: ast.AST) -> Iterator[str]:
    """The node types, field names and values of a syntax tree, without line numbers.

    Empty fields are omitted: a later Python has more of them.
    """
    yield type(node).__name__
    for name in node._fields:
        value = getattr(node, name, None)
        if value is None or value == []:
            continue
        yield name
        for child in value if isinstance(value, list) else (value,):
            if not isinstance(child, ast.AST):
                yield repr(child)
            elif not _is_docstring(child):
                yield from _tree_tokens(child)
        yield "end"


def _is_docstring(node: ast.AST) -> bool:
    """Whether a statement is a docstring, or another text without effect."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _imports(tree: ast.AST) -> Iterator[str]:
    """The modules that a tree may import, and the names in them; not those for type checking."""
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
