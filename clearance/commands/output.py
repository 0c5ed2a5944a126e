"""Prints a verb's result: lines for a person, or one JSON document, on stdout or into a file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console

from clearance.errors import StoreFault, UsageError
from clearance.platform.watch.meter import steps_taken


def check_json_file(file: Path | None) -> None:
    """Refuse a file that cannot be written, before there is a result to write.

    Args:
        file: the file for the document; None for stdout.

    Raises:
        UsageError: its folder does not exist, or it is a folder or a device.
    """
    if file is None or (file.parent.is_dir() and (file.is_file() or not file.exists())):
        return
    why = "is not an ordinary file" if file.exists() else "is in a folder that does not exist"
    raise UsageError(f"{file} {why}.", "Name a file in a folder that exists.")


def print_json(result: Any) -> None:
    """Print a result as one JSON document.

    Args:
        result: an object with `as_dict`, or a value that JSON can hold.
    """
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    _print(_document(result, ascii_only=not unicode))


def write_json(result: Any, file: Path) -> None:
    """Write a result as one JSON document into a file.

    Args:
        result: an object with `as_dict`, or a value that JSON can hold.
        file: the file, replaced whole or not at all.

    Raises:
        StoreFault: it cannot be written.
    """
    _replace(file, _document(result, ascii_only=False))


def print_lines(lines: Callable[[Console], None]) -> None:
    """Print lines for a person in one write, so that a closed pipe cannot stop in the middle.

    Args:
        lines: prints them on a console.
    """
    console = Console(highlight=False, soft_wrap=True, markup=False)
    with console.capture() as captured:
        lines(console)
    _print(captured.get())


def _document(result: Any, *, ascii_only: bool) -> str:
    """The JSON of a result; where steps ran, their figures are under `steps`."""
    document = result.as_dict() if hasattr(result, "as_dict") else result
    if isinstance(document, dict) and (steps := steps_taken()):
        document = {**document, "steps": steps}
    return json.dumps(document, default=str, ensure_ascii=ascii_only, sort_keys=True) + "\n"


def _print(text: str) -> None:
    """Print a text on stdout; where stdout is closed, a line on stderr, since the work is done."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _discard_stdout()
        with suppress(OSError):
            why = f"The work is done; its result could not be printed ({error.strerror})."
            print(why, file=sys.stderr)


def _discard_stdout() -> None:
    """Send stdout to the null device, so that Python's last flush does not fail."""
    with suppress(OSError, ValueError):
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, sys.stdout.fileno())


def _replace(file: Path, text: str) -> None:
    """Write the file whole or not at all, readable by its owner alone: a result may name people."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with suppress(FileNotFoundError):
            unfinished.unlink()
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(text)
        unfinished.replace(file)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise StoreFault(
            f"The work is done; its result could not be written to {file} ({error.strerror}).",
            "Name another file, or free some space, and run the same command again.",
        ) from error
