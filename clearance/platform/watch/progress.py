"""Shows on stderr what a long step is doing: counts, files and dates, nothing about a person.

On a terminal the line changes, with rows, parts done and the time left.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace

from rich.console import Console
from rich.status import Status

from clearance.platform.watch.log import log
from clearance.platform.watch.under_way import Pace, Work, spark_work

EVERY = 0.5
"""Seconds between two updates of the line."""

_console: ContextVar[Console | None] = ContextVar("console", default=None)


def show_on(console: Console | None) -> None:
    """Set the console that progress is shown on; None shows nothing (`--quiet`, tests)."""
    _console.set(console)


@contextmanager
def stage(doing: str) -> Iterator[None]:
    """Show that `doing` is under way, until the block ends; on a terminal, with Spark's tasks."""
    log("debug", "begins", doing=doing)
    with _shown(doing, spark_work):
        yield
    log("debug", "ends", doing=doing)


@contextmanager
def show_parts_done(doing: str, *, parts: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """Show how much of a known number of parts is done, until the block ends.

    Args:
        doing: what is under way.
        parts: what is counted, in words.
        total: how many there are.

    Yields:
        A function to call with the number of rows and of parts that have been done since.
    """
    so_far = Work(doing, 0, total, 0, parts, whole=True)

    def add(rows: int, done: int) -> None:
        nonlocal so_far
        so_far = replace(so_far, rows=so_far.rows + rows, done=so_far.done + done)

    with _shown(doing, lambda: so_far):
        yield add


@contextmanager
def _shown(doing: str, current_work: Callable[[], Work | None]) -> Iterator[None]:
    console = _console.get()
    if console is None:
        yield
    elif console.is_terminal:
        with console.status(doing) as status, _updating(doing, current_work, status):
            yield
    else:
        _print(console, doing)
        yield


@contextmanager
def _updating(
    doing: str, current_work: Callable[[], Work | None], status: Status
) -> Iterator[None]:
    """Update the line in a thread until the block ends."""
    over, pace = threading.Event(), Pace()

    def watch() -> None:
        while not over.wait(EVERY):
            with suppress(OSError, ValueError):
                status.update(f"{doing}{pace.describe(current_work(), now=time.monotonic())}")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join(EVERY)


def print_line(line: str) -> None:
    """Print a line that is not overwritten."""
    console = _console.get()
    if console is not None:
        _print(console, line)


def _print(console: Console, line: str) -> None:
    try:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    except (OSError, SystemExit):  # rich exits where a pipe is closed
        show_on(None)  # nobody reads any more; the work continues
