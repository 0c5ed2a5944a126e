"""The names of research files, and the refusal of a folder without any."""

from __future__ import annotations

from collections.abc import Sequence

from clearance.errors import InputRefused

ENDINGS = (".csv", ".dat", ".gz")
HOW_TO_NAME = (
    "Name research files (.csv, .dat, .gz), a folder that holds some (what lies in folders within "
    "it is not read), or a quoted glob such as 'FOLDER/*/*.csv'."
)

_MOST_BESIDE = 10


def is_research_file_name(name: str) -> bool:
    """Whether a file in a folder is taken for a research file, by its name.

    Args:
        name: the file's name without its folder.
    """
    return name.lower().endswith(ENDINGS) and not name.startswith((".", "_"))


def refuse_empty_folder(folder: str, beside: Sequence[str]) -> InputRefused:
    """The refusal of a folder that holds no research file.

    Args:
        folder: its name as an input.
        beside: the names of the files and folders in it.
    """
    first = ", ".join(beside[:_MOST_BESIDE])
    more = f" and {len(beside) - _MOST_BESIDE} more" if len(beside) > _MOST_BESIDE else ""
    holds = f" It holds {first}{more}." if beside else ""
    return InputRefused(f"The folder {folder} holds no research file.{holds}", HOW_TO_NAME)
