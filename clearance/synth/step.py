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
from clearance.synth.write import SHAPES, Shape, record_lines

MOST_PEOPLE = 9_999_999  # SUBJECT_IDs run from 90000000 and keep their eight digits


@dataclass(frozen=True)
class SynthResult:
    """The files that were written, and the numbers of their rows and people.

    Attributes:
        people: number of people with at least one row.
        rows: number of rows without headers.
        files: paths of the files, in order.
        bytes: total size of the files.
        feeds: the feeds about the people; empty if none were written.
        changed: for a second month, the number of people who differ, by kind of change.
        second_month: the extract of the next month; None if it was not requested.
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
    """Write made-up people of the small state; the same arguments give the same bytes.

    Args:
        people: number of people; those whose record begins after as-of are left out.
        out: the folder to write to; files of an earlier run are replaced.
        seed: the seed of the world.
        as_of: the last day of the records.
        files: number of files, with the shapes of real files in turn.

    Raises:
        UsageError: a number is out of range.
        StoreFault: the folder cannot be written to.
    """
    check_people(people)
    if not 1 <= files <= min(people, 9_999):
        raise UsageError(
            f"{people} people cannot be written to {files} files.",
            "Ask for at least one person a file, and at most 9999 files.",
        )
    try:
        clear_extract(out)
        parts = [
            _write_file(
                extract_file(out, number),
                numbers=range(people * number // files, people * (number + 1) // files),
                shape=SHAPES[number % len(SHAPES)],
                seed=seed,
                as_of=as_of,
            )
            for number in range(files)
        ]
    except OSError as error:
        raise write_fault(out, error) from error
    return SynthResult(
        people=sum(part.people for part in parts),
        rows=sum(part.rows for part in parts),
        files=tuple(file for part in parts for file in part.files),
        bytes=sum(part.bytes for part in parts),
    )


def check_people(people: int) -> None:
    """Refuse a number of people that cannot be made up.

    Raises:
        UsageError: the number is out of range.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise UsageError(
            f"{people} people cannot be made up.", f"Ask for 1 to {MOST_PEOPLE} people."
        )


def clear_extract(out: Path) -> None:
    """Create the folder, and delete the extract of an earlier run."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("synthetic-[0-9][0-9][0-9][0-9].csv"):
        old.unlink()


def extract_file(out: Path, number: int) -> Path:
    """The path of the extract's file with a number, from 0."""
    return out / f"synthetic-{number + 1:04d}.csv"


def write_fault(out: Path, error: OSError) -> StoreFault:
    """The fault for a folder that cannot be written to."""
    return StoreFault(
        f"{out} cannot be written to ({error.strerror}).",
        "Name another folder, or free some space, and run this again.",
    )


def _write_file(path: Path, *, numbers: range, shape: Shape, seed: int, as_of: date) -> SynthResult:
    """Write one file; it gets its name when it is complete."""
    unfinished = path.with_suffix(".unfinished")
    people = rows = 0
    with unfinished.open("wb") as file:
        if shape.header:
            file.write(shape.line(list(FIELDS)).encode("ascii"))
        for number in numbers:
            somebody = person(seed, number, as_of)
            if somebody is None:
                continue
            people += 1
            for line in record_lines(somebody, seed=seed, shape=shape):
                file.write(line)
                rows += 1
    unfinished.replace(path)
    return SynthResult(people, rows, (str(path),), path.stat().st_size)
