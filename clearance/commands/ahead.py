"""Computes the hashes of code, which the steps need, while the JVM starts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from clearance.platform.code_hash import code_hash

# The steps whose fingerprints contain a hash of their code.
HASHED = ("clearance.prepare.step", "clearance.determine.step")


@contextmanager
def hash_code_in_background() -> Iterator[None]:
    """Hash the code of the steps in a thread during the block; the hashes are cached."""
    reader = threading.Thread(target=_hash, daemon=True)
    reader.start()
    yield
    reader.join()


def _hash() -> None:
    # The step that needs the hash raises the error again.
    with suppress(OSError, SyntaxError):
        for entry in HASHED:
            code_hash(entry)
