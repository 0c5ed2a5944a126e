"""Pages as HTML: the statewide page, and the page of a county."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from clearance.platform.html_page import load_page_template
from clearance.prepare.worklist import UNKNOWN
from clearance.publish.counties import packet_folders
from clearance.publish.figures.small_cells import SMALLEST
from clearance.publish.made_up import MADE_UP
from clearance.report.counties import KINDS, CountyPage
from clearance.report.figures import NOT_SHOWN, WITHHELD, WORDS, format_figure
from clearance.report.laws import UsedPack
from clearance.report.map.county_map import load_outlines
from clearance.report.months import Coming
from clearance.report.sections import Section
from clearance.report.waterfall import Step

DEFAULT_PAGE = "report.html"
FOLDER = "counties"
PACKAGE = "clearance.report"
GLOSSARY = (
    (
        "Rules, set of rules",
        "What a law or a county policy says, as a file that the program applies.",
    ),
    ("Scenario", "A set of rules that is no law and no policy, to show what a choice would do."),
    ("Eligible", "The rules give relief. Nobody has granted it yet."),
    ("Not yet", "Time alone brings eligibility."),
    ("For review", "The record does not say enough, or an office decides: a person has to look."),
    ("Not eligible", "These rules give no relief; a petition to a court may be open."),
    ("Run (sweep)", "The application of the rules to the whole record, as of a day."),
    ("Quarantined", "A row of a research file that was set aside, since it is damaged."),
)
GENERATOR = "clearance report, page of a county"


def counties_folder(statewide: str) -> str:
    """The folder of the counties' pages beside a statewide page: reports may be in one folder.

    Args:
        statewide: the name of the statewide page's file.
    """
    stem = statewide.rpartition(".")[0] or statewide
    return FOLDER if statewide == DEFAULT_PAGE else f"{stem}-{FOLDER}"


def county_files(
    pages: Collection[CountyPage], *, known: Collection[str], statewide: str
) -> dict[str, str]:
    """The file of each county's page, relative to the statewide page.

    Args:
        pages: of the counties.
        known: counties of the rulebook.
        statewide: the name of the statewide page's file.
    """
    files = packet_folders((page.county for page in pages), known=known)
    folder = counties_folder(statewide)
    return {county: f"{folder}/{file}.html" for county, file in files.items()}


def render_statewide(
    sections: list[Section],
    *,
    waterfalls: Mapping[str, Sequence[Step]],
    coming: Sequence[Coming],
    packs: Sequence[UsedPack],
    county_links: Mapping[str, str],
    without_page: Collection[str],
    **variables: Any,
) -> str:
    """The statewide page as HTML.

    Args:
        sections: of the page.
        waterfalls: by the name of their section.
        coming: the months ahead, by law.
        packs: the used versions of packs.
        county_links: see `county_files`.
        without_page: counties of which no figure can be shown.
        variables: the other variables of the template.
    """
    return load_page_template(PACKAGE).render(
        sections=sections,
        units_of={section.name: section.units for section in sections},
        without_months=_without_months(sections, coming),
        coming=coming,
        packs=packs,
        signed=sum(pack.signed_off.state == "signed" for pack in packs),
        glossary=GLOSSARY,
        until=say_until,
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
    return load_page_template(PACKAGE, "county.html.j2").render(
        page=page,
        statewide=f"../{statewide}",
        generator=GENERATOR,
        kinds=KINDS,
        **_shared(),
        **variables,
    )


def say_until(coming: Coming) -> str:
    """Until when the units of a law wait, as a part of a sentence.

    Args:
        coming: the months ahead of the law.
    """
    later = f"{format_figure(coming.later)} of them longer than to {coming.last}"
    hidden = f"for {format_figure(coming.not_shown)} of them the month is not shown"
    if coming.not_shown == coming.total:
        return "until when is not shown"
    if not coming.later and not coming.not_shown:
        return f"the last of them until {coming.latest}"
    return ", ".join(
        [
            *([f"the latest month shown is {coming.latest}"] if coming.latest else []),
            *([later] if coming.later else []),
            *([hidden] if coming.not_shown else []),
        ]
    )


def _without_months(sections: Sequence[Section], coming: Sequence[Coming]) -> list[str]:
    """The titles of laws of which no month is shown."""
    shown = {law.pack for law in coming}
    return [
        section.title for section in sections if section.kind == "law" and section.name not in shown
    ]


def _shared() -> dict[str, Any]:
    return {
        "outlines": load_outlines(),
        "header": (*WORDS.values(), NOT_SHOWN, "All"),
        "smallest": SMALLEST,
        "withheld": WITHHELD,
        "figure": format_figure,
        "made_up_people": MADE_UP,
    }
