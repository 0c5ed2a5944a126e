"""`clearance synth`: files of made-up people, written as a stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
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
        changed: of a second month, how many people differ, by what happened.
        second_month: the extract of a month later, where one was asked for.
    """

    people: int
    rows: int
    files: tuple[str, ...]
    bytes: int
    feeds: tuple[MadeFeed, ...] = ()
    changed: Mapping[str, int] = field(default_factory=dict)
    second_month: SynthResult | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result as plain values, for `--json`."""
        later = self.second_month and self.second_month.as_dict()
        return {**asdict(self), "files": list(self.files), "second_month": later}


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
    check_people(people)
    if not 1 <= files <= min(people, 9_999):
        raise UsageError(
            f"{people} people cannot stand in {files} files.",
            "Ask for at least one person a file, and at most 9999 files.",
        )
    try:
        empty(out)
        parts = [
            _write_file(
                file_in(out, number),
                numbers=range(people * number // files, people * (number + 1) // files),
                shape=SHAPES[number % len(SHAPES)],
                seed=seed,
                as_of=as_of,
            )
            for number in range(files)
        ]
    except OSError as error:
        raise cannot_write(out, error) from error
    return SynthResult(
        people=sum(part.people for part in parts),
        rows=sum(part.rows for part in parts),
        files=tuple(file for part in parts for file in part.files),
        bytes=sum(part.bytes for part in parts),
    )


def check_people(people: int) -> None:
    """Whether so many can be made up.

    Raises:
        UsageError: they cannot.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise UsageError(
            f"{people} people cannot be made up.", f"Ask for 1 to {MOST_PEOPLE} people."
        )


def empty(out: Path) -> None:
    """A folder without files of an earlier run."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("synthetic-[0-9][0-9][0-9][0-9].csv"):
        old.unlink()


def file_in(out: Path, number: int) -> Path:
    """The file of a folder with this number, from 0."""
    return out / f"synthetic-{number + 1:04d}.csv"


def cannot_write(out: Path, error: OSError) -> StoreFault:
    """The fault of a folder that cannot be written to."""
    return StoreFault(
        f"{out} cannot be written to ({error.strerror}).",
        "Name another folder, or free some space, and run this again.",
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
