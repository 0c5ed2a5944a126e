"""The traceback that `--debug` prints: classes and calls, without values of rows.

A message of Spark or Python may quote a row: a text that is no date, the columns of a violated
constraint. So the class of an error, Spark's condition and the calls that led to it are printed;
its message only for kinds of errors that quote no row, and for the errors of this program.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

from clearance.errors import ClearanceError

CALLS = 8
# Messages of these Java exceptions name files, hosts and classes, and quote no row.
_WITHOUT_VALUES = (
    "java.io.",
    "java.nio.file.",
    "java.net.",
    "java.lang.ClassNotFound",
    "java.lang.NoClassDef",
    "java.lang.OutOfMemory",
    "org.apache.hadoop.",
    "com.amazonaws.",
)


def trace_lines(error: BaseException) -> Iterator[str]:
    """The lines of an error's traceback, its causes first.

    Args:
        error: the exception that ended the run.
    """
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from trace_lines(earlier)
        yield "which led to:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    kind = type(error).__name__
    without_values = isinstance(error, (ClearanceError, OSError, ImportError))
    yield f"{kind}: {error}" if without_values else kind + _condition(error)
    origin: Any = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    if origin is not None:
        yield from _java_lines(origin)


def _condition(error: BaseException) -> str:
    get_condition: Any = getattr(error, "getCondition", None)
    try:
        condition = get_condition() if callable(get_condition) else None
    except Exception:
        return ""  # the JVM has ended
    return f" [{condition}]" if condition else ""


def _java_lines(origin: Any) -> Iterator[str]:
    try:
        while origin is not None:
            name = str(origin.getClass().getName())
            message = f": {origin.getMessage()}" if name.startswith(_WITHOUT_VALUES) else ""
            yield f"  java: {name}{message}"
            for call in list(origin.getStackTrace())[:CALLS]:
                yield f"    {call.toString()}"
            origin = origin.getCause()
    except Exception as gone:
        yield f"  (the JVM has ended: {type(gone).__name__})"
