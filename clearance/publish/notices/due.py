"""The marker file of notices that are in `notices` and whose files may not be in place yet.

The marker is in the output folder from before `notices` is committed until the files are moved in,
however the run ends: the next run writes these files again. It names counties and months.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path

MARKER = ".notices_due.json"


def read_due_files(out: Path) -> frozenset[tuple[str, str]]:
    """The files that an interrupted run did not write: county, month.

    Args:
        out: the output folder.
    """
    try:
        files = json.loads((out / MARKER).read_text(encoding="utf-8"))["files"]
        return frozenset((str(county), str(month)) for county, month in files)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return frozenset()  # the marker is written whole: a file of another form is not a marker


def write_due_files(out: Path, files: Collection[tuple[str, str]]) -> None:
    """Writes the marker, or removes it if no file is due.

    Args:
        out: the output folder.
        files: county and month of each due file.
    """
    marker = out / MARKER
    if not files:
        marker.unlink(missing_ok=True)
        return
    part = marker.with_name(f"{MARKER}.part")
    part.write_text(json.dumps({"files": sorted(files)}), encoding="utf-8")
    os.replace(part, marker)
