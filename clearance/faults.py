"""What a fault of storage or of the cluster means, and what to do about it.

Spark tells its faults in three shapes: an exception of PySpark or Delta (`ConcurrentAppend...`), a
`Py4JJavaError` around a chain of Java exceptions, and, over Spark Connect, an exception with a
condition and an SQLSTATE and no Java behind it. All three are read as a chain of links here. The
links' texts may hold a person's data: they are searched for known words and never shown.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # py4j ships no types
from pyspark.errors import PySparkException

from clearance.errors import ClearanceError, StoreFault, SweepConflict, UsageError

# Delta gives every refused commit this SQLSTATE; the names are for chains that lack one.
CONFLICT_STATE = "2D521"
CONFLICT_KINDS = (
    "DeltaConcurrentModificationException",
    "ConcurrentWriteException",
    "ConcurrentAppendException",
    "ConcurrentDeleteReadException",
    "ConcurrentDeleteDeleteException",
    "ConcurrentTransactionException",
    "ConcurrentModificationException",
    "MetadataChangedException",
    "ProtocolChangedException",
)
SPARK_FAULTS = (PySparkException, Py4JError)


_CONDITION = re.compile(r"\[([A-Z][A-Z0-9_]{3,}(?:\.[A-Z0-9_]+)*)\]")
_CONFLICT = re.compile(r"DELTA_(CONCURRENT_|METADATA_CHANGED|PROTOCOL_CHANGED)")
_FULL = re.compile(
    r"No space left on device|Disk quota exceeded|File too large|Not enough space|"
    r"DSQuotaExceeded|NSQuotaExceeded|There is not enough space",
    re.IGNORECASE,
)
_FULL_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DENIED = re.compile(
    r"Read-only file system|Permission denied|Operation not permitted|AccessDenied|"
    r"Access Denied|AccessControlException|ParentNotDirectory|Not a directory|Mkdirs failed|"
    r"DELTA_CANNOT_CREATE_LOG_PATH|InvalidAccessKeyId|SignatureDoesNotMatch|AuthorizationFailure",
)
_DENIED_NUMBERS = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST)
_BROKEN = re.compile(
    r"DELTA_(TRUNCATED_TRANSACTION_LOG|LOG_FILE_NOT_FOUND|VERSIONS_NOT_CONTIGUOUS|"
    r"STATE_RECOVER_ERROR|TXN_LOG_FAILED_INTEGRITY|CHECKPOINT_|NO_COMMITS_FOUND|"
    r"NO_RECREATABLE_HISTORY_FOUND|FAILED_READ_FILE_FOOTER|FILE_NOT_FOUND|METADATA_ABSENT|"
    r"FILE_OR_DIR_NOT_FOUND|TABLE_NOT_FOUND|PATH_DOES_NOT_EXIST|MISSING_DELTA_TABLE|"
    r"SCHEMA_NOT_SET|INVALID_PROTOCOL_VERSION|UNSUPPORTED_FEATURES|ADD_FILE|"
    r"CREATE_TABLE_WITH_NON_EMPTY_LOCATION)|FAILED_READ_FILE|JsonEOFException|JsonParseException|FileNotFoundException|"
    r"NoSuchFileException|CORRUPTED",
)
# A file of a table, not of its log: damaged it would be told otherwise.
_GONE = re.compile(
    r"FAILED_READ_FILE\.FILE_NOT_EXIST|DELTA_FILE_NOT_FOUND_DETAILED|DELTA_VERSION_NOT_FOUND"
)
_MEMORY = re.compile(r"OutOfMemoryError|SparkOutOfMemory|GC overhead limit")
_STOPPED = re.compile(
    r"Py4JNetworkError|ConnectionRefusedError|ConnectionResetError|BrokenPipeError|"
    r"SparkContext was shut down|stopped SparkContext|INVALID_HANDLE|UNAVAILABLE",
)


@dataclass(frozen=True)
class Link:
    """One exception of a chain: the names of its class, condition, SQLSTATE, number and text."""

    kinds: tuple[str, ...]
    condition: str | None = None
    state: str | None = None
    number: int | None = None
    text: str = ""


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


class _UnnamedFault(StoreFault):
    """A fault told by `told`, which does not know which store it was."""


class _UnnamedConflict(SweepConflict):
    """A conflict told by `told`, likewise."""


def told(error: BaseException, *, doing: str) -> ClearanceError:
    """The error to raise for a fault, with what to do; it names no row's values.

    Args:
        error: what Spark, Delta or the operating system threw.
        doing: what was under way, for the message.
    """
    links = chain(error)
    kind = kind_of(links)
    if any(_is_conflict(link) for link in links):
        return _UnnamedConflict(
            f"Another run changed the store while {doing} ({kind}).",
            "Wait until it has finished, then run the same command again.",
        )
    if _any(links, _FULL, _FULL_NUMBERS):
        return _UnnamedFault(
            f"No room is left on the disk while {doing} ({kind}).",
            "Make room for the store and for Spark's temporary files, then run the same command "
            "again; nothing is half written.",
        )
    if _any(links, _DENIED, _DENIED_NUMBERS):
        return _UnnamedFault(
            f"The store may not be written or read while {doing} ({kind}).",
            "Give this user the right to write there (or mount it so), then run the same command "
            "again; nothing is half written.",
        )
    if _any(links, _MEMORY):
        return _UnnamedFault(
            f"Spark ran out of memory while {doing} ({kind}).",
            "Run it on a machine with more memory, then run the same command again.",
        )
    if _any(links, _STOPPED):
        return _UnnamedFault(
            f"Spark stopped while {doing} ({kind}).",
            "See that nothing ends its process, then run the same command again; nothing is half "
            "written.",
        )
    if _any(links, _GONE):
        return _UnnamedFault(
            f"A file that is needed is gone while {doing} ({kind}).",
            "Where it was of an earlier version (an old sweep, or a record that was prepared again "
            "since), a VACUUM has removed it: that version cannot be read any more. Run `clearance "
            "prepare` and `clearance determine`: the sweep that they make rests on what the store "
            "holds now. Otherwise put the table's folder back from a copy, then run the same "
            "command again.",
        )
    if _any(links, _BROKEN):
        return _UnnamedFault(
            f"A file that is needed is damaged or gone while {doing} ({kind}).",
            "Put the table's folder back from a copy (`charges` and `arrests` may be removed "
            "whole instead: prepare makes them anew), then run the same command again.",
        )
    return _UnnamedFault(
        f"The store or the cluster failed while {doing} ({kind}).",
        "Check that the store can be written and has room, then run the same command again; "
        "`--debug` shows the cause.",
    )


def kind_of(links: list[Link]) -> str:
    """A condition, or the innermost class: what support needs, never a text."""
    for link in links:
        if link.condition is not None and link.condition.startswith("DELTA_"):
            return link.condition
    return links[-1].kinds[0]


def _is_conflict(link: Link) -> bool:
    if link.state == CONFLICT_STATE or any(kind in CONFLICT_KINDS for kind in link.kinds):
        return True
    return link.condition is not None and _CONFLICT.match(link.condition) is not None


def _any(links: list[Link], words: re.Pattern[str], numbers: tuple[int, ...] = ()) -> bool:
    return any(
        link.number in numbers
        or any(words.search(kind) for kind in link.kinds)
        or words.search(link.condition or "")
        or words.search(link.text)
        for link in links
    )


@contextmanager
def output_faults(out: Path, *, what: str, remedy: str) -> Iterator[None]:
    """Turn what the disk throws while files for the reader are written into an error.

    Args:
        out: the file or folder the reader named.
        what: what it is, `folder` or `report`.
        remedy: what to do where it may not be written.

    Raises:
        StoreFault: no room is left.
        UsageError: it may not be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL_NUMBERS:
            raise StoreFault(
                f"No room is left for the {what} {out} ({error.strerror}).",
                "Make room there or name another place with --out, then run the same command "
                "again; nothing is half written.",
            ) from error
        raise UsageError(
            f"The {what} {out} cannot be written ({error.strerror}).", remedy
        ) from error


@contextmanager
def storage_faults(doing: str) -> Iterator[None]:
    """Turn what Spark, Delta and the disk throw into an error that names no row's values.

    Args:
        doing: what was under way, for the message.
    """
    try:
        yield
    except ClearanceError:
        raise
    except (*SPARK_FAULTS, OSError) as error:
        raise told(error, doing=doing) from error


@contextmanager
def naming(store: str | None) -> Iterator[None]:
    """Let every fault of storage inside the block say which store it is about.

    Args:
        store: the store's address; None where the command has none.
    """
    try:
        with storage_faults("working"):
            yield
    except (_UnnamedFault, _UnnamedConflict) as fault:
        if store and store not in fault.message:
            fault.message = f"{store}: {fault.message}"
            fault.args = (fault.message,)
        raise
