"""Made-up people: how their files are told from research files, and what outputs say of them."""

from __future__ import annotations

import re

from pyspark.sql import Column

MADE_UP = (
    "Made-up people: nobody on this record exists, and none of these figures is of California."
)
_FILE = "(^|/)synthetic-[0-9]{4}[.]csv([.]gz)?$"


def is_made_up_path(path: Column) -> Column:
    """Whether a research file is one that `synth` wrote, by its name.

    Args:
        path: of the file.
    """
    return path.rlike(_FILE)


def is_made_up_name(name: str) -> bool:
    """Whether a file's name is one of those.

    Args:
        name: of the file, with its folder or without.
    """
    return re.search(_FILE, name) is not None
