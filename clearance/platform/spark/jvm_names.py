"""The JVM's names, and the columns that are only a name or a literal, asked for once.

PySpark looks a function up at each call of it, and makes a column anew for each mention of its
name: of the calls that a plan takes to build, most were such (docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# What PySpark's columns and functions are made by.
CLASSES = ("functions", "org.apache.spark.sql.functions", "PythonUtils")
# Functions of one plain value whose columns never change.
PLAIN = ("col", "lit")
# Longer texts, and more values than these, are not worth keeping.
LONGEST, MOST = 100, 4096


class Remembered:
    """A class of the JVM that keeps the members it was asked for."""

    def __init__(self, java_class: Any) -> None:
        self._java_class = java_class

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._java_class, name)
        if name in PLAIN:
            member = kept_by_value(member)
        setattr(self, name, member)
        return member


def kept_by_value(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which makes one thing of each name and each small literal.

    Args:
        function: of the JVM.
    """
    kept: dict[tuple[type, Any], Any] = {}

    def make(*given: Any) -> Any:
        kind = type(given[0]) if len(given) == 1 else None
        if kind not in (str, int, bool) or (kind is str and len(given[0]) > LONGEST):
            return function(*given)
        key = (kind, given[0])
        made = kept.get(key)
        if made is None:
            made = function(*given)
            if len(kept) < MOST:
                kept[key] = made
        return made

    return make


def remember_names(jvm: Any) -> None:
    """Keep the members of the classes that columns are made by.

    Args:
        jvm: the session's view of its JVM.
    """
    for name in CLASSES:
        if name not in vars(jvm):
            setattr(jvm, name, Remembered(getattr(jvm, name)))
