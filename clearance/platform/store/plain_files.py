"""The files that hold a table's rows at a version, read from a log that is short and plain.

Delta finds them by queries of its own: the state of a version, then the list of its files, which
cost a small run more than its rows do. Where every commit since the first is at hand, few of them,
and nothing but whole files was ever added and removed, the log says the same at once. Of any other
log this says nothing, and Delta reads the table. Source: the Delta protocol, action reconciliation.
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

# Of longer logs and of more files Delta's own queries are no longer the larger part.
MOST_COMMITS, MOST_FILES = 20, 32
# What a reader may meet without it changing what the files say; whether a row is struck out by a
# deletion vector is looked at file by file.
HARMLESS = frozenset({"deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"})
_MAPPING = "delta.columnMapping.mode"


@dataclass(frozen=True)
class PlainFiles:
    """What a table is at a version.

    Attributes:
        schema: its columns, without what Delta notes beside them.
        names: of its files, in the table's folder, in no order; at least one.
    """

    schema: StructType
    names: tuple[str, ...]


def plain_files(log: Folder, *, version: int | None) -> PlainFiles | None:
    """The files of a table at a version, the last where None; None where only Delta can tell.

    Args:
        log: its `_delta_log`.
        version: one that the table has.

    Raises:
        OSError, ValueError, KeyError: a file of the log cannot be read, or is no commit.
    """
    found = versions(log)
    last = max(found, default=-1) if version is None else version
    if not 0 <= last < MOST_COMMITS or not found.issuperset(range(last + 1)):
        return None
    names: set[str] = set()
    metadata: dict[str, Any] = {}
    for action in _actions(log, last):
        if not _is_plain(action):
            return None
        metadata = action.get("metaData", metadata)
        names -= {action["remove"]["path"]} if "remove" in action else set()
        names |= {action["add"]["path"]} if "add" in action else set()
    if not metadata or not 0 < len(names) <= MOST_FILES:
        return None
    schema = _bare(StructType.fromJson(json.loads(metadata["schemaString"])))
    assert isinstance(schema, StructType)
    return PlainFiles(schema, tuple(map(unquote, names)))


def _actions(log: Folder, last: int) -> Iterator[dict[str, Any]]:
    """The actions of the commits up to one, oldest first; of one commit, removals first."""
    for version in range(last + 1):
        actions = [json.loads(line) for line in log.lines(f"{version:020}.json")]
        yield from sorted(actions, key=lambda action: "remove" not in action)


def _is_plain(action: dict[str, Any]) -> bool:
    """Whether the action leaves a table whose rows are those of whole files in its folder."""
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


def _bare(kind: DataType) -> DataType:
    """The type without what is noted beside its fields: it would go on into other tables."""
    if isinstance(kind, StructType):
        return StructType([StructField(field.name, _bare(field.dataType)) for field in kind.fields])
    if isinstance(kind, ArrayType):
        return ArrayType(_bare(kind.elementType), kind.containsNull)
    if isinstance(kind, MapType):
        return MapType(_bare(kind.keyType), _bare(kind.valueType), kind.valueContainsNull)
    return kind
