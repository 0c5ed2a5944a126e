"""Delta's own prints go to standard error, away from the result of a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import SparkSession


@contextmanager
def printed_as_error(spark: SparkSession) -> Iterator[None]:
    """A block in which Scala's prints go to the JVM's standard error.

    A VACUUM prints what it deleted on standard output, which is for the command's own document.

    Args:
        spark: the session.
    """
    jvm: Any = spark._jvm
    # The stream of this thread, in which the command runs.
    console = getattr(getattr(jvm.scala, "Console$"), "MODULE$")
    before = console.out()
    console.setOutDirect(jvm.java.lang.System.err)
    try:
        yield
    finally:
        console.setOutDirect(before)
