"""The rulebook from Python."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from clearance.platform.paths import rules_folder
from clearance.rulebook.loading import load
from clearance.rulebook.loading.load import Rulebook


def load_rulebook(folder: str | PathLike[str] | None = None) -> Rulebook:
    """The checked packs of a rules folder, with the catalogue of features and the reason codes.

    Args:
        folder: the rules folder; None for the rules that come with Clearance.

    Raises:
        RulebookInvalid: the rules do not hold together; the message has every problem.
    """
    return load.load_rulebook(rules_folder() if folder is None else Path(folder))
