"""Messages of a spark-submit job, on the standard error of spark-submit.

spark-submit copies Python's standard error to its standard output, among the result. So the JVM
writes the messages.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

# Set where Python was started by a JVM (spark-submit).
GATEWAY = "PYSPARK_GATEWAY_PORT"


class JvmError(io.TextIOBase):
    """The JVM's standard error as a stream; Python's where the JVM does not answer.

    Args:
        fallback: Python's standard error.
    """

    encoding = "utf-8"

    def __init__(self, fallback: TextIO) -> None:
        self._fallback = fallback
        self._stream: Any = None
        self._busy = False

    def writable(self) -> bool:
        """Whether the stream can be written to: yes."""
        return True

    def write(self, text: str) -> int:
        """Write a text; returns its length."""
        if self._busy:  # a message of the bridge to the JVM itself
            return self._fallback.write(text)
        self._busy = True
        try:
            self._jvm().print(text)
        except Exception:
            self._fallback.write(text)
        finally:
            self._busy = False
        return len(text)

    def flush(self) -> None:
        """Write out what Python has buffered."""
        self._fallback.flush()

    def _jvm(self) -> Any:
        if self._stream is None:
            from pyspark import SparkContext

            context: Any = SparkContext
            context._ensure_initialized()
            self._stream = context._jvm.System.err
        return self._stream


def write_stderr_by_jvm() -> None:
    """Under spark-submit, write standard error by the JVM from now on."""
    if GATEWAY in os.environ and not isinstance(sys.stderr, JvmError):
        sys.stderr = JvmError(sys.stderr)
