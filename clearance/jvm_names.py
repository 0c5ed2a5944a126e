"""The JVM's names, asked for once: PySpark looks a function up at each call of it.

Two of five of the calls that a plan takes to build were such look-ups (docs/decisions/0013).
"""

from __future__ import annotations

from typing import Any

# What PySpark's columns and functions are made by.
CLASSES = ("functions", "org.apache.spark.sql.functions", "PythonUtils")


class Remembered:
    """A class of the JVM that keeps the members it was asked for."""

    def __init__(self, java_class: Any) -> None:
        self._java_class = java_class

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._java_class, name)
        setattr(self, name, member)
        return member


def remember_names(jvm: Any) -> None:
    """Keep the members of the classes that columns are made by.

    Args:
        jvm: the session's view of its JVM.
    """
    for name in CLASSES:
        if name not in vars(jvm):
            setattr(jvm, name, Remembered(getattr(jvm, name)))
