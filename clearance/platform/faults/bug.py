"""Where in this package an exception came from, to be reported with a bug."""

from __future__ import annotations

import traceback
from pathlib import Path

from clearance.platform.paths import PACKAGE


def own_call(error: BaseException) -> str:
    """Where in this package an exception came from: module, line and function.

    Args:
        error: what ended the run.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]
    if not own:
        return "an unknown place"
    module = Path(own[-1].filename).relative_to(PACKAGE)
    return f"{module.as_posix()}:{own[-1].lineno} in {own[-1].name}"
