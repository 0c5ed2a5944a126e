"""One block of people: its file in each extract, and its rows in each feed.

A block has the same people, whichever process writes it and however many blocks there are.
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
    change_record,
    merged_on,
    planned_change,
    possible_change,
)
from clearance.synth.california.people import person, world_key
from clearance.synth.dice import Weighted
from clearance.synth.feeds import FORMS, Form, rows_about, subject_id
from clearance.synth.record import Person
from clearance.synth.step import extract_file
from clearance.synth.write import SHAPES, Shape, record_lines

PEOPLE = 5_000
"""The number of people in a block; even, so that two merged people are in one block."""

FEEDS = "feeds"
MERGES = "merges"
STATE_FORMS = {
    **FORMS,
    MERGES: Form(("from_subject_id", "into_subject_id", "merged_on")),
}
# Most absent values have the old system's form: quoted, with blanks around a dash.
ABSENT: Weighted[tuple[str, ...]] = Weighted({('"  -  "',): 85.0, ("",): 9.0, ("  -  ",): 6.0})
FeedRows = dict[str, list[list[str]]]


@dataclass(frozen=True)
class Block:
    """The order to write one block.

    Attributes:
        number: the number of the block, from 0.
        people: the numbers of its people.
        seed: the seed of the world.
        folders: the folder of each extract, one or two.
        days: the as-of day of each extract.
    """

    number: int
    people: range
    seed: int
    folders: tuple[Path, ...]
    days: tuple[date, ...]


@dataclass
class BlockCounts:
    """The counts of one extract's files of a block.

    Attributes:
        people: number of people with at least one row.
        rows: number of rows in the research file.
        bytes: size of the research file.
        feeds: number of rows in each feed.
        changed: number of people who differ from the extract before, by kind of change.
    """

    people: int = 0
    rows: int = 0
    bytes: int = 0
    feeds: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)


def feed_part_file(folder: Path, kind: str, number: int) -> Path:
    """The file of a block's rows in a feed, until the feed is joined."""
    return folder / FEEDS / f".{kind}-{number + 1:04d}"


class _ExtractFiles:
    """The open files of one extract while a block is written."""

    def __init__(self, block: Block, folder: Path, stack: ExitStack) -> None:
        self.counts = BlockCounts()
        self.shape: Shape = SHAPES[block.number % len(SHAPES)]
        self.path = extract_file(folder, block.number)
        self.unfinished = self.path.with_suffix(".unfinished")
        self.file: BinaryIO = stack.enter_context(self.unfinished.open("wb"))
        if self.shape.header:
            self.file.write(self.shape.line(list(FIELDS)).encode("ascii"))
        self.sheets = {}
        for kind, form in STATE_FORMS.items():
            part: TextIO = stack.enter_context(
                # A byte order mark is written before the feed's header, not here.
                feed_part_file(folder, kind, block.number).open("w", encoding="utf-8", newline="")
            )
            self.sheets[kind] = form.sheet(part)

    def write(self, rows: list[bytes], feeds: FeedRows) -> None:
        """Write a person's rows and feeds."""
        self.counts.people += bool(rows)
        self.counts.rows += len(rows)
        self.file.writelines(rows)
        for kind, kind_rows in feeds.items():
            self.sheets[kind].writerows(kind_rows)
            self.counts.feeds[kind] += len(kind_rows)

    def finish(self) -> BlockCounts:
        """The block's counts after its files are closed; the file gets its name."""
        self.counts.bytes = self.unfinished.stat().st_size
        self.unfinished.replace(self.path)
        return self.counts


def write_block(block: Block) -> list[BlockCounts]:
    """Write a block; returns the counts of each extract.

    Raises:
        OSError: a folder cannot be written to.
    """
    with ExitStack() as stack:
        extracts = [_ExtractFiles(block, folder, stack) for folder in block.folders]
        previous_exists = False
        for number in block.people:
            somebody = person(block.seed, number, block.days[0])
            if somebody is not None:
                _write_person(somebody, block, extracts, previous_exists=previous_exists)
            previous_exists = somebody is not None
    return [extract.finish() for extract in extracts]


def _write_person(
    somebody: Person, block: Block, extracts: list[_ExtractFiles], *, previous_exists: bool
) -> None:
    seed, number, first = block.seed, somebody.number, block.days[0]
    shape = extracts[0].shape
    change = planned_change(seed, number)
    merged = merged_on(seed, number, first) if previous_exists else None
    rows = list(record_lines(somebody, seed=world_key(seed), shape=shape, absent=ABSENT))
    feeds = _feed_rows(somebody, seed=seed, as_of=first, merged=merged)
    if change != "new":
        extracts[0].write(rows, feeds)
    for extract, later in zip(extracts[1:], block.days[1:], strict=True):
        if change != "new":
            change = possible_change(
                change, seed, number, merged=merged is not None, previous_exists=previous_exists
            )
        if change not in ("", "new"):
            changed, change = change_record(somebody, change, seed=seed, as_of=first, later=later)
            if change == "merge":
                merged = later
            elif change == "unmerge":
                merged = None
            rows, feeds = [], {}
            if changed is not None:
                rows = list(record_lines(changed, seed=world_key(seed), shape=shape, absent=ABSENT))
                feeds = _feed_rows(changed, seed=seed, as_of=later, merged=merged)
        extract.write(rows, feeds)
        extract.counts.changed[change] += bool(change)


def _feed_rows(somebody: Person, *, seed: int, as_of: date, merged: date | None) -> FeedRows:
    rows = {
        kind: list(rows_about(somebody, kind=kind, seed=world_key(seed), as_of=as_of))
        for kind in FORMS
    }
    if merged is not None:
        number = somebody.number
        rows[MERGES] = [[subject_id(number), subject_id(number - 1), merged.isoformat()]]
    return rows
