"""Values as Spark's SQL writes them: one text a select, parsed by the JVM in one call."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from clearance.rulebook.language.model import ParamValue


def name(column: str) -> str:
    """A column's name."""
    return f"`{column.replace('`', '``')}`"


def literal(value: ParamValue) -> str:
    """A constant; dates stay clear of the time zones and calendars of Java's own date class."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return f"DATE'{value.isoformat()}'"
    if isinstance(value, tuple):
        return f"array({', '.join(map(literal, value))})"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def day_text(of: date | str) -> str:
    """A day: a constant, or the name of a column that holds each row's own."""
    return name(of) if isinstance(of, str) else literal(of)


def table(content: Any, *, of: str) -> str:
    """A constant of any size as one expression: Spark reads the JSON once, when it plans.

    Args:
        content: lists and dicts of plain values.
        of: Spark's type of it.
    """
    text = literal(json.dumps(content, separators=(",", ":")))
    return f"from_json({text}, {literal(of)}, map('mode', 'FAILFAST'))"


def array(items: Iterable[str], *, of: str) -> str:
    """An array of expressions, also where there is none."""
    return f"CAST(array({', '.join(items)}) AS array<{of}>)"
