"""The counties to publish, and the packet folder of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from clearance.errors import UsageError, nearest
from clearance.prepare.record.places import UNKNOWN_COUNTY
from clearance.prepare.record.rules import load_record_rules

LONGEST_FOLDER = 80


def known_counties(rules: Path) -> tuple[str, ...]:
    """The 58 counties of the rulebook, upper case.

    Args:
        rules: the rulebook's folder.
    """
    return load_record_rules(rules).counties


def requested_counties(names: Iterable[str] | None, *, known: Collection[str]) -> list[str] | None:
    """The counties of a command's option, as every table writes them; None for all.

    Args:
        names: county or folder names of the command line; None means all.
        known: counties of the rulebook.

    Raises:
        UsageError: a name is neither in `known` nor `UNKNOWN`.
    """
    if names is None:
        return None
    allowed = {*known, UNKNOWN_COUNTY}
    requested = set()
    for name in names:
        county = re.sub(r"[ -]+", " ", name).strip().upper()
        if county not in allowed:
            guess = nearest(county, sorted(allowed))
            hint = f"Did you mean `{guess}`?" if guess else "Leave --county out for all of them."
            raise UsageError(
                f"There is no county `{name}`.", f"{hint} It is one of the 58, or UNKNOWN."
            )
        requested.add(county)
    return sorted(requested)


def packet_folders(counties: Iterable[str], *, known: Collection[str]) -> dict[str, str]:
    """The packet folder of each county: its name in lower case with hyphens, unique.

    A county of the rulebook has the folder of its name; another name of the record that gives the
    same folder gets a number.

    Args:
        counties: names, of the rulebook or of the record.
        known: counties of the rulebook.
    """
    folders: dict[str, str] = {}
    taken = {_slug(county) for county in (*known, UNKNOWN_COUNTY)}
    for county in sorted(counties):
        slug = _slug(county)[:LONGEST_FOLDER]  # a file system takes 255 bytes
        folder, number = slug, 1
        while folder in taken and not (county in known or county == UNKNOWN_COUNTY):
            number += 1
            folder = f"{slug}-{number}"
        taken.add(folder)
        folders[county] = folder
    return folders


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unnamed"
