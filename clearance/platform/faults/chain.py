"""A fault as a chain of links, whatever raised it.

Spark raises its faults in three shapes: an exception of PySpark or Delta (`ConcurrentAppend...`), a
`Py4JJavaError` around a chain of Java exceptions, and, over Spark Connect, an exception with a
condition and an SQLSTATE and no Java behind it. All three are read as a chain of links here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyspark.errors import PySparkException

# A condition is at the start of a text or of a message quoted in it: never in a path or a value.
_CONDITION = re.compile(r"(?:^|(?:Exception|Error): )\[([A-Z][A-Z0-9_]{3,}(?:\.[A-Z0-9_]+)*)\]")
_CLASS = re.compile(r"\b(?:[a-z]\w*\.)+([A-Z]\w*(?:Exception|Error|Fault))\b")
_PATH = re.compile(r"\S*[/\\]\S*")
# Exceptions of file systems and networks, whose messages quote no row.
_OF_STORAGE = re.compile(
    r"\w*(?:IO|FS|File|Directory|Access|Abfs|Azure|S3|A[wW][sS]|Sdk|Amazon|Storage|Http|Remote|Net|"
    r"Socket|Quota|Security)\w*(?:Exception|Error|Fault): ([^\n]*)"
)


@dataclass(frozen=True)
class Link:
    """One exception of a chain: the names of its class, condition, SQLSTATE, number and text."""

    kinds: tuple[str, ...]
    condition: str | None = None
    state: str | None = None
    number: int | None = None
    text: str = ""

    @cached_property
    def without_paths(self) -> str:
        """The text without anything that has a slash: a folder may have any name."""
        return _PATH.sub(" ", self.text)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The names of the exception's class and of the classes named in its text."""
        return (*self.kinds, *_CLASS.findall(self.without_paths))

    @cached_property
    def storage_messages(self) -> str:
        """The messages of file systems and networks in the text, a line each, without paths."""
        return "\n".join(_OF_STORAGE.findall(self.without_paths))


def list_links(error: BaseException) -> list[Link]:
    """The links of an error, outermost first; Java links follow the Python link that holds them."""
    links: list[Link] = []
    seen: set[int] = set()
    exception: BaseException | None = error
    while exception is not None and id(exception) not in seen:
        seen.add(id(exception))
        links.append(_python_link(exception))
        java = getattr(exception, "java_exception", None) or getattr(exception, "_origin", None)
        links += _java_links(java)
        cause = getattr(exception, "_cause", None)
        exception = cause if isinstance(cause, BaseException) else exception.__cause__
    return links


def fault_name(links: list[Link]) -> str:
    """Delta's condition where the chain has one, else the innermost class; never a text."""
    for link in links:
        if link.condition is not None and link.condition.startswith("DELTA_"):
            return link.condition
    return links[-1].kinds[0]


def _python_link(error: BaseException) -> Link:
    kinds = tuple(kind.__name__ for kind in type(error).__mro__)
    number = error.errno if isinstance(error, OSError) else None
    text = _text(error)
    condition, state = None, None
    if isinstance(error, PySparkException):
        condition, state = _call(error, "getCondition"), _call(error, "getSqlState")
    return Link(kinds, condition or _condition(text), state, number, text)


def _call(error: PySparkException, method: str) -> str | None:
    """The text that a method of an exception returns; None where it fails or returns no text."""
    try:
        value = getattr(error, method)()
    except Exception:
        return None
    return value if isinstance(value, str) else None


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # Py4J gets the text from the JVM, which may have ended
        return ""


def _java_links(java: Any) -> list[Link]:
    links: list[Link] = []
    try:
        while java is not None and len(links) < 20:
            text = str(java.toString())
            links.append(Link((str(java.getClass().getSimpleName()),), _condition(text), text=text))
            java = java.getCause()
    except Exception:
        return links
    return links


def _condition(text: str) -> str | None:
    match = _CONDITION.search(text[:600])
    return match.group(1) if match else None
