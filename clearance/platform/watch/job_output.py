"""What a spark-submit job says beside its result, on the standard error of spark-submit.

spark-submit hands on what Python writes to its own standard error as standard output, among the
result. So it is written by the JVM.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

# Set by whoever starts Python beside a JVM of its own.
GATEWAY = "PYSPARK_GATEWAY_PORT"


class JvmError(io.TextIOBase):
    """The JVM's standard error as a stream; Python's own where the JVM does not answer."""

    encoding = "utf-8"

    def __init__(self, own: TextIO) -> None:
        self._own = own
        self._stream: Any = None
        self._busy = False

    def writable(self) -> bool:
        """That it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Write a text; returns its length."""
        if self._busy:  # what the bridge to the JVM has to say itself
            return self._own.write(text)
        self._busy = True
        try:
            self._jvm().print(text)
        except Exception:
            self._own.write(text)
        finally:
            self._busy = False
        return len(text)

    def flush(self) -> None:
        """Write out what Python has kept."""
        self._own.flush()

    def _jvm(self) -> Any:
        if self._stream is None:
            from pyspark import SparkContext

            context: Any = SparkContext
            context._ensure_initialized()
            self._stream = context._jvm.System.err
        return self._stream


def keep_apart() -> None:
    """From now on what is no result goes to the standard error of spark-submit, under one."""
    if GATEWAY in os.environ and not isinstance(sys.stderr, JvmError):
        sys.stderr = JvmError(sys.stderr)
