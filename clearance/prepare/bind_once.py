"""An expression that Spark computes once, although a later expression uses its value repeatedly."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F


def bind_once(value: Column, body: Callable[[Column], Column]) -> Column:
    """The result of `body` for a value, which is computed once; a plain reference repeats it.

    Args:
        value: the expression that `body` uses more than once.
        body: the function from the value to the result.
    """
    return F.transform(F.array(value), body)[0]
