"""`clearance synth`: files of made-up people, written as a stream."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from clearance.errors import StoreFault, UsageError
from clearance.ingest.layout import FIELDS
from clearance.synth.feeds import MadeFeed
from clearance.synth.people import person
from clearance.synth.write import SHAPES, Shape, lines

MOST_PEOPLE = 9_999_999  # SUBJECT_IDs run from 90000000 and keep their eight digits


@dataclass(frozen=True)
class SynthResult:
    """What was written.

    Attributes:
        people: people with at least one row.
        rows: rows, headers not counted.
        files: the files, in order.
        bytes: their size together.
        feeds: what other offices know of the people, where that was made up too.
    """

    people: int
    rows: int
    files: tuple[str, ...]
    bytes: int
    feeds: tuple[MadeFeed, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The result as plain values, for `--json`."""
        return {**asdict(self), "files": list(self.files)}


def synthesize(*, people: int, out: Path, seed: int, as_of: date, files: int = 1) -> SynthResult:
    """Write made-up people; the same arguments always give the same bytes.

    Args:
        people: how many; those whose record begins after as-of are left out.
        out: the folder to write to; files of an earlier run there are replaced.
        seed: which world.
        as_of: nothing on the record is later.
        files: over how many files, each of another of the shapes that occur.

    Raises:
        UsageError: a number is out of range.
        StoreFault: the folder cannot be written to.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise UsageError(
            f"{people} people cannot be made up.", f"Ask for 1 to {MOST_PEOPLE} people."
        )
    if not 1 <= files <= min(people, 9_999):
        raise UsageError(
            f"{people} people cannot stand in {files} files.",
            "Ask for at least one person a file, and at most 9999 files.",
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for old in out.glob("synthetic-[0-9][0-9][0-9][0-9].csv"):
            old.unlink()
        parts = [
            _write_file(
                out / f"synthetic-{number + 1:04d}.csv",
                numbers=range(people * number // files, people * (number + 1) // files),
                shape=SHAPES[number % len(SHAPES)],
                seed=seed,
                as_of=as_of,
            )
            for number in range(files)
        ]
    except OSError as error:
        raise StoreFault(
            f"{out} cannot be written to ({error.strerror}).",
            "Name another folder, or free some space, and run this again.",
        ) from error
    return SynthResult(
        people=sum(part.people for part in parts),
        rows=sum(part.rows for part in parts),
        files=tuple(file for part in parts for file in part.files),
        bytes=sum(part.bytes for part in parts),
    )


def _write_file(path: Path, *, numbers: range, shape: Shape, seed: int, as_of: date) -> SynthResult:
    """One file, which gets its name only when it is whole."""
    unfinished = path.with_suffix(".unfinished")
    written = rows = 0
    with unfinished.open("wb") as file:
        if shape.header:
            file.write(shape.line(list(FIELDS)).encode("ascii"))
        for number in numbers:
            somebody = person(seed, number, as_of)
            if somebody is None:
                continue
            written += 1
            for line in lines(somebody, seed=seed, shape=shape):
                file.write(line)
                rows += 1
    unfinished.replace(path)
    return SynthResult(written, rows, (str(path),), path.stat().st_size)
