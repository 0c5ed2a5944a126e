"""The commits of a table, newest first, from the files of its log: no Spark job, no snapshot.

Delta writes a commit as `_delta_log/<version>.json`, one action a line, the first of them
`commitInfo` with the operation and the note (`userMetadata`). Source: the Delta protocol.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from clearance.platform.store.log_folder import Folder

# What this project's own writes are called; their notes say what a table rests on, whether or not
# the write found a row to change.
OWN_WRITES = ("WRITE", "MERGE", "CREATE TABLE AS SELECT")

_COMMIT = re.compile(r"(\d{20})\.json")


@dataclass(frozen=True)
class Commit:
    """One commit of a table.

    Attributes:
        version: of the table after it.
        operation: Delta's word for it.
        note: its `userMetadata`; None where it has none.
        metrics: what Delta counted while it wrote, by its own names.
        moment: when it was made, in milliseconds since 1970; None where it does not say.
    """

    version: int
    operation: str
    note: str | None
    metrics: dict[str, int]
    _log: Folder = field(repr=False, compare=False)
    moment: int | None = None

    @property
    def rows_written(self) -> int | None:
        """How many new rows the write put into the table; None where Delta did not count them."""
        merged = self.metrics.get("numTargetRowsInserted")
        return merged if merged is not None else self.metrics.get("numOutputRows")

    @property
    def changes_by_row(self) -> bool:
        """Whether its change feed is small: it changed single rows, or none."""
        return self.operation in ("MERGE", "OPTIMIZE")

    @property
    def is_noted(self) -> bool:
        """Whether it is a write with a note."""
        return self.note is not None and self.operation in OWN_WRITES

    def changes_data(self) -> bool:
        """Whether it added or removed rows: OPTIMIZE, VACUUM and changes of properties do not."""
        for line in self._log.lines(_file(self.version)):
            action: dict[str, Any] = json.loads(line)
            if any(action.get(kind, {}).get("dataChange") for kind in ("add", "remove")):
                return True
        return False


def versions(log: Folder) -> frozenset[int]:
    """The versions whose commits the log still has.

    Args:
        log: its `_delta_log`.
    """
    found = (match for name in log.names() if (match := _COMMIT.fullmatch(name)))
    return frozenset(int(match[1]) for match in found)


def commits(log: Folder, *, until: int | None = None) -> Iterator[Commit]:
    """The commits of a table, newest first.

    Args:
        log: its `_delta_log`.
        until: only those up to this version.

    Raises:
        OSError, ValueError: a file of the log cannot be read or is cut.
    """
    for version in sorted(versions(log), reverse=True):
        if until is None or version <= until:
            yield _commit(log, version)


def commits_after(log: Folder, *, version: int) -> Iterator[Commit]:
    """The commits after a version, oldest first.

    Args:
        log: its `_delta_log`.
        version: of the table.

    Raises:
        OSError, ValueError: a file of the log cannot be read or is cut.
    """
    for later in sorted(versions(log)):
        if later > version:
            yield _commit(log, later)


def last_of_same_rows(log: Folder, *, version: int) -> int:
    """The newest version of a table that holds the rows of a version, be it in other files.

    Args:
        log: its `_delta_log`.
        version: of the table.
    """
    for commit in commits_after(log, version=version):
        if commit.is_noted or commit.changes_data():
            break
        version = commit.version
    return version


def last_commit(log: Folder, *, until: int | None = None) -> Commit | None:
    """The commit that says what a table holds: the last write with a note, or a later change.

    What an operator does to properties, constraints or the layout of files says nothing about the
    rows and is passed over. Where no commit changed data it is the first; None without any.

    Args:
        log: its `_delta_log`.
        until: only commits up to this version.
    """
    commit = None
    for commit in commits(log, until=until):
        if commit.is_noted or commit.changes_data():
            return commit
    return commit


def _commit(log: Folder, version: int) -> Commit:
    for line in log.lines(_file(version)):
        info: dict[str, Any] | None = json.loads(line).get("commitInfo")
        if info is not None:
            counted = {
                name: int(value)
                for name, value in info.get("operationMetrics", {}).items()
                if str(value).isdigit()
            }
            return Commit(
                *(version, info["operation"], info.get("userMetadata"), counted, log),
                moment=info.get("timestamp"),
            )
    return Commit(version, "UNKNOWN", None, {}, log)


def _file(version: int) -> str:
    return f"{version:020}.json"
