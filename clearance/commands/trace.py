"""The traceback that `--debug` prints: where it went wrong, without the values it went wrong on.

A message of Spark or Python may quote a row: the text that is no date, the columns of a violated
constraint. So of an error its class, Spark's condition and the calls that led to it are printed;
its message only where it names files and addresses, or is our own.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

from clearance.errors import ClearanceError

CALLS = 8
# Messages of these name files, hosts and classes, and quote no row.
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
        error: what ended the run.
    """
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from trace_lines(earlier)
        yield "which led to:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    own = isinstance(error, (ClearanceError, OSError, ImportError))
    yield f"{type(error).__name__}: {error}" if own else type(error).__name__ + _condition(error)
    origin: Any = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    if origin is not None:
        yield from _java_lines(origin)


def _condition(error: BaseException) -> str:
    ask: Any = getattr(error, "getCondition", None)
    try:
        found = ask() if callable(ask) else None
    except Exception:
        return ""  # the JVM is gone
    return f" [{found}]" if found else ""


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
        yield f"  (the JVM answers no more: {type(gone).__name__})"
