"""The report's files: the statewide page, and the pages of counties in a folder beside it."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from clearance.platform.faults.remedies import output_faults
from clearance.platform.html_page import page_template
from clearance.platform.store.lock import exclusive_lock
from clearance.prepare.worklist import UNKNOWN
from clearance.publish.counties import packet_folders
from clearance.publish.figures.small_cells import SMALLEST
from clearance.publish.made_up import MADE_UP
from clearance.report.counties import KINDS, CountyPage
from clearance.report.figures import NOT_SHOWN, WITHHELD, WORDS, format_figure
from clearance.report.map.county_map import load_outlines
from clearance.report.sections import Section
from clearance.report.waterfall import Step

FOLDER = "counties"
PACKAGE = "clearance.report"
GENERATOR = "clearance report, page of a county"
_HEAD = 512
_REMEDY = "Name a file that you may write with --out, for example report.html."


def county_files(pages: Collection[CountyPage], *, known: Collection[str]) -> dict[str, str]:
    """The file of each county's page, relative to the statewide page.

    Args:
        pages: of the counties.
        known: counties of the rulebook.
    """
    folders = packet_folders((page.county for page in pages), known=known)
    return {county: f"{FOLDER}/{folder}.html" for county, folder in folders.items()}


def render_statewide(
    sections: list[Section],
    *,
    waterfalls: Mapping[str, Sequence[Step]],
    county_links: Mapping[str, str],
    without_page: Collection[str],
    **variables: Any,
) -> str:
    """The statewide page as HTML.

    Args:
        sections: of the page.
        waterfalls: by the name of their section.
        county_links: see `county_files`.
        without_page: counties of which no figure can be shown.
        variables: the other variables of the template.
    """
    return page_template(PACKAGE).render(
        sections=sections,
        waterfalls=waterfalls,
        county_links=county_links,
        without_page=without_page,
        kinds=UNKNOWN,
        **_shared(),
        **variables,
    )


def render_county(page: CountyPage, *, statewide: str, **variables: Any) -> str:
    """The page of a county as HTML.

    Args:
        page: the county's figures.
        statewide: the name of the statewide page's file.
        variables: the variables that both templates share.
    """
    return page_template(PACKAGE, "county.html.j2").render(
        page=page,
        statewide=f"../{statewide}",
        generator=GENERATOR,
        kinds=KINDS,
        **_shared(),
        **variables,
    )


def _shared() -> dict[str, Any]:
    return {
        "outlines": load_outlines(),
        "header": (*WORDS.values(), NOT_SHOWN, "All"),
        "smallest": SMALLEST,
        "withheld": WITHHELD,
        "figure": format_figure,
        "made_up_people": MADE_UP,
    }


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
        (out.parent / FOLDER if pages else out.parent).mkdir(parents=True, exist_ok=True)
        with exclusive_lock(out.with_name(f".{out.name}.lock"), doing=f"writing the report {out}"):
            _write({**pages, out: statewide})
            for path in (out.parent / FOLDER).glob("*.html"):
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
