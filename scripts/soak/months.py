"""The undisturbed runs: two months of made-up people, with a copy of the store after each step."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clearance.cli import exit_code
from clearance.synth.step import synthesize
from soak.state import Content, content_of

AS_OF = ("2026-11-01", "2026-11-20")
STEPS = ("ingest", "prepare", "determine", "publish", "report")


@dataclass(frozen=True)
class Place:
    """The folder of a store and of its output."""

    folder: Path

    @property
    def store(self) -> Path:
        """The folder of the tables."""
        return self.folder / "store"

    @property
    def out(self) -> Path:
        """The folder of packets, statistics and report."""
        return self.folder / "out"

    def copy_to(self, folder: Path) -> Place:
        """Copy both to another folder, which is emptied first."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for mine, theirs in ((self.store, folder / "store"), (self.out, folder / "out")):
            if mine.exists():
                shutil.copytree(mine, theirs)
        return Place(folder)

    def content(self) -> Content:
        """The content of both."""
        return content_of(self.store, self.out)


def make_months(folder: Path, *, people: int, seed: int) -> tuple[Path, Path]:
    """Two extracts: the second has half of the first's people, changed, and new people."""
    made = [
        synthesize(people=count, out=folder / name, seed=number, as_of=date(2026, 11, 1))
        for name, count, number in (("first", people, seed), ("more", people // 3, seed + 1))
    ]
    first, more = (Path(result.files[0]) for result in made)
    lines = first.read_bytes().splitlines(keepends=True)
    by_subject: dict[bytes, list[bytes]] = {}
    for line in lines:
        by_subject.setdefault(_subject(line), []).append(line)
    chosen = random.Random(seed).sample(sorted(by_subject), len(by_subject) // 2)
    kept = [line for subject in chosen for line in by_subject[subject][:9]]
    second = folder / "second.csv"
    new = [_renumbered(line) for line in more.read_bytes().splitlines(keepends=True)]
    second.write_bytes(b"".join(kept + new))
    return first, second


def _subject(line: bytes) -> bytes:
    return line.split(b",")[2] if line.count(b",") > 2 else line


def _renumbered(line: bytes) -> bytes:
    """The line with the number of a person who is not in the first extract."""
    parts = line.split(b",")
    if len(parts) > 2 and parts[2].isdigit():
        parts[2] = b"8" + parts[2][1:]
    return b",".join(parts)


def command(step: str, place: Place, *, file: Path, month: int) -> list[str]:
    """The command line of a step, or of `run`."""
    store = ["--store", str(place.store)]
    drawn = ["--extract-date", ("2026-10-01", "2026-11-15")[month]]
    as_of = ["--as-of", AS_OF[month]]
    return {
        "ingest": ["ingest", str(file), *store, *drawn],
        "prepare": ["prepare", *store],
        "determine": ["determine", *store, *as_of],
        "publish": ["publish", *store, "--out", str(place.out)],
        "report": ["report", *store, "--out", str(place.out / "report.html")],
        "run": ["run", str(file), *store, *drawn, *as_of, "--out", str(place.out)],
    }[step]


@dataclass(frozen=True)
class Undisturbed:
    """The stores before and after every step of both months, without disturbance."""

    files: tuple[Path, Path]
    before: dict[tuple[int, str], Place]
    after: dict[tuple[int, str], Place]

    def start(self, month: int, step: str, folder: Path) -> Place:
        """A copy of the store and output before the step."""
        return self.before[month, "ingest" if step == "run" else step].copy_to(folder)

    def end(self, month: int, step: str) -> Place:
        """The store and output after the step."""
        return self.after[month, "report" if step == "run" else step]


def undisturbed(folder: Path, *, people: int, seed: int) -> Undisturbed:
    """Run every step of both months in this process, with a copy after each.

    A folder that holds them from an earlier run is taken as it is.
    """
    kept, done = folder / "undisturbed", folder / "undisturbed" / "done"
    files = (folder / "input" / "first" / "synthetic-0001.csv", folder / "input" / "second.csv")
    if not done.exists():
        files = make_months(folder / "input", people=people, seed=seed)
        _run_all(kept, files)
        done.touch()
    before: dict[tuple[int, str], Place] = {}
    after: dict[tuple[int, str], Place] = {}
    last = Place(kept / "start")
    for month in range(len(files)):
        for step in STEPS:
            before[month, step] = last
            last = after[month, step] = Place(kept / f"{month}-{step}")
    return Undisturbed(files, before, after)


def _run_all(kept: Path, files: tuple[Path, Path]) -> None:
    place = Place(kept / "now")
    place.folder.mkdir(parents=True)
    place.copy_to(kept / "start")
    for month, file in enumerate(files):
        for step in STEPS:
            run(command(step, place, file=file, month=month))
            place.copy_to(kept / f"{month}-{step}")


def run(arguments: list[str]) -> None:
    """Run a command in this process's session; it must succeed."""
    code = exit_code([*arguments, "--quiet"], debug=True)
    if code != 0:
        raise AssertionError(f"{' '.join(arguments[:2])} ended with {code}")
