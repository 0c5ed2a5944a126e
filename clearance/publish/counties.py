"""Which counties to publish, and the folder of each."""

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


def requested_counties(asked: Iterable[str] | None, *, known: Collection[str]) -> list[str] | None:
    """The counties that a command was given, as every table writes them; None for all.

    Args:
        asked: names as written on the command line, or as folders are named; None means all.
        known: counties of the rulebook.

    Raises:
        UsageError: a name that is neither one of them nor `UNKNOWN`.
    """
    if asked is None:
        return None
    there = {*known, UNKNOWN_COUNTY}
    found = set()
    for name in asked:
        county = re.sub(r"[ -]+", " ", name).strip().upper()
        if county not in there:
            guess = nearest(county, sorted(there))
            hint = f"Did you mean `{guess}`?" if guess else "Leave --county out for all of them."
            raise UsageError(
                f"There is no county `{name}`.", f"{hint} It is one of the 58, or UNKNOWN."
            )
        found.add(county)
    return sorted(found)


def packet_folders(counties: Iterable[str], *, known: Collection[str]) -> dict[str, str]:
    """The packet folder of each county: lower case with hyphens, no two the same.

    A county of the rulebook has the folder of its name, whatever else the record names.

    Args:
        counties: names.
        known: counties of the rulebook.
    """
    result: dict[str, str] = {}
    taken = {_slug(county) for county in (*known, UNKNOWN_COUNTY)}
    for county in sorted(counties):
        slug = _slug(county)[:LONGEST_FOLDER]  # a file system takes 255 bytes
        folder, number = slug, 1
        while folder in taken and not (county in known or county == UNKNOWN_COUNTY):
            number += 1
            folder = f"{slug}-{number}"
        taken.add(folder)
        result[county] = folder
    return result


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unnamed"
