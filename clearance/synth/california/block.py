"""One block of people: a file of each extract, and the rows about them in each feed.

A block holds the same people whoever writes it and whatever is written beside it.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO, TextIO

from clearance.ingest.layout import FIELDS
from clearance.synth.california.month import (
    a_month_later,
    change_of,
    merged_on,
    possible,
)
from clearance.synth.california.people import person, world
from clearance.synth.dice import Weighted
from clearance.synth.feeds import FORMS, Form, rows_about, subject_id
from clearance.synth.record import Person
from clearance.synth.step import file_in
from clearance.synth.write import SHAPES, Shape, lines

PEOPLE = 5_000
"""People a block; even, so that those who are merged stand in one."""

FEEDS = "feeds"
MERGES = "merges"
STATE_FORMS = {
    **FORMS,
    MERGES: Form(("from_subject_id", "into_subject_id", "merged_on")),
}
# Most is written as the old system prints it: quoted, blanks around a dash.
ABSENT: Weighted[tuple[str, ...]] = Weighted({('"  -  "',): 85.0, ("",): 9.0, ("  -  ",): 6.0})
FeedRows = dict[str, list[list[str]]]


@dataclass(frozen=True)
class Block:
    """What to write.

    Attributes:
        number: which block, from 0.
        people: their numbers.
        seed: which world.
        folders: of the first extract, and of the second where there is one.
        days: as of which they stand.
    """

    number: int
    people: range
    seed: int
    folders: tuple[Path, ...]
    days: tuple[date, ...]


@dataclass
class Written:
    """What stands in one extract's files of a block.

    Attributes:
        people: with at least one row.
        rows: of the research file.
        bytes: of the research file.
        feeds: rows of each feed.
        changed: people who differ from the extract before, by what happened.
    """

    people: int = 0
    rows: int = 0
    bytes: int = 0
    feeds: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)


def part_of(folder: Path, kind: str, number: int) -> Path:
    """The rows of a block in a feed, until they are put together."""
    return folder / FEEDS / f".{kind}-{number + 1:04d}"


class _Sheets:
    """The files of one extract while a block is written."""

    def __init__(self, block: Block, folder: Path, stack: ExitStack) -> None:
        self.written = Written()
        self.shape: Shape = SHAPES[block.number % len(SHAPES)]
        self.path = file_in(folder, block.number)
        self.unfinished = self.path.with_suffix(".unfinished")
        self.file: BinaryIO = stack.enter_context(self.unfinished.open("wb"))
        if self.shape.header:
            self.file.write(self.shape.line(list(FIELDS)).encode("ascii"))
        self.sheets = {}
        for kind, form in STATE_FORMS.items():
            part: TextIO = stack.enter_context(
                # The mark that some files begin with stands before the header, not here.
                part_of(folder, kind, block.number).open("w", encoding="utf-8", newline="")
            )
            self.sheets[kind] = form.sheet(part)

    def put(self, rows: list[bytes], feeds: FeedRows) -> None:
        """A person's rows; nothing where there are none."""
        self.written.people += bool(rows)
        self.written.rows += len(rows)
        self.file.writelines(rows)
        for kind, of_kind in feeds.items():
            self.sheets[kind].writerows(of_kind)
            self.written.feeds[kind] += len(of_kind)

    def finish(self) -> Written:
        """The block's figures, once its files are closed; the file gets its name."""
        self.written.bytes = self.unfinished.stat().st_size
        self.unfinished.replace(self.path)
        return self.written


def write_block(block: Block) -> list[Written]:
    """Write a block; one figure an extract.

    Raises:
        OSError: a folder cannot be written to.
    """
    with ExitStack() as stack:
        extracts = [_Sheets(block, folder, stack) for folder in block.folders]
        twin = False
        for number in block.people:
            somebody = person(block.seed, number, block.days[0])
            if somebody is not None:
                _put_person(somebody, block, extracts, twin=twin)
            twin = somebody is not None
    return [extract.finish() for extract in extracts]


def _put_person(somebody: Person, block: Block, extracts: list[_Sheets], *, twin: bool) -> None:
    seed, number, first = block.seed, somebody.number, block.days[0]
    shape = extracts[0].shape
    change = change_of(seed, number)
    merged = merged_on(seed, number, first) if twin else None
    rows = list(lines(somebody, seed=world(seed), shape=shape, absent=ABSENT))
    feeds = _feeds(somebody, seed=seed, as_of=first, merged=merged)
    if change != "new":
        extracts[0].put(rows, feeds)
    for extract, later in zip(extracts[1:], block.days[1:], strict=True):
        if change != "new":
            change = possible(change, seed, number, merged=merged is not None, twin=twin)
        if change not in ("", "new"):
            left, change = a_month_later(somebody, change, seed=seed, as_of=first, later=later)
            if change == "merge":
                merged = later
            elif change == "unmerge":
                merged = None
            rows, feeds = [], {}
            if left is not None:
                rows = list(lines(left, seed=world(seed), shape=shape, absent=ABSENT))
                feeds = _feeds(left, seed=seed, as_of=later, merged=merged)
        extract.put(rows, feeds)
        extract.written.changed[change] += bool(change)


def _feeds(somebody: Person, *, seed: int, as_of: date, merged: date | None) -> FeedRows:
    rows = {
        kind: list(rows_about(somebody, kind=kind, seed=world(seed), as_of=as_of)) for kind in FORMS
    }
    if merged is not None:
        number = somebody.number
        rows[MERGES] = [[subject_id(number), subject_id(number - 1), merged.isoformat()]]
    return rows
