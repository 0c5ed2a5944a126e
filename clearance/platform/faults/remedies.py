"""Faults of storage and of the cluster, turned into errors that say what to do.

The text of an exception may hold a person's data and is never shown. A cause is recognized by the
classes, conditions and SQLSTATEs of the chain, and by messages of file systems and networks.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # py4j ships no types
from pyspark.errors import PySparkException

from clearance.errors import ClearanceError, ProgramFault, StoreFault, SweepConflict, UsageError
from clearance.platform.faults.bug import bug_location
from clearance.platform.faults.chain import Link, fault_name, list_links

# Delta gives every refused commit this SQLSTATE; the class names are for chains without a SQLSTATE.
CONFLICT_STATE = "2D521"
CONFLICT_KINDS = (
    "DeltaConcurrentModificationException",
    "ConcurrentWriteException",
    "ConcurrentAppendException",
    "ConcurrentDeleteReadException",
    "ConcurrentDeleteDeleteException",
    "ConcurrentTransactionException",
    "MetadataChangedException",
    "ProtocolChangedException",
)
SPARK_FAULTS = (PySparkException, Py4JError)

_CONFLICT = re.compile(r"DELTA_(CONCURRENT_|METADATA_CHANGED|PROTOCOL_CHANGED)")


@dataclass(frozen=True)
class _Symptoms:
    """The signs by which a cause is recognized; any of them is enough, each may be absent.

    Attributes:
        classes: parts of names of exceptions, of the chain or named in a text.
        conditions: starts of Spark's conditions, such as `FAILED_READ_FILE`.
        messages: words in the message of a file system or network.
        phrases: words of Spark itself, in any text.
        numbers: error numbers of the operating system.
    """

    classes: re.Pattern[str] | None = None
    conditions: re.Pattern[str] | None = None
    messages: re.Pattern[str] | None = None
    phrases: re.Pattern[str] | None = None
    numbers: tuple[int, ...] = ()

    def in_any(self, links: list[Link]) -> bool:
        """Whether a link shows one of the signs."""
        return any(self._in(link) for link in links)

    def _in(self, link: Link) -> bool:
        return (
            link.number in self.numbers
            or _matches(self.classes, *link.classes)
            or _matches(self.conditions, link.condition or "")
            or _matches(self.messages, link.storage_messages)
            or _matches(self.phrases, link.without_paths)
        )


def _matches(words: re.Pattern[str] | None, *texts: str) -> bool:
    return words is not None and any(words.search(text) for text in texts)


_FULL = _Symptoms(
    classes=re.compile("DSQuotaExceeded|NSQuotaExceeded"),
    messages=re.compile(
        r"No space left on device|Disk quota exceeded|File too large|Not enough space|"
        r"There is not enough space",
        re.IGNORECASE,
    ),
    numbers=(errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
)
_DENIED = _Symptoms(
    classes=re.compile("AccessDenied|AccessControlException|ParentNotDirectory"),
    conditions=re.compile("^DELTA_CANNOT_CREATE_LOG_PATH"),
    messages=re.compile(
        r"Read-only file system|Permission denied|Operation not permitted|AccessDenied|"
        r"Access Denied|Not a directory|Mkdirs failed|InvalidAccessKeyId|SignatureDoesNotMatch|"
        r"AuthorizationFailure"
    ),
    numbers=(errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST),
)
_BROKEN = _Symptoms(
    classes=re.compile(
        "JsonEOFException|JsonParseException|FileNotFoundException|NoSuchFileException"
    ),
    conditions=re.compile(
        r"^DELTA_(TRUNCATED_TRANSACTION_LOG|LOG_FILE_NOT_FOUND|VERSIONS_NOT_CONTIGUOUS|"
        r"STATE_RECOVER_ERROR|TXN_LOG_FAILED_INTEGRITY|CHECKPOINT_|NO_COMMITS_FOUND|"
        r"NO_RECREATABLE_HISTORY_FOUND|FAILED_READ_FILE_FOOTER|FILE_NOT_FOUND|METADATA_ABSENT|"
        r"FILE_OR_DIR_NOT_FOUND|TABLE_NOT_FOUND|PATH_DOES_NOT_EXIST|MISSING_DELTA_TABLE|"
        r"SCHEMA_NOT_SET|INVALID_PROTOCOL_VERSION|UNSUPPORTED_FEATURES|ADD_FILE|"
        r"CREATE_TABLE_WITH_NON_EMPTY_LOCATION)|^FAILED_READ_FILE|CORRUPTED"
    ),
)
# A file of a table, not of its log: damaged it would show itself otherwise.
_GONE = _Symptoms(
    conditions=re.compile(
        r"^(FAILED_READ_FILE\.FILE_NOT_EXIST|DELTA_FILE_NOT_FOUND_DETAILED|DELTA_VERSION_NOT_FOUND)"
    )
)
_MEMORY = _Symptoms(classes=re.compile("OutOfMemoryError|SparkOutOfMemory"))
_STOPPED = _Symptoms(
    classes=re.compile(
        "Py4JNetworkError|ConnectionRefusedError|ConnectionResetError|BrokenPipeError"
    ),
    conditions=re.compile("^INVALID_HANDLE"),
    phrases=re.compile(
        r"SparkContext was shut down|stopped SparkContext|StatusCode\.UNAVAILABLE|"
        r"^UNAVAILABLE: |StatusRuntimeException: UNAVAILABLE"
    ),
)
# Faults that no store and no cluster causes: a query that fits no table, a call with wrong types.
_BUG = _Symptoms(
    classes=re.compile(
        r"^(ConcurrentModificationException|"
        r"PySpark(Type|Value|Attribute|Index|Key|NotImplemented|Assertion)Error)$"
    ),
    conditions=re.compile(
        "^(UNRESOLVED_|AMBIGUOUS_|DATATYPE_MISMATCH|MISSING_AGGREGATION|FIELD_NOT_FOUND|"
        "PARSE_SYNTAX_ERROR)"
    ),
)


class _UnnamedFault(StoreFault):
    """A fault of a store whose address the message does not name yet."""


class _UnnamedConflict(SweepConflict):
    """A conflict in a store whose address the message does not name yet."""


# Each cause: its symptoms, what happened, what to do. The first that fits counts.
_CAUSES = (
    (
        _FULL,
        "No room is left on the disk",
        "Make room for the store and for Spark's temporary files, then run the same command "
        "again; nothing is half written.",
    ),
    (
        _DENIED,
        "The store may not be written or read",
        "Give this user the right to write there (or mount it so), then run the same command "
        "again; nothing is half written.",
    ),
    (
        _MEMORY,
        "Spark ran out of memory",
        "Run it on a machine with more memory, then run the same command again.",
    ),
    (
        _STOPPED,
        "Spark stopped",
        "See that nothing ends its process, then run the same command again; nothing is half "
        "written.",
    ),
    (
        _GONE,
        "A file that is needed is gone",
        "Where it was of an earlier version (an old sweep, or a record that was prepared again "
        "since), a VACUUM has removed it: that version cannot be read any more. Run `clearance "
        "prepare` and `clearance determine`: the sweep that they make rests on what the store "
        "holds now. Otherwise put the table's folder back from a copy, then run the same "
        "command again.",
    ),
    (
        _BROKEN,
        "A file that is needed is damaged or gone",
        "Put the table's folder back from a copy (`charges` and `arrests` may be removed "
        "whole instead: prepare makes them anew), then run the same command again.",
    ),
)


def as_clearance_error(error: BaseException, *, doing: str) -> ClearanceError:
    """The error to raise for a fault, with what to do; its message has no value of a row.

    Args:
        error: the exception of Spark, Delta or the operating system.
        doing: what was under way, for the message.
    """
    links = list_links(error)
    kind = fault_name(links)
    if any(_is_conflict(link) for link in links):
        return _UnnamedConflict(
            f"Another run changed the store while {doing} ({kind}).",
            "Wait until it has finished, then run the same command again.",
        )
    for symptoms, event, remedy in _CAUSES:
        if symptoms.in_any(links):
            return _UnnamedFault(f"{event} while {doing} ({kind}).", remedy)
    if _BUG.in_any(links):
        condition = next((link.condition for link in links if link.condition), kind)
        return ProgramFault(f"{condition} at {bug_location(error)} while {doing}")
    return _UnnamedFault(
        f"The store or the cluster failed while {doing} ({kind}).",
        "Check that the store can be written and has room, then run the same command again; "
        "`--debug` shows the cause.",
    )


def _is_conflict(link: Link) -> bool:
    if link.state == CONFLICT_STATE or any(kind in CONFLICT_KINDS for kind in link.kinds):
        return True
    return link.condition is not None and _CONFLICT.match(link.condition) is not None


@contextmanager
def output_faults(out: Path, *, what: str, remedy: str) -> Iterator[None]:
    """Turn exceptions of the disk, while output files are written, into errors with a remedy.

    Args:
        out: the file or folder that the command line names.
        what: a word for it, `folder` or `report`.
        remedy: what to do where the user may not write there.

    Raises:
        StoreFault: no room is left.
        UsageError: the user may not write there.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL.numbers:
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
    """Turn exceptions of Spark, Delta and the disk into errors without values of rows.

    Args:
        doing: what was under way, for the message.
    """
    try:
        yield
    except ClearanceError:
        raise
    except (*SPARK_FAULTS, OSError) as error:
        raise as_clearance_error(error, doing=doing) from error


@contextmanager
def name_store_in_faults(store: str | None) -> Iterator[None]:
    """Put the store's address into the message of every fault of storage in the block.

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
