"""The files that hold a table's rows at a version, read from a log that is short and plain.

Delta finds the files by queries: the state of a version, then the list of its files. In a small run
these queries take longer than reading the rows. A log is short and plain where it has every commit
since the first, few of them, and each added and removed whole files only: then the files follow
from the log directly. Any other table is read by Delta. Source: the Delta protocol, action
reconciliation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pyspark.sql.types import ArrayType, DataType, MapType, StructField, StructType

from clearance.platform.store.commits import versions
from clearance.platform.store.log_folder import Folder

# With longer logs and more files, Delta's queries are the smaller part of a read.
MOST_COMMITS, MOST_FILES = 20, 32
# Features of tables that do not change how a file is read; deletion vectors are checked file by
# file.
HARMLESS = frozenset({"deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"})
_MAPPING = "delta.columnMapping.mode"


@dataclass(frozen=True)
class PlainFiles:
    """The columns and files of a table at a version.

    Attributes:
        schema: its columns, without Delta's metadata.
        names: the names of its files in the table's folder, in no order; at least one.
    """

    schema: StructType
    names: tuple[str, ...]


def plain_files(log: Folder, *, version: int | None) -> PlainFiles | None:
    """The files of a table at a version; None where the log is not short and plain.

    Args:
        log: its `_delta_log`.
        version: a version of the table; the last where None.

    Raises:
        OSError, ValueError, KeyError: a file of the log cannot be read, or is no commit.
    """
    in_log = versions(log)
    last = max(in_log, default=-1) if version is None else version
    if not 0 <= last < MOST_COMMITS or not in_log.issuperset(range(last + 1)):
        return None
    names: set[str] = set()
    metadata: dict[str, Any] = {}
    for action in _actions(log, last):
        if not _is_plain(action):
            return None
        metadata = action.get("metaData", metadata)
        if "remove" in action:
            names.discard(action["remove"]["path"])
        if "add" in action:
            names.add(action["add"]["path"])
    if not metadata or not 0 < len(names) <= MOST_FILES:
        return None
    schema = _without_metadata(StructType.fromJson(json.loads(metadata["schemaString"])))
    assert isinstance(schema, StructType)
    return PlainFiles(schema, tuple(map(unquote, names)))


def _actions(log: Folder, last: int) -> Iterator[dict[str, Any]]:
    """The actions of the commits up to `last`, oldest first; within a commit, removals first."""
    for version in range(last + 1):
        actions = [json.loads(line) for line in log.lines(f"{version:020}.json")]
        yield from sorted(actions, key=lambda action: "remove" not in action)


def _is_plain(action: dict[str, Any]) -> bool:
    """Whether, after the action, the table's rows are still those of whole files in its folder."""
    protocol, metadata = action.get("protocol", {}), action.get("metaData", {})
    features = set(protocol.get("readerFeatures", ()))
    file = action.get("add") or action.get("remove") or {"path": ""}
    return (
        (protocol.get("minReaderVersion", 1) == 1 or bool(features))
        and features <= HARMLESS
        and not metadata.get("partitionColumns")
        and metadata.get("configuration", {}).get(_MAPPING, "none") == "none"
        and not file.get("deletionVector")
        and "/" not in file["path"]
    )


def _without_metadata(kind: DataType) -> DataType:
    """The type without the metadata of its fields, which would be copied into other tables."""
    if isinstance(kind, StructType):
        return StructType(
            [StructField(field.name, _without_metadata(field.dataType)) for field in kind.fields]
        )
    if isinstance(kind, ArrayType):
        return ArrayType(_without_metadata(kind.elementType), kind.containsNull)
    if isinstance(kind, MapType):
        return MapType(
            _without_metadata(kind.keyType),
            _without_metadata(kind.valueType),
            kind.valueContainsNull,
        )
    return kind
