"""A value that is worked out once, where a plain reference would repeat its expression."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F


def bind_once(value: Column, body: Callable[[Column], Column]) -> Column:
    """`body` of a value, which is worked out once.

    Args:
        value: what `body` uses more than once.
        body: from the value to the result.
    """
    return F.transform(F.array(value), body)[0]
