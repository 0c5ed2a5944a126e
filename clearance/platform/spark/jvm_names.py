"""Caches members of JVM classes, and columns that are only a name or a literal.

PySpark looks a function up in the JVM at each call, and makes a new column for each mention of its
name: these were most of the calls that building a plan takes (docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# The classes of the JVM that make PySpark's columns and functions.
CLASSES = ("functions", "org.apache.spark.sql.functions", "PythonUtils")
# Functions of one plain value whose columns never change.
PLAIN = ("col", "lit")
# Longer texts, and more values than these, are not cached.
LONGEST, MOST = 100, 4096


class CachedClass:
    """A class of the JVM that caches each member at its first use."""

    def __init__(self, java_class: Any) -> None:
        self._java_class = java_class

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._java_class, name)
        if name in PLAIN:
            member = cached_by_value(member)
        setattr(self, name, member)
        return member


def cached_by_value(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with a cache of its results for single names and small literals.

    Args:
        function: of the JVM.
    """
    cache: dict[tuple[type, Any], Any] = {}

    def call(*arguments: Any) -> Any:
        kind = type(arguments[0]) if len(arguments) == 1 else None
        if kind not in (str, int, bool) or (kind is str and len(arguments[0]) > LONGEST):
            return function(*arguments)
        key = (kind, arguments[0])
        result = cache.get(key)
        if result is None:
            result = function(*arguments)
            if len(cache) < MOST:
                cache[key] = result
        return result

    return call


def cache_names(jvm: Any) -> None:
    """Replace the JVM classes that make columns by classes that cache their members.

    Args:
        jvm: the session's view of its JVM.
    """
    for name in CLASSES:
        if name not in vars(jvm):
            setattr(jvm, name, CachedClass(getattr(jvm, name)))
