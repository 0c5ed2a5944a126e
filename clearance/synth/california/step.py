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
from multiprocessing import active_children, connection, get_context, parent_process
from pathlib import Path

from clearance.errors import StoreFault, UsageError
from clearance.synth.california.block import (
    FEEDS,
    PEOPLE,
    STATE_FORMS,
    Block,
    BlockCounts,
    feed_part_file,
    write_block,
)
from clearance.synth.feeds import MadeFeed, later_day
from clearance.synth.step import SynthResult, check_people, clear_extract, extract_file, write_fault

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
    """Write made-up people of the whole state; the same arguments give the same bytes.

    A block of people is the same for any number of processes and of people.

    Args:
        people: number of people; those whose record begins after as-of are left out.
        out: the folder for the extract's files, and for the feeds below it; files of an earlier
            run are replaced.
        seed: the seed of the world.
        as_of: the last day of the records.
        second_month: whether to write the extract of the next month too, below the folder.
        processes: number of writing processes; None for the number of usable CPUs.
        done: called after each block with its number of rows and of people.

    Raises:
        UsageError: a number is out of range.
        StoreFault: the folder cannot be written to, or a process was killed.
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
                clear_extract(folder)
        for folder in folders:
            (folder / FEEDS).mkdir(exist_ok=True)
        counts_by_block = _write_blocks(blocks, processes or _usable_cpus(), done)
        months = [
            _result(folder, [block[index] for block in counts_by_block])
            for index, folder in enumerate(folders)
        ]
    except OSError as error:
        raise write_fault(out, error) from error
    finally:
        _remove_unfinished(folders, len(blocks))
    first, *second = months
    return SynthResult(
        first.people,
        first.rows,
        first.files,
        first.bytes,
        first.feeds,
        second_month=second[0] if second else None,
    )


def _usable_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _write_blocks(
    blocks: Sequence[Block], processes: int, done: Done | None
) -> list[list[BlockCounts]]:
    """Write the blocks; returns the counts of each block's extracts, in the order of the blocks."""
    counts_by_number: dict[int, list[BlockCounts]] = {}
    for block, extracts in _write_in_processes(blocks, min(processes, len(blocks))):
        counts_by_number[block.number] = extracts
        if done is not None:
            done(sum(extract.rows for extract in extracts), len(block.people))
    return [counts_by_number[block.number] for block in blocks]


def _write_in_processes(
    blocks: Sequence[Block], processes: int
) -> Iterator[tuple[Block, list[BlockCounts]]]:
    if processes == 1:
        for block in blocks:
            yield block, write_block(block)
        return
    # Spawned, not forked: a fork would copy the locks that other threads hold.
    others = set(active_children())
    executor = ProcessPoolExecutor(processes, get_context("spawn"), _start_process)
    try:
        waiting = {executor.submit(write_block, block): block for block in blocks}
        for ended in as_completed(waiting):
            yield waiting.pop(ended), ended.result()
    except BrokenProcessPool as error:
        raise StoreFault(
            "A process that wrote made-up people was ended from outside.",
            "Where memory was short, write with fewer (`--processes 1`), and run this again.",
        ) from error
    except BaseException:
        # Ctrl-C, or a full disk: the other processes' work is of no use.
        for process in set(active_children()) - others:
            process.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _start_process() -> None:
    """Set up a writing process: it ignores Ctrl-C, and ends when its parent has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _result(folder: Path, blocks: Sequence[BlockCounts]) -> SynthResult:
    """The result of an extract; joins its feeds."""
    changed = sum((block.changed for block in blocks), Counter[str]())
    return SynthResult(
        people=sum(block.people for block in blocks),
        rows=sum(block.rows for block in blocks),
        files=tuple(str(extract_file(folder, number)) for number in range(len(blocks))),
        bytes=sum(block.bytes for block in blocks),
        feeds=tuple(
            MadeFeed(
                kind,
                str(_join_feed(folder, kind, len(blocks))),
                sum(block.feeds[kind] for block in blocks),
            )
            for kind in STATE_FORMS
        ),
        changed=dict(sorted((kind, count) for kind, count in changed.items() if kind)),
    )


def _join_feed(folder: Path, kind: str, blocks: int) -> Path:
    """Join the parts of a feed, in the order of blocks, below its header; returns the file."""
    path, form = folder / FEEDS / f"{kind}.csv", STATE_FORMS[kind]
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", encoding=form.encoding, newline="") as file:
        form.sheet(file).writerow(form.columns)
    with unfinished.open("ab") as whole:
        for number in range(blocks):
            with feed_part_file(folder, kind, number).open("rb") as part:
                shutil.copyfileobj(part, whole)
    unfinished.replace(path)
    return path


def _remove_unfinished(folders: Sequence[Path], blocks: int) -> None:
    """Delete parts of feeds and unfinished files, also after a failure."""
    with suppress(OSError):
        for folder in folders:
            for number in range(blocks):
                for kind in STATE_FORMS:
                    feed_part_file(folder, kind, number).unlink(missing_ok=True)
                extract_file(folder, number).with_suffix(".unfinished").unlink(missing_ok=True)
