"""`clearance synth --state california`: blocks of people, written side by side."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import date
from multiprocessing import connection, get_context, parent_process
from pathlib import Path

from clearance.errors import StoreFault, UsageError
from clearance.synth.california.block import (
    FEEDS,
    PEOPLE,
    STATE_FORMS,
    Block,
    Written,
    part_of,
    write_block,
)
from clearance.synth.feeds import MadeFeed, later_day
from clearance.synth.step import SynthResult, cannot_write, check_people, empty, file_in

SECOND = "second-month"
Done = Callable[[int, int], None]


def synthesize_state(
    *,
    people: int,
    out: Path,
    seed: int,
    as_of: date,
    second_month: bool = False,
    processes: int | None = None,
    done: Done | None = None,
) -> SynthResult:
    """Write made-up people of the whole state; the same arguments always give the same bytes.

    However many processes write, and however many people follow, a block of people is the same.

    Args:
        people: how many; those whose record begins after as-of are left out.
        out: the folder for the extract's files, and for the feeds below it; files of an earlier
            run there are replaced.
        seed: which world.
        as_of: nothing on the record is later.
        second_month: whether the extract of a month later is written too, below the folder.
        processes: how many write; None for as many as may run at a time.
        done: called after each block with the rows of it and the people in it.

    Raises:
        UsageError: a number is out of range.
        StoreFault: the folder cannot be written to, or a process was ended from outside.
    """
    check_people(people)
    if processes is not None and processes < 1:
        raise UsageError(f"{processes} processes cannot write.", "Name one or more.")
    folders = (out, out / SECOND) if second_month else (out,)
    days = (as_of, later_day(as_of, 1, "M"))[: len(folders)]
    blocks = [
        Block(number, range(first, min(first + PEOPLE, people)), seed, folders, days)
        for number, first in enumerate(range(0, people, PEOPLE))
    ]
    try:
        for folder in (out, out / SECOND):
            if folder in folders or folder.is_dir():
                empty(folder)
        for folder in folders:
            (folder / FEEDS).mkdir(exist_ok=True)
        written = _written(blocks, processes or _may_run(), done)
        months = [
            _result(folder, [block[place] for block in written])
            for place, folder in enumerate(folders)
        ]
    except OSError as error:
        raise cannot_write(out, error) from error
    finally:
        _tidy(folders, len(blocks))
    first, *second = months
    return SynthResult(
        first.people,
        first.rows,
        first.files,
        first.bytes,
        first.feeds,
        second_month=second[0] if second else None,
    )


def _may_run() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _written(blocks: Sequence[Block], processes: int, done: Done | None) -> list[list[Written]]:
    """What was written of each block, in their order."""
    found: dict[int, list[Written]] = {}
    for block, extracts in _side_by_side(blocks, min(processes, len(blocks))):
        found[block.number] = extracts
        if done is not None:
            done(sum(extract.rows for extract in extracts), len(block.people))
    return [found[block.number] for block in blocks]


def _side_by_side(blocks: Sequence[Block], processes: int) -> Iterator[tuple[Block, list[Written]]]:
    if processes == 1:
        for block in blocks:
            yield block, write_block(block)
        return
    # Begun anew, not forked: a fork takes along whatever locks other threads hold.
    executor = ProcessPoolExecutor(processes, get_context("spawn"), _begin)
    try:
        waiting = {executor.submit(write_block, block): block for block in blocks}
        for ended in as_completed(waiting):
            yield waiting.pop(ended), ended.result()
    except BrokenProcessPool as error:
        raise StoreFault(
            "A process that wrote made-up people was ended from outside.",
            "Where memory was short, write with fewer (`--processes 1`), and run this again.",
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


def _begin() -> None:
    """A writing process leaves Ctrl-C to the one that began it, and ends when that one has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _result(folder: Path, blocks: Sequence[Written]) -> SynthResult:
    """The figures of an extract, its feeds put together."""
    changed = sum((block.changed for block in blocks), Counter[str]())
    return SynthResult(
        people=sum(block.people for block in blocks),
        rows=sum(block.rows for block in blocks),
        files=tuple(str(file_in(folder, number)) for number in range(len(blocks))),
        bytes=sum(block.bytes for block in blocks),
        feeds=tuple(
            MadeFeed(
                kind,
                str(_joined(folder, kind, len(blocks))),
                sum(block.feeds[kind] for block in blocks),
            )
            for kind in STATE_FORMS
        ),
        changed=dict(sorted((kind, count) for kind, count in changed.items() if kind)),
    )


def _joined(folder: Path, kind: str, blocks: int) -> Path:
    """A feed of all blocks, in their order, below its header."""
    path, form = folder / FEEDS / f"{kind}.csv", STATE_FORMS[kind]
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", encoding=form.encoding, newline="") as file:
        form.sheet(file).writerow(form.columns)
    with unfinished.open("ab") as whole:
        for number in range(blocks):
            with part_of(folder, kind, number).open("rb") as part:
                shutil.copyfileobj(part, whole)
    unfinished.replace(path)
    return path


def _tidy(folders: Sequence[Path], blocks: int) -> None:
    """No part of a feed and no unfinished file is left, also where writing failed."""
    with suppress(OSError):
        for folder in folders:
            for number in range(blocks):
                for kind in STATE_FORMS:
                    part_of(folder, kind, number).unlink(missing_ok=True)
                file_in(folder, number).with_suffix(".unfinished").unlink(missing_ok=True)
