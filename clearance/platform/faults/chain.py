"""A fault as a chain of links, whatever threw it.

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

# At the start of a text or of the message of an exception named in it: never in a path or a value.
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
        """The names of its class and of those named in its text."""
        return (*self.kinds, *_CLASS.findall(self.without_paths))

    @cached_property
    def storage_messages(self) -> str:
        """What a file system or a network says in it, a line each, without paths."""
        return "\n".join(_OF_STORAGE.findall(self.without_paths))


def chain(error: BaseException) -> list[Link]:
    """The links of an error, outermost first, the Java ones after the Python one they hang on."""
    links: list[Link] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        links.append(_python_link(one))
        java = getattr(one, "java_exception", None) or getattr(one, "_origin", None)
        links += _java_links(java)
        cause = getattr(one, "_cause", None)
        one = cause if isinstance(cause, BaseException) else one.__cause__
    return links


def kind_of(links: list[Link]) -> str:
    """A condition, or the innermost class: what support needs, never a text."""
    for link in links:
        if link.condition is not None and link.condition.startswith("DELTA_"):
            return link.condition
    return links[-1].kinds[0]


def _python_link(error: BaseException) -> Link:
    def asked(name: str) -> str | None:
        try:
            found = getattr(error, name)()
        except Exception:
            return None
        return found if isinstance(found, str) else None

    kinds = tuple(kind.__name__ for kind in type(error).__mro__)
    number = error.errno if isinstance(error, OSError) else None
    text = _text(error)
    known = isinstance(error, PySparkException)
    condition = (asked("getCondition") if known else None) or _condition(text)
    return Link(kinds, condition, asked("getSqlState") if known else None, number, text)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # Py4J asks the JVM for the text, which may be gone
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
    found = _CONDITION.search(text[:600])
    return found.group(1) if found else None
