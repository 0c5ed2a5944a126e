"""Results of reading a folder of rules, kept until one of its files changes.

A command asks for the rules in several places, and a process may run many commands; reading and
checking all rules takes half a second.
"""

from __future__ import annotations

import functools
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_SUFFIXES = (".yaml", ".csv")
_MOST = 4


def cached_by_content(read: Callable[Concatenate[Path, P], T]) -> Callable[Concatenate[Path, P], T]:
    """A reader that returns its last result while the folder's YAML and CSV files are the same.

    The result must not be changed by those who get it. An error is not kept.

    Args:
        read: takes the folder; its other arguments can be hashed.
    """
    results: OrderedDict[object, T] = OrderedDict()

    @functools.wraps(read)
    def cached(folder: Path, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (folder, _content(folder), args, tuple(sorted(kwargs.items())))
        if key not in results:
            results[key] = read(folder, *args, **kwargs)
        result = results[key]
        results.move_to_end(key)
        while len(results) > _MOST:
            results.popitem(last=False)
        return result

    return cached


def _content(folder: Path) -> str:
    """A hash of the names and bytes of the folder's files."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES):
        digest.update(f"{path}\0".encode())
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            digest.update(f"{error.errno}\0".encode())
    return digest.hexdigest()
