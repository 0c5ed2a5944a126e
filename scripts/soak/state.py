"""Reads the content of a store and its packets without Spark: the log's JSON, Parquet, plain files.

Two stores with the same content have equal `Content`, whatever their history: moments
(ingested_at) and numbers of commits (versions, the sweep's id) are left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from clearance.publish.column_order import HEADERS
from clearance.publish.files import csv_line
from clearance.publish.published import NOTE
from clearance.schemas import TABLES

MOMENTS = {
    "source_files": {"ingested_at"},
    "determinations": {"sweep_id"},
    "sweeps": {
        "sweep_id",
        "started_at",
        "finished_at",
        "input_versions",
        "determinations_version",
        "steps",
    },
}
# The files and folders that `publish` and `report` write.
PUBLISHED = {"packets", "prosecutor", "internal", "statistics.csv", "report.html", "counties", NOTE}
SWEEP_ID = re.compile(rb"\b[0-9a-f]{16}\b")
CLOCK = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z|\+00:00)?")


class Torn(AssertionError):
    """A file, row or commit is half there, twice there or lost."""


def commits(table: Path) -> list[list[dict[str, Any]]]:
    """The actions of each commit, in order; raises Torn where one is missing or half written."""
    log = sorted((table / "_delta_log").glob("[0-9]" * 20 + ".json"))
    if [int(path.stem) for path in log] != list(range(len(log))):
        raise Torn(f"{table.name}: versions {[path.stem for path in log]}")
    try:
        return [[json.loads(line) for line in path.read_text().splitlines()] for path in log]
    except ValueError as error:
        raise Torn(f"{table.name}: a commit is half written") from error


def live(table: Path) -> list[pa.Table]:
    """The files of the table's last version; raises Torn where a file is missing."""
    paths: dict[str, None] = {}
    for actions in commits(table):
        for action in actions:
            if "remove" in action:
                paths.pop(action["remove"]["path"], None)
            if "add" in action:
                paths[action["add"]["path"]] = None
    files = [table / unquote(path) for path in paths]
    for file in files:
        if not file.is_file():
            raise Torn(f"{table.name}: {file.name} is gone")
    return [pq.read_table(file, partitioning=None) for file in files]


def rows_of(table: Path) -> list[str]:
    """The table's rows as JSON text, sorted."""
    left_out = MOMENTS.get(table.name, set())
    return sorted(row for read in live(table) for row in _as_text(read, left_out))


def _as_text(read: pa.Table, left_out: Iterable[str]) -> list[str]:
    kept = [name for name in read.column_names if name not in left_out]
    # A map has no order of its own.
    rows = read.select(kept).to_pylist(maps_as_pydicts="strict")
    return [json.dumps(row, default=str, sort_keys=True) for row in rows]


@dataclass(frozen=True)
class Content:
    """Hashes of the content of a store and an output folder, by table or file."""

    tables: dict[str, str]
    files: dict[str, str]

    def differences(self, other: Content) -> list[str]:
        """The names of tables and files that are not the same."""
        mine, theirs = self.tables | self.files, other.tables | other.files
        return sorted(key for key in mine.keys() | theirs if mine.get(key) != theirs.get(key))


def content_of(store: Path, out: Path) -> Content:
    """The content of a store and its output; raises Torn where either is broken."""
    check_sweeps(store)
    tables = {
        name: _hash("\n".join(rows_of(store / name)).encode())
        for name in TABLES
        if (store / name / "_delta_log").is_dir() and commits(store / name)
    }
    return Content(tables, files_of(out))


def files_of(out: Path) -> dict[str, str]:
    """A hash of each published file, by its path, without files whose name starts with a dot."""
    return {
        str(path.relative_to(out)): _hash(_timeless(path))
        for path in sorted(out.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.parts)
    }


def _timeless(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix == ".csv":
        return content
    return CLOCK.sub(b"TIME", SWEEP_ID.sub(b"SWEEP", content))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check_sweeps(store: Path) -> None:
    """Raise Torn unless every sweep has at most one row, and every row its commit."""
    if not (store / "sweeps" / "_delta_log").is_dir():
        return
    rows = [row for read in live(store / "sweeps") for row in read.to_pylist()]
    ids = [row["sweep_id"] for row in rows]
    if len(ids) != len(set(ids)) or any(row["status"] != "complete" for row in rows):
        raise Torn(f"sweeps: {ids}")
    made = set(swept(store))
    if not set(ids) <= made:
        raise Torn(f"sweeps: {ids} but commits of {made}")


def swept(store: Path) -> list[str]:
    """The ids of the sweeps that were committed to `determinations`."""
    ids = []
    for actions in commits(store / "determinations"):
        for action in actions:
            note = json.loads(action.get("commitInfo", {}).get("userMetadata") or "{}")
            if "sweep" in note:
                ids.append(note["sweep"]["sweep_id"])
    return ids


def check_packets(out: Path, *, known: Iterable[dict[str, str]]) -> int:
    """Check every packet: it must be complete, and equal to one of the known packets.

    Args:
        out: the output folder.
        known: `files_of` undisturbed runs, the old and the new.

    Returns:
        How many packets lie there.
    """
    versions = list(known)
    found = 0
    for folder in sorted((out / "packets").glob("*")):
        found += 1
        _check_packet(folder)
        here = {
            f"packets/{folder.name}/{path.name}": _hash(_timeless(path))
            for path in folder.iterdir()
        }
        of_it = [
            {key: value for key, value in version.items() if key.startswith(f"{_at(folder)}/")}
            for version in versions
        ]
        if here not in of_it:
            raise Torn(f"{folder}: neither the old packet nor the new one")
    for name in ("statistics.csv", "internal/statistics.csv", "report.html"):
        if (out / name).exists():
            whole = _hash(_timeless(out / name))
            if whole not in [version.get(name) for version in versions]:
                raise Torn(f"{out / name}: neither the old one nor the new one")
    return found


def _at(folder: Path) -> str:
    return f"packets/{folder.name}"


def _check_packet(folder: Path) -> None:
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Torn(f"{folder}: summary.json") from error
    files = {path.stem for path in folder.glob("*.csv")}
    if files != set(summary["lines"]):
        raise Torn(f"{folder}: {files} but {set(summary['lines'])}")
    for name, lines in summary["lines"].items():
        content = (folder / f"{name}.csv").read_bytes()
        if not content.startswith(csv_line(HEADERS[name])) or content.count(b"\n") != lines + 1:
            raise Torn(f"{folder}/{name}.csv is not whole")


def check_nothing_left(store: Path, out: Path) -> None:
    """Raise Torn where a finished run left other files than its tables and its output."""
    extra = {path.name for path in store.iterdir()} - set(TABLES)
    extra |= {path.name for path in out.glob("*")} - PUBLISHED
    if extra:
        raise Torn(f"left over: {sorted(extra)}")
    if sorted(swept(store)) != sorted(_recorded(store)):
        raise Torn("a sweep has no row in sweeps")


def _recorded(store: Path) -> list[str]:
    return [row["sweep_id"] for read in live(store / "sweeps") for row in read.to_pylist()]
