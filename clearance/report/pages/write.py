"""The files of a report: the statewide page, and the pages of counties in a folder beside it."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path

from clearance.platform.faults.remedies import output_faults
from clearance.platform.store.lock import exclusive_lock
from clearance.report.pages.render import GENERATOR, counties_folder

_HEAD = 512
_REMEDY = "Name a file that you may write with --out, for example report.html."


def write_pages(out: Path, statewide: str, *, counties: Mapping[str, str]) -> None:
    """Writes all pages aside, moves them into place, and removes pages of other counties.

    Args:
        out: the statewide page's file.
        statewide: its content.
        counties: content by file, relative to `out`.

    Raises:
        UsageError: a file cannot be written; every earlier page is still there.
        SweepConflict: another run is writing the same report.
        StoreFault: no room is left; every earlier page is still there.
    """
    pages = {out.parent / name: page for name, page in counties.items()}
    with output_faults(out, what="report", remedy=_REMEDY):
        if out.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(out))
        folder = out.parent / counties_folder(out.name)
        (folder if pages else out.parent).mkdir(parents=True, exist_ok=True)
        with exclusive_lock(out.with_name(f".{out.name}.lock"), doing=f"writing the report {out}"):
            _write({**pages, out: statewide})
            for path in folder.glob("*.html"):
                if path not in pages and _is_county_page(path):
                    path.unlink()


def _write(pages: Mapping[Path, str]) -> None:
    """Writes the parts of all pages, then renames each, so that a full disk replaces none."""
    parts = {path.with_name(f".{path.name}.part"): path for path in pages}
    try:
        for part, path in parts.items():
            part.write_text(pages[path], encoding="utf-8")
        for part, path in parts.items():
            os.replace(part, path)
    except OSError:
        for part in parts:
            part.unlink(missing_ok=True)
        raise


def _is_county_page(path: Path) -> bool:
    """Whether an earlier report wrote the file; other files in the folder are the user's."""
    with path.open("rb") as file:
        return GENERATOR.encode() in file.read(_HEAD)
