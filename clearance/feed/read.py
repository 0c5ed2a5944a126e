"""Reads and checks a feed's files from end to end, before the table is changed.

The checked rows are written into a temporary file for Spark. Only the keys of rows are held in
memory.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clearance.errors import InputRefused
from clearance.feed.chains import Cycle, follow_merges
from clearance.feed.forms import BadValue
from clearance.feed.kinds import Kind
from clearance.feed.problems import Problems
from clearance.feed.sheet import Line, read_sheet

MOST_IN_A_CIRCLE = 10

# `json.dumps` with options makes an encoder at every call.
_json = json.JSONEncoder(ensure_ascii=False).encode

Values = dict[str, str | None]


@dataclass(frozen=True)
class CheckedFeed:
    """A feed without problems.

    Attributes:
        kind: the kind of the feed.
        files: the paths of its files.
        rows: the number of its rows.
        fingerprint: a hash of the rows, whatever their order and files; hexadecimal.
        staged: the file with the rows as lines of JSON, deleted after the block.
    """

    kind: str
    files: tuple[str, ...]
    rows: int
    fingerprint: str
    staged: Path


@contextmanager
def checked_feed(kind: Kind, files: Sequence[str]) -> Iterator[CheckedFeed]:
    """Check all files of a feed, and stage their rows for the block.

    Args:
        kind: the kind of the feed.
        files: local CSV files, which together are the feed.

    Raises:
        InputRefused: a file is missing, or there are problems in the files; all are listed.
    """
    paths = _existing_paths(files)
    with tempfile.TemporaryDirectory(prefix="clearance-") as folder:
        yield _Check(kind).check(paths, folder=Path(folder))


def _existing_paths(files: Sequence[str]) -> list[Path]:
    paths = {os.path.realpath(file): Path(file) for file in files}
    for file in files:
        if not Path(file).is_file():
            raise InputRefused(
                f"There is no file {file}. Nothing was changed.",
                "Name CSV files on this machine; copy them here first if they lie elsewhere.",
            )
    return list(paths.values())


class _Check:
    """One pass over the files of a feed."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.problems = Problems()
        self.rows = 0
        self.sum = 0
        # The digest, file and line of the first row of each key.
        self.first_rows: dict[bytes, tuple[bytes, str, int]] = {}
        self.merges: dict[str, str] = {}

    def check(self, paths: Sequence[Path], *, folder: Path) -> CheckedFeed:
        """The feed, once its rows are staged in `folder` without a problem."""
        staged = folder / "rows.json"
        with staged.open("w", encoding="utf-8") as out:
            for path in paths:
                file = {"source_file": os.path.abspath(path)}
                for values in self._rows_of(path):
                    out.write(_json(values | file) + "\n")
        chains = follow_merges(self.merges)
        for cycle in chains.cycles:
            self._add_circle(cycle)
        self.problems.raise_any(self.kind.name)
        if self.kind.chained:
            staged = _with_survivors(staged, self.kind.chained[0], chains.survivors)
        files = tuple(os.path.abspath(path) for path in paths)
        return CheckedFeed(self.kind.name, files, self.rows, f"{self.sum:064x}", staged)

    def _rows_of(self, path: Path) -> Iterator[Values]:
        for line in read_sheet(path, columns=self.kind.header, problems=self.problems):
            values = self._values(line, str(path))
            if values is None:
                continue
            digest = hashlib.sha256(_json([*values.values()]).encode()).digest()
            if self.kind.key and self._is_repeated(values, digest, str(path), line.number):
                continue
            if self.kind.chained:
                start, end = (values[name] or "" for name in self.kind.chained)
                self.merges[start] = end
            self.rows += 1
            self.sum = (self.sum + int.from_bytes(digest)) % 2**256
            yield values

    def _values(self, line: Line, file: str) -> Values | None:
        """A row's values in the table's order; None where there is a problem, which is added."""
        values: Values = {}
        before = self.problems.count
        for column in self.kind.columns:
            text = line.cells[column.name]
            values[column.name] = text
            try:
                if text is not None:
                    values[column.name] = column.form(text)
                elif column.needed:
                    raise BadValue("missing; write it, or remove the row")
            except BadValue as bad:
                self.problems.add(file, line.number, column.name, str(bad))
        if self.problems.count == before:
            for name, problem in self.kind.misfits(values):
                self.problems.add(file, line.number, name, problem)
        return values if self.problems.count == before else None

    def _is_repeated(self, values: Values, digest: bytes, file: str, line: int) -> bool:
        """Whether a row repeats the key of an earlier row; a difference is added as a problem."""
        key = _hash_key(*(values[name] for name in self.kind.key))
        if key not in self.first_rows:
            self.first_rows[key] = (digest, file, line)
            return False
        first_digest, first_file, first_line = self.first_rows[key]
        if first_digest != digest:
            problem = f"{self.kind.repeated} (the other is at {first_file}:{first_line})"
            self.problems.add(file, line, self.kind.key[0], problem)
        return True

    def _add_circle(self, cycle: Cycle) -> None:
        _, file, line = self.first_rows[_hash_key(cycle[0])]
        shown = list(cycle[:MOST_IN_A_CIRCLE])
        if len(cycle) > len(shown):
            shown.append(f"({len(cycle) - len(shown):,} more)")
        circle = " -> ".join([*shown, cycle[0]])
        problem = f"merged in a circle, {circle}; remove the wrong merge"
        self.problems.add(file, line, self.kind.key[0], problem)


def _hash_key(*values: str | None) -> bytes:
    return hashlib.sha256(_json(values).encode()).digest()[:16]


def _with_survivors(staged: Path, column: str, survivors: dict[str, str]) -> Path:
    """A copy of the staged rows, each with the survivor at the end of its chain."""
    resolved = staged.with_name("resolved.json")
    with staged.open(encoding="utf-8") as rows, resolved.open("w", encoding="utf-8") as out:
        for line in rows:
            row = json.loads(line)
            row["surviving_subject_id"] = survivors[row[column]]
            out.write(_json(row) + "\n")
    return resolved
