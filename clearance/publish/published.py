"""The note that a run leaves in its output folder: what was published there, of what, by what.

A later run for the same sweep and with the same request finds the files as they were left and has
nothing to do. The note holds names, sizes and times of files, and numbers; nothing about a person.
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
# What the files are made of.
READ = ("source_rows", "charges", "arrests", "determinations", "packs", "grants", "notices")


def hash_request(
    spark: SparkSession, store: Store, *, rules: Path, asked: Mapping[str, Any]
) -> str:
    """A hash of all that decides what a run publishes: tables, rules, code, and what is asked.

    Args:
        spark: the session.
        store: where the tables are; only their logs are read.
        rules: the rulebook's folder.
        asked: the sweep, the counties, the files.
    """
    versions = {table: store.version(spark, table) for table in READ}
    request = hashlib.sha256(json.dumps([versions, asked], default=str).encode())
    for folder, pattern in ((PACKAGE, "*.py"), (PACKAGE, "*.j2"), (rules, "*.*")):
        for path in sorted(folder.rglob(pattern)):
            request.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return request.hexdigest()


def read_published(out: Path, *, request: str) -> dict[str, Any] | None:
    """What the run said that made the files of `out`, where they are those of the request.

    None where nothing was published, something else was, or a file is missing or another.

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
    """Leave the note beside the files, in place of an earlier one.

    Args:
        out: the output folder.
        request: see `hash_request`.
        result: what the run says of them.
    """
    files = {str(path.relative_to(out)): _state(path) for path in sorted(list_published_files(out))}
    text = json.dumps({"request": request, "files": files, "result": result}, default=str)
    aside = out / f"{NOTE}.part"
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, out / NOTE)


def list_published_files(out: Path) -> list[Path]:
    """The files that `publish` and `report` made in a folder."""
    folders = ("packets/*/*", "prosecutor/*/*", "courts/*/*", "internal/*")
    kinds = (*folders, "statistics.csv", "report.html")
    return [path for kind in kinds for path in out.glob(kind) if path.is_file()]


def _state(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]
