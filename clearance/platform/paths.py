"""Where the project's own files lie: rules, settings, jars.

In a checkout they are the folders beside the package; in an installed wheel they are carried
inside it, so that an installed copy runs from any folder.
"""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parent
CARRIED = PACKAGE / "data"


def _folder(name: str) -> Path:
    carried = CARRIED / name
    return carried if carried.is_dir() else CHECKOUT / name


def rules_folder() -> Path:
    """The rulebook in force: packs, statute lists, reasons, the feature catalogue."""
    return _folder("rules")


def conf_folder() -> Path:
    """The settings by place."""
    return _folder("conf")


def jars_folder() -> Path:
    """Where Delta's jars are: `CLEARANCE_JARS`, the checkout's `.jars`, or the user's cache."""
    named = os.environ.get("CLEARANCE_JARS")
    if named:
        return Path(named)
    if (CHECKOUT / "pyproject.toml").is_file():
        return CHECKOUT / ".jars"
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "clearance" / "jars"
