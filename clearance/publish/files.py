"""Packets as files: written aside, put together in order, then moved into place whole.

Everything under way lives in one dot-folder beside the packets, and a dot-file is locked while a
run publishes. However a run ends, it removes both; killed it leaves those two, and the next run
removes them.
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
class Workplace:
    """Where a publish run works.

    Attributes:
        out: the folder the reader named.
    """

    out: Path

    @property
    def packets(self) -> Path:
        """Where finished packets lie."""
        return self.out / "packets"

    @property
    def aside(self) -> Path:
        """Everything under way."""
        return self.out / UNDER_WAY

    @property
    def lines(self) -> Path:
        """The parts that Spark writes."""
        return self.aside / "lines"

    @property
    def made(self) -> Path:
        """Finished county folders, not in place yet."""
        return self.aside / "made"

    @property
    def replaced(self) -> Path:
        """Earlier county folders, on their way out."""
        return self.aside / "replaced"


@contextmanager
def workplace(out: Path) -> Iterator[Workplace]:
    """A clean place to work under `out`, for one run at a time, removed at the end.

    Raises:
        UsageError: the folder cannot be made or written.
        SweepConflict: another run is publishing into it.
        StoreFault: no room is left.
    """
    place = Workplace(out.absolute())
    with ExitStack() as held, output_faults(out, what="folder", remedy=REMEDY):
        place.packets.mkdir(parents=True, exist_ok=True)
        held.enter_context(exclusive_lock(place.out / LOCK, doing=f"publishing into {out}"))
        _clear(place)
        for folder in (place.aside, place.made, place.replaced):
            folder.mkdir(mode=0o700)
        try:
            yield place
        except (Exception, KeyboardInterrupt, SystemExit):  # names and comments are in it
            _clear(place)
            raise
        shutil.rmtree(place.aside, ignore_errors=True)


def _clear(place: Workplace) -> None:
    _restore(place)
    shutil.rmtree(place.aside, ignore_errors=True)


def _restore(place: Workplace) -> None:
    """Put back packets that a crash caught between the old and the new folder."""
    if place.replaced.is_dir():
        for folder in place.replaced.iterdir():
            if not (place.packets / folder.name).exists():
                folder.rename(place.packets / folder.name)


def write_parts(lines: DataFrame, *, place: Workplace) -> None:
    """Write a packet's lines, sorted, a file a county, packet file and chunk.

    Args:
        lines: see `packet_lines` and `relief_lines`.
        place: where to.
    """
    where = ("folder", "file", "chunk")
    ordered = (
        lines.repartition(*where)
        .sortWithinPartitions(*where, "file_number", "position", "line")
        .select(*where, "line")
    )
    with storage_faults(f"writing packet lines under {place.out}"):
        (
            ordered.write.partitionBy(*where)
            .option("maxRecordsPerFile", 0)
            .option("compression", "none")
            .option("lineSep", "\n")
            .mode("overwrite")
            .text(place.lines.as_uri())
        )


def assemble(
    place: Workplace,
    *,
    folder: str,
    headers: Mapping[str, Sequence[str]],
    encodings: Mapping[str, str],
) -> dict[str, int]:
    """Put a county's files together; returns the rows of each, the header not counted.

    Args:
        place: where the parts are.
        folder: the county's.
        headers: the header row of each file to make.
        encodings: of each file; UTF-8 where none is given.
    """
    target = place.made / folder
    target.mkdir()
    rows = {}
    for name, header in headers.items():
        parts = _parts(place.lines / f"folder={folder}" / f"file={name}")
        with (target / f"{name}.csv").open("wb") as out:
            out.write(csv_line(header))
            encoding = encodings.get(name, UTF_8)
            rows[name] = sum(copy_lines(part, out, encoding=encoding) for part in parts)
    return rows


def _parts(folder: Path) -> list[Path]:
    def chunk(path: Path) -> int:
        return int(path.name.removeprefix("chunk="))

    chunks = sorted(folder.glob("chunk=*"), key=chunk)
    return [part for path in chunks for part in sorted(path.glob("part-*"))]


def copy_lines(part: Path, out: BinaryIO, *, encoding: str = UTF_8) -> int:
    """Move a part's lines to the end of a file; returns how many.

    Args:
        part: in UTF-8; removed afterwards.
        out: open for writing.
        encoding: that the file is to have.
    """
    lines = 0
    # A letter of two bytes may stand where one block ends and the next begins.
    decoder = codecs.getincrementaldecoder(UTF_8)()
    with part.open("rb") as source:
        while block := source.read(_BLOCK):
            lines += block.count(b"\n")
            out.write(block if encoding == UTF_8 else decoder.decode(block).encode(encoding))
    part.unlink()
    return lines


def check_complete(found: int, *, expected: int, out: Path) -> None:
    """Refuse packets that lack lines.

    Raises:
        StoreFault: some parts did not reach this machine.
    """
    if found != expected:
        raise StoreFault(
            f"Only {found} of {expected} packet lines arrived in {out}.",
            "Name a folder with --out that this machine and every worker of the cluster share.",
        )


def write_summary(place: Workplace, *, folder: str, summary: Mapping[str, Any]) -> None:
    """Write a county's `summary.json` beside its files."""
    text = json.dumps(summary, indent=2, ensure_ascii=False, default=str)
    (place.made / folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def write_what_if(place: Workplace, *, folder: str) -> None:
    """Say beside a county's files that they are of a what-if; files of the CSV form cannot."""
    (place.made / folder / WHAT_IF_FILE).write_text(WHAT_IF + "\n", encoding="utf-8")


def write_table(path: Path, *, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a small table as CSV, whole or not at all."""
    aside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        with aside.open("wb") as out:
            out.write(csv_line(header))
            for row in rows:
                out.write(csv_line(row))
        os.replace(aside, path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def csv_line(values: Sequence[object]) -> bytes:
    """One CSV line as bytes, its line end included."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def move_into_place(place: Workplace, *, folder: str) -> None:
    """Replace a county's packet by the new one."""
    target = place.packets / folder
    if target.exists():
        target.rename(place.replaced / folder)
    (place.made / folder).rename(target)
