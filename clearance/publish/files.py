"""Packets as files: written to a workspace, joined in order, then moved into place.

The workspace is one dot-folder beside the packets, and a dot-file is locked while a run publishes.
A run removes both at its end; a killed run leaves them, and the next run removes them.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pyspark.sql import DataFrame

from clearance.determine.recorded import WHAT_IF
from clearance.errors import StoreFault
from clearance.ingest.record import UTF_8
from clearance.platform.faults.remedies import output_faults, storage_faults
from clearance.platform.store.lock import exclusive_lock

UNDER_WAY = ".publishing"
LOCK = ".publishing.lock"
WHAT_IF_FILE = "WHAT-IF.txt"
REMEDY = "Name a folder that you may write with --out."
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Workspace:
    """The folders of a publish run.

    Attributes:
        out: the output folder, absolute.
    """

    out: Path

    @property
    def packets(self) -> Path:
        """The packets in place."""
        return self.out / "packets"

    @property
    def temporary(self) -> Path:
        """The dot-folder of unfinished files."""
        return self.out / UNDER_WAY

    @property
    def lines(self) -> Path:
        """The parts that Spark writes."""
        return self.temporary / "lines"

    @property
    def finished(self) -> Path:
        """Finished county folders, not in place yet."""
        return self.temporary / "made"

    @property
    def replaced(self) -> Path:
        """Earlier county folders, on their way out."""
        return self.temporary / "replaced"


@contextmanager
def open_workspace(out: Path) -> Iterator[Workspace]:
    """An empty workspace under `out`, for one run at a time, removed at the end.

    Raises:
        UsageError: the folder cannot be made or written.
        SweepConflict: another run is publishing into the folder.
        StoreFault: no room is left.
    """
    workspace = Workspace(out.absolute())
    with ExitStack() as lock, output_faults(out, what="folder", remedy=REMEDY):
        workspace.packets.mkdir(parents=True, exist_ok=True)
        lock.enter_context(exclusive_lock(workspace.out / LOCK, doing=f"publishing into {out}"))
        _clear(workspace)
        for folder in (workspace.temporary, workspace.finished, workspace.replaced):
            folder.mkdir(mode=0o700)
        try:
            yield workspace
        except (Exception, KeyboardInterrupt, SystemExit):  # the workspace has personal data
            _clear(workspace)
            raise
        shutil.rmtree(workspace.temporary, ignore_errors=True)


def _clear(workspace: Workspace) -> None:
    _restore(workspace)
    shutil.rmtree(workspace.temporary, ignore_errors=True)


def _restore(workspace: Workspace) -> None:
    """Puts back earlier packets that a killed run moved away and did not replace."""
    if workspace.replaced.is_dir():
        for folder in workspace.replaced.iterdir():
            if not (workspace.packets / folder.name).exists():
                folder.rename(workspace.packets / folder.name)


def write_parts(lines: DataFrame, *, workspace: Workspace) -> None:
    """Writes packet lines, sorted, to one part per county, packet file and chunk.

    Args:
        lines: see `packet_lines` and `relief_lines`.
        workspace: where to work.
    """
    part = ("folder", "file", "chunk")
    ordered = (
        lines.repartition(*part)
        .sortWithinPartitions(*part, "file_number", "position", "line")
        .select(*part, "line")
    )
    with storage_faults(f"writing packet lines under {workspace.out}"):
        (
            ordered.write.partitionBy(*part)
            .option("maxRecordsPerFile", 0)
            .option("compression", "none")
            .option("lineSep", "\n")
            .mode("overwrite")
            .text(workspace.lines.as_uri())
        )


def assemble_files(
    workspace: Workspace,
    *,
    folder: str,
    headers: Mapping[str, Sequence[str]],
    encodings: Mapping[str, str],
) -> dict[str, int]:
    """Joins the parts of a county's files; returns the rows of each, headers not counted.

    Args:
        workspace: where the parts are.
        folder: the county's packet folder.
        headers: the header row of each file to write.
        encodings: of each file; UTF-8 for a file that is not a key.
    """
    target = workspace.finished / folder
    target.mkdir()
    rows = {}
    for name, header in headers.items():
        parts = _parts(workspace.lines / f"folder={folder}" / f"file={name}")
        with (target / f"{name}.csv").open("wb") as out:
            out.write(csv_line(header))
            encoding = encodings.get(name, UTF_8)
            rows[name] = sum(move_lines(part, out, encoding=encoding) for part in parts)
    return rows


def _parts(folder: Path) -> list[Path]:
    def chunk(path: Path) -> int:
        return int(path.name.removeprefix("chunk="))

    chunks = sorted(folder.glob("chunk=*"), key=chunk)
    return [part for path in chunks for part in sorted(path.glob("part-*"))]


def move_lines(part: Path, out: BinaryIO, *, encoding: str = UTF_8) -> int:
    """Moves a part's lines to the end of a file; returns the number of lines.

    Args:
        part: a file in UTF-8; removed afterwards.
        out: the file, open for writing.
        encoding: of the file.
    """
    lines = 0
    # A letter of two bytes may be at the end of one block and the start of the next.
    decoder = codecs.getincrementaldecoder(UTF_8)()
    with part.open("rb") as source:
        while block := source.read(_BLOCK):
            lines += block.count(b"\n")
            out.write(block if encoding == UTF_8 else decoder.decode(block).encode(encoding))
    part.unlink()
    return lines


def check_complete(written: int, *, expected: int, out: Path) -> None:
    """Checks that all expected lines were written.

    Raises:
        StoreFault: some parts did not reach this machine.
    """
    if written != expected:
        raise StoreFault(
            f"Only {written} of {expected} packet lines arrived in {out}.",
            "Name a folder with --out that this machine and every worker of the cluster share.",
        )


def write_summary(workspace: Workspace, *, folder: str, summary: Mapping[str, Any]) -> None:
    """Writes a county's `summary.json` beside its files."""
    text = json.dumps(summary, indent=2, ensure_ascii=False, default=str)
    (workspace.finished / folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def write_what_if(workspace: Workspace, *, folder: str) -> None:
    """Writes the what-if label of a packet to a file, since CSV files have no room for it."""
    (workspace.finished / folder / WHAT_IF_FILE).write_text(WHAT_IF + "\n", encoding="utf-8")


def write_table(path: Path, *, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes a small table as CSV, atomically."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        with part.open("wb") as out:
            out.write(csv_line(header))
            for row in rows:
                out.write(csv_line(row))
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def csv_line(values: Sequence[object]) -> bytes:
    """A CSV line as bytes, with its line end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def move_into_place(workspace: Workspace, *, folder: str) -> None:
    """Replaces a county's packet by the new packet."""
    target = workspace.packets / folder
    if target.exists():
        target.rename(workspace.replaced / folder)
    (workspace.finished / folder).rename(target)
