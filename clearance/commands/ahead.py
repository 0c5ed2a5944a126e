"""What a command will need, worked out while the JVM starts and this process would wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from clearance.platform.code_hash import code_hash

# The steps whose answers are known by the code that they rest on.
HASHED = ("clearance.prepare.step", "clearance.determine.step")


@contextmanager
def hashed_ahead() -> Iterator[None]:
    """Read the code that the fingerprints cover, beside the block; the hashes are kept."""
    reader = threading.Thread(target=_hash, daemon=True)
    reader.start()
    yield
    reader.join()


def _hash() -> None:
    # The step that needs a hash names what cannot be read.
    with suppress(OSError, SyntaxError):
        for entry in HASHED:
            code_hash(entry)
