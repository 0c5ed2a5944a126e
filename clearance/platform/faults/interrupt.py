"""Ctrl-C, at any moment: one line, exit code 130, and nothing half written.

The first Ctrl-C raises `KeyboardInterrupt`, so that locks are released and temporary files deleted
on the way out. A second, or one that Python would swallow (in a finalizer), ends the process.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import Any, NoReturn

from clearance.errors import EXIT_INTERRUPTED

INTERRUPTED = "Interrupted. Nothing is half written: run the same command again."


def handle_interrupts() -> None:
    """Install the handler of Ctrl-C, unless the process was started with Ctrl-C ignored."""
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if not ignored and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, _on_first_interrupt)
        sys.unraisablehook = _on_unraisable


def ignore_interrupts() -> None:
    """Ignore Ctrl-C from now on: the command is done and its exit code is final."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def exit_interrupted(*, message_shown: bool = False) -> NoReturn:
    """End the process as interrupted, without waiting for threads; the JVM ends with it.

    Args:
        message_shown: whether stderr has the message already.
    """
    if not message_shown:
        with suppress(OSError, ValueError):
            os.write(2, f"{INTERRUPTED}\n".encode())
    os._exit(EXIT_INTERRUPTED)


def _on_first_interrupt(*_: object) -> NoReturn:
    signal.signal(signal.SIGINT, _on_second_interrupt)
    raise KeyboardInterrupt


def _on_second_interrupt(*_: object) -> NoReturn:
    exit_interrupted()


def _on_unraisable(unraisable: Any) -> None:
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        exit_interrupted()
    sys.__unraisablehook__(unraisable)
