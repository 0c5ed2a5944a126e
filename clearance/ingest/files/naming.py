"""What an input may name, and the words for what it names in vain."""

from __future__ import annotations

from collections.abc import Sequence

from clearance.errors import InputRefused

ENDINGS = (".csv", ".dat", ".gz")
HOW_TO_NAME = (
    "Name research files (.csv, .dat, .gz), a folder that holds some (what lies in folders within "
    "it is not read), or a quoted glob such as 'FOLDER/*/*.csv'."
)

_MOST_BESIDE = 10


def is_research(name: str) -> bool:
    """Whether a file is read where its folder was named, by its name.

    Args:
        name: without its folder.
    """
    return name.lower().endswith(ENDINGS) and not name.startswith((".", "_"))


def no_research_file(folder: str, beside: Sequence[str]) -> InputRefused:
    """The refusal of a folder that holds no research file.

    Args:
        folder: as it was named.
        beside: what lies in it.
    """
    first = ", ".join(beside[:_MOST_BESIDE])
    more = f" and {len(beside) - _MOST_BESIDE} more" if len(beside) > _MOST_BESIDE else ""
    holds = f" It holds {first}{more}." if beside else ""
    return InputRefused(f"The folder {folder} holds no research file.{holds}", HOW_TO_NAME)
