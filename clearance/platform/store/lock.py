"""A lock file for one run at a time in a folder; the lock ends when its process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearance.errors import SweepConflict


@contextmanager
def exclusive_lock(path: Path, *, doing: str) -> Iterator[None]:
    """Hold the lock on the file `path` for the block, and delete the file afterwards.

    A killed process leaves the file but not the lock, so the next run can take the lock.

    Args:
        path: the lock file; its folder must exist.
        doing: the work that only one run may do at a time, for the message.

    Raises:
        SweepConflict: another run holds it.
        OSError: the file cannot be made.
    """
    handle = _acquire(path)
    if handle is None:
        raise SweepConflict(
            f"Another run is {doing}.",
            "Wait until it has finished, then run the same command again.",
        )
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _acquire(path: Path) -> int | None:
    """A handle that holds the lock, or None where another run has it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        except OSError:
            # A file system without locks: only Delta's commits and the renames protect the store.
            return handle
        if _is_same_file(path, handle):
            return handle
        # The run before deleted its file between our opening and our locking of it.
        os.close(handle)


def _is_same_file(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False
