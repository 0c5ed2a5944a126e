"""The note of a run in its output folder: the request, the files and the result.

A later run with the same request and unchanged files has nothing to do. The note has names, sizes
and times of files, and numbers; no personal data.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from clearance.platform.paths import PACKAGE
from clearance.platform.store.store import Store

NOTE = ".published.json"
# The tables that files are made from.
READ = ("source_rows", "charges", "arrests", "determinations", "packs", "grants", "notices")


def hash_request(
    spark: SparkSession, store: Store, *, rules: Path, options: Mapping[str, Any]
) -> str:
    """A hash of everything that decides what a run publishes: tables, rules, code, options.

    Args:
        spark: the session.
        store: where the tables are; only their logs are read.
        rules: the rulebook's folder.
        options: the sweep, the counties, the files.
    """
    versions = {table: store.version(spark, table) for table in READ}
    request = hashlib.sha256(json.dumps([versions, options], default=str).encode())
    for folder, pattern in ((PACKAGE, "*.py"), (PACKAGE, "*.j2"), (rules, "*.*")):
        for path in sorted(folder.rglob(pattern)):
            request.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return request.hexdigest()


def read_published(out: Path, *, request: str) -> dict[str, Any] | None:
    """The result of the run that wrote the files of `out`, if it had the same request.

    None if nothing was published, the request was another, or a file is missing or changed.

    Args:
        out: the output folder.
        request: see `hash_request`.
    """
    try:
        note = json.loads((out / NOTE).read_text(encoding="utf-8"))
        same = note["request"] == request and all(
            _state(out / name) == state for name, state in note["files"].items()
        )
        return dict(note["result"]) if same else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_published(out: Path, *, request: str, result: Mapping[str, Any]) -> None:
    """Writes the note beside the files, over an earlier note.

    Args:
        out: the output folder.
        request: see `hash_request`.
        result: the run's result.
    """
    files = {str(path.relative_to(out)): _state(path) for path in sorted(list_published_files(out))}
    text = json.dumps({"request": request, "files": files, "result": result}, default=str)
    part = out / f"{NOTE}.part"
    part.write_text(text, encoding="utf-8")
    os.replace(part, out / NOTE)


def list_published_files(out: Path) -> list[Path]:
    """The files of `publish` and `report` in a folder."""
    folders = ("packets/*/*", "prosecutor/*/*", "courts/*/*", "internal/*", "counties/*.html")
    kinds = (*folders, "statistics.csv", "report.html")
    return [path for kind in kinds for path in out.glob(kind) if path.is_file()]


def _state(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]
