"""Where the checkout is, and what may lie beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Public samples and cases, tried in addition: the suite passes without them.
SHARED = ROOT.parent / "shared"


def shared(name: str) -> Path:
    """A folder of what lies beside the checkout; a test that needs it is skipped where it lacks.

    Args:
        name: of the folder in shared.
    """
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"there is no ../shared/{name} beside the checkout")
    return folder
