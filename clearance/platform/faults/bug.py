"""The line of this package that raised an exception, for the report of a bug."""

from __future__ import annotations

import traceback
from pathlib import Path

from clearance.platform.paths import PACKAGE


def bug_location(error: BaseException) -> str:
    """The innermost call of this package in an exception's traceback: module, line and function.

    Args:
        error: the exception that ended the run.
    """
    frames = traceback.extract_tb(error.__traceback__)
    package_frames = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]
    if not package_frames:
        return "an unknown place"
    innermost = package_frames[-1]
    module = Path(innermost.filename).relative_to(PACKAGE)
    return f"{module.as_posix()}:{innermost.lineno} in {innermost.name}"
