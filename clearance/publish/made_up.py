"""Made-up people: how their files are recognized, and the label of outputs about them."""

from __future__ import annotations

import re

from pyspark.sql import Column

MADE_UP = (
    "Made-up people: nobody on this record exists, and none of these figures is of California."
)
_FILE = "(^|/)synthetic-[0-9]{4}[.]csv([.]gz)?$"


def is_made_up_path(path: Column) -> Column:
    """Whether `synth` wrote a file, by the name in its path.

    Args:
        path: a column of paths.
    """
    return path.rlike(_FILE)


def is_made_up_name(name: str) -> bool:
    """Whether `synth` wrote a file, by its name.

    Args:
        name: of the file, with its folder or without.
    """
    return re.search(_FILE, name) is not None
