"""What Delta prints by itself, kept away from the result of a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import SparkSession


@contextmanager
def printed_as_error(spark: SparkSession) -> Iterator[None]:
    """Within it, what Scala code prints goes to the JVM's standard error.

    A VACUUM says on standard output what it deleted, where the command's one document stands.

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
