"""Reads the commits of a table from the files of its log: no Spark job, no snapshot.

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

# The operations by which this project writes. The note of such a commit records what the table was
# made from, also where the write changed no row.
OWN_WRITES = ("WRITE", "MERGE", "CREATE TABLE AS SELECT")

# Operations that change no row, or single rows.
_BY_ROW = ("MERGE", "OPTIMIZE", "ADD COLUMNS", "CHANGE COLUMN", "CHANGE COLUMNS")

_COMMIT = re.compile(r"(\d{20})\.json")


@dataclass(frozen=True)
class Commit:
    """One commit of a table.

    Attributes:
        version: of the table after the commit.
        operation: Delta's word, such as `MERGE`.
        note: its `userMetadata`; None where it has none.
        metrics: Delta's counts of the write, by Delta's names.
        moment: when it was made, in milliseconds since 1970; None where it is not recorded.
    """

    version: int
    operation: str
    note: str | None
    metrics: dict[str, int]
    _log: Folder = field(repr=False, compare=False)
    moment: int | None = None

    @property
    def rows_written(self) -> int | None:
        """How many new rows the write added to the table; None where Delta did not count them."""
        merged = self.metrics.get("numTargetRowsInserted")
        return merged if merged is not None else self.metrics.get("numOutputRows")

    @property
    def changes_by_row(self) -> bool:
        """Whether the commit changed single rows or none, so that its change feed is small."""
        return self.operation in _BY_ROW

    @property
    def is_noted(self) -> bool:
        """Whether the commit is a write with a note."""
        return self.note is not None and self.operation in OWN_WRITES

    def changes_data(self) -> bool:
        """Whether it added or removed rows; OPTIMIZE, VACUUM and changes of properties do not."""
        for line in self._log.lines(_file_name(self.version)):
            action: dict[str, Any] = json.loads(line)
            if any(action.get(kind, {}).get("dataChange") for kind in ("add", "remove")):
                return True
        return False


def versions(log: Folder) -> frozenset[int]:
    """The versions whose commits the log still has.

    Args:
        log: its `_delta_log`.
    """
    matches = (match for name in log.names() if (match := _COMMIT.fullmatch(name)))
    return frozenset(int(match[1]) for match in matches)


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
            yield _read_commit(log, version)


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
            yield _read_commit(log, later)


def last_of_same_rows(log: Folder, *, version: int) -> int:
    """The newest version of a table with the same rows as a version, perhaps in other files.

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
    """The last commit that wrote a note or changed data.

    Changes of properties, constraints or the layout of files by an operator are skipped. Where no
    commit changed data, the result is the first commit; None where there is none.

    Args:
        log: its `_delta_log`.
        until: only commits up to this version.
    """
    commit = None
    for commit in commits(log, until=until):
        if commit.is_noted or commit.changes_data():
            return commit
    return commit


def _read_commit(log: Folder, version: int) -> Commit:
    for line in log.lines(_file_name(version)):
        info: dict[str, Any] | None = json.loads(line).get("commitInfo")
        if info is not None:
            metrics = {
                name: int(value)
                for name, value in info.get("operationMetrics", {}).items()
                if str(value).isdigit()
            }
            return Commit(
                *(version, info["operation"], info.get("userMetadata"), metrics, log),
                moment=info.get("timestamp"),
            )
    return Commit(version, "UNKNOWN", None, {}, log)


def _file_name(version: int) -> str:
    return f"{version:020}.json"
