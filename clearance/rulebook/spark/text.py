"""Constants and names as Spark SQL text; a whole select is parsed by the JVM in one call."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from clearance.rulebook.language.model import ParamValue


def quoted_name(column: str) -> str:
    """A column's name in backquotes."""
    return f"`{column.replace('`', '``')}`"


def literal(value: ParamValue) -> str:
    """A constant; a date literal avoids the time zone and calendar of Java's date class."""
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
    """A day: a constant, or the quoted name of a column."""
    return quoted_name(of) if isinstance(of, str) else literal(of)


def constant_table(content: Any, *, of: str) -> str:
    """A constant of any size as one expression; Spark parses its JSON once, when it plans.

    Args:
        content: lists and dicts of plain values.
        of: its Spark type.
    """
    text = literal(json.dumps(content, separators=(",", ":")))
    return f"from_json({text}, {literal(of)}, map('mode', 'FAILFAST'))"


def array(items: Iterable[str], *, of: str) -> str:
    """An array of expressions; an empty array has the type too."""
    return f"CAST(array({', '.join(items)}) AS array<{of}>)"
