"""Cached frames that a block unpersists at its end, also after an error.

A session may outlive a command: in a notebook, in tests. Spark compares each plan with every frame
that is still cached, so that frames left behind slow every later query and fill the heap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from pyspark.sql import DataFrame


class Caches:
    """The cached frames of a block, and what else is released at its end."""

    def __init__(self) -> None:
        self._releases: list[Callable[[], object]] = []

    def cache(self, rows: DataFrame) -> DataFrame:
        """The rows, cached until the end of the block.

        Args:
            rows: the frame; it is computed by the first query that uses it.
        """
        rows.persist()
        self.release_at_end(rows.unpersist)
        return rows

    def release_at_end(self, release: Callable[[], object]) -> None:
        """Calls a function at the end of the block.

        Args:
            release: releases something; its errors are ignored, since the JVM may have died.
        """
        self._releases.append(release)


@contextmanager
def caches() -> Iterator[Caches]:
    """Opens a block whose cached frames are unpersisted at its end."""
    opened = Caches()
    try:
        yield opened
    finally:
        for release in reversed(opened._releases):
            with suppress(Exception):
                release()
