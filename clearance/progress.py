"""What a long step is doing, said on stderr: counts, files and dates, nothing of a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from rich.console import Console

from clearance.log import log

_console: ContextVar[Console | None] = ContextVar("console", default=None)


def show_on(console: Console | None) -> None:
    """Where to say it; None says nothing (`--quiet`, tests)."""
    _console.set(console)


@contextmanager
def stage(doing: str) -> Iterator[None]:
    """Show that `doing` is under way, until the block ends."""
    log("debug", "begins", doing=doing)
    with _shown(doing):
        yield
    log("debug", "ends", doing=doing)


@contextmanager
def _shown(doing: str) -> Iterator[None]:
    console = _console.get()
    if console is None:
        yield
    elif console.is_terminal:
        with console.status(doing):
            yield
    else:
        _print(console, doing)
        yield


def say(line: str) -> None:
    """One line that stays."""
    console = _console.get()
    if console is not None:
        _print(console, line)


def _print(console: Console, line: str) -> None:
    try:
        console.print(line, highlight=False, markup=False)
    except (OSError, SystemExit):  # rich exits where a pipe is closed
        show_on(None)  # nobody reads any more, and the work goes on
