"""The mark of notices that the store holds and whose files may not be in place yet.

It stands in the output folder from before `notices` is committed until the files are moved in,
however the run ends: the next one makes just these files again. It names counties and months.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path

MARKER = ".notices_due.json"


def read_due_files(out: Path) -> frozenset[tuple[str, str]]:
    """The files that a run which did not end left to make: county, month.

    Args:
        out: the output folder.
    """
    try:
        found = json.loads((out / MARKER).read_text(encoding="utf-8"))["files"]
        return frozenset((str(county), str(month)) for county, month in found)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return frozenset()  # it is moved in whole: any other form is not ours


def write_due_files(out: Path, files: Collection[tuple[str, str]]) -> None:
    """Put the mark there, or take it away where no file is due.

    Args:
        out: the output folder.
        files: county and month of each.
    """
    mark = out / MARKER
    if not files:
        mark.unlink(missing_ok=True)
        return
    aside = mark.with_name(f"{MARKER}.part")
    aside.write_text(json.dumps({"files": sorted(files)}), encoding="utf-8")
    os.replace(aside, mark)
