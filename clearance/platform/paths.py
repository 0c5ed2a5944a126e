"""The paths of the project's files: rules, settings, jars.

In a checkout they are folders beside the package. An installed wheel holds them inside the package
(`data`), so that an installed copy runs from any folder.
"""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parent
WHEEL_DATA = PACKAGE / "data"


def _folder(name: str) -> Path:
    in_wheel = WHEEL_DATA / name
    return in_wheel if in_wheel.is_dir() else CHECKOUT / name


def rules_folder() -> Path:
    """The rulebook in force: packs, statute lists, reasons, the feature catalogue."""
    return _folder("rules")


def conf_folder() -> Path:
    """The configuration files: settings of a run, options of counties, the log of Spark."""
    return _folder("conf")


def jars_folder() -> Path:
    """The folder of Delta's jars: `CLEARANCE_JARS`, the checkout's `.jars`, or the user's cache."""
    from_environment = os.environ.get("CLEARANCE_JARS")
    if from_environment:
        return Path(from_environment)
    if (CHECKOUT / "pyproject.toml").is_file():
        return CHECKOUT / ".jars"
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "clearance" / "jars"
