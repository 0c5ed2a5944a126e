"""Pages as HTML: the statewide page, and the page of a county."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from clearance.platform.html_page import page_template
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
