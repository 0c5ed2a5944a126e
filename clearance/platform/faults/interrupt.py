"""Ctrl-C, at any moment: one line, exit code 130, and nothing half written.

The first one raises `KeyboardInterrupt`, so that locks and temporary files are given back on the
way out. One more, or one that Python would swallow (in a finalizer, say), ends the process there.
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


def heed_interrupts() -> None:
    """From now on Ctrl-C ends the command so, unless whoever started it has Ctrl-C ignored."""
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if not ignored and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, _first)
        sys.unraisablehook = _swallowed


def ignore_interrupts() -> None:
    """From now on the command is done, and its exit code stands."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def leave(*, said: bool = False) -> NoReturn:
    """End the process as interrupted, without waiting for threads; the JVM ends with it.

    Args:
        said: whether the reader was told.
    """
    if not said:
        with suppress(OSError, ValueError):
            os.write(2, f"{INTERRUPTED}\n".encode())
    os._exit(EXIT_INTERRUPTED)


def _first(*_: object) -> NoReturn:
    signal.signal(signal.SIGINT, _again)
    raise KeyboardInterrupt


def _again(*_: object) -> NoReturn:
    leave()


def _swallowed(what: Any) -> None:
    if issubclass(what.exc_type, KeyboardInterrupt):
        leave()
    sys.__unraisablehook__(what)
