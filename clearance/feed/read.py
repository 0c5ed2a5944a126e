"""A feed's files checked from end to end, before anything is changed: all of it is right, or none.

The checked rows wait in a temporary file for Spark. Only keys that may stand once are remembered.
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
from clearance.feed.chains import Cycle, follow
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
    """The files of a feed, found right.

    Attributes:
        kind: of the feed.
        files: where they lie.
        rows: how many they hold.
        fingerprint: of the rows, whatever their order and files; hexadecimal.
        staged: the rows as lines of JSON, until the block ends.
    """

    kind: str
    files: tuple[str, ...]
    rows: int
    fingerprint: str
    staged: Path


@contextmanager
def checked_feed(kind: Kind, files: Sequence[str]) -> Iterator[CheckedFeed]:
    """Check all files of a feed, and keep their rows for the block.

    Args:
        kind: of the feed.
        files: local CSV files, which together are the feed.

    Raises:
        InputRefused: a file is not there, or anything in one is wrong; every problem is listed.
    """
    paths = _found(files)
    with tempfile.TemporaryDirectory(prefix="clearance-") as folder:
        yield _Check(kind).go_over(paths, folder=Path(folder))


def _found(files: Sequence[str]) -> list[Path]:
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
        self.seen: dict[bytes, tuple[bytes, str, int]] = {}
        self.merges: dict[str, str] = {}

    def go_over(self, paths: Sequence[Path], *, folder: Path) -> CheckedFeed:
        """The feed, if nothing is wrong with it."""
        staged = folder / "rows.json"
        with staged.open("w", encoding="utf-8") as out:
            for path in paths:
                file = {"source_file": os.path.abspath(path)}
                for values in self._rows_of(path):
                    out.write(_json(values | file) + "\n")
        chains = follow(self.merges)
        for cycle in chains.cycles:
            self._tell_circle(cycle)
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
            if self.kind.key and self._stands_already(values, digest, str(path), line.number):
                continue
            if self.kind.chained:
                start, end = (values[name] or "" for name in self.kind.chained)
                self.merges[start] = end
            self.rows += 1
            self.sum = (self.sum + int.from_bytes(digest)) % 2**256
            yield values

    def _values(self, line: Line, file: str) -> Values | None:
        """A row's values in the table's order; None where one is wrong, which is noted."""
        values: Values = {}
        before = self.problems.count
        for column in self.kind.columns:
            text = line.cells[column.name]
            values[column.name] = text
            try:
                if text is not None:
                    values[column.name] = column.form(text)
                elif column.needed:
                    raise BadValue("missing; write it, or take the row out")
            except BadValue as bad:
                self.problems.tell(file, line.number, column.name, str(bad))
        if self.problems.count == before:
            for name, told in self.kind.misfits(values):
                self.problems.tell(file, line.number, name, told)
        return values if self.problems.count == before else None

    def _stands_already(self, values: Values, digest: bytes, file: str, line: int) -> bool:
        """Whether a row repeats the key of another; one that says something else is noted."""
        key = _key(*(values[name] for name in self.kind.key))
        if key not in self.seen:
            self.seen[key] = (digest, file, line)
            return False
        same, where, first = self.seen[key]
        if same != digest:
            told = f"{self.kind.said_twice} (the other stands at {where}:{first})"
            self.problems.tell(file, line, self.kind.key[0], told)
        return True

    def _tell_circle(self, cycle: Cycle) -> None:
        _, file, line = self.seen[_key(cycle[0])]
        shown = list(cycle[:MOST_IN_A_CIRCLE])
        if len(cycle) > len(shown):
            shown.append(f"({len(cycle) - len(shown):,} more)")
        circle = " -> ".join([*shown, cycle[0]])
        told = f"merged in a circle, {circle}; take out the merge that is wrong"
        self.problems.tell(file, line, self.kind.key[0], told)


def _key(*values: str | None) -> bytes:
    return hashlib.sha256(_json(values).encode()).digest()[:16]


def _with_survivors(staged: Path, column: str, survivors: dict[str, str]) -> Path:
    """The same rows, each with the subject that is left at the end of its chain."""
    whole = staged.with_name("resolved.json")
    with staged.open(encoding="utf-8") as rows, whole.open("w", encoding="utf-8") as out:
        for line in rows:
            row = json.loads(line)
            row["surviving_subject_id"] = survivors[row[column]]
            out.write(_json(row) + "\n")
    return whole
