"""Which counties to publish, and the folder of each."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.charges.fields import present
from clearance.errors import UsageError, nearest

UNKNOWN = "UNKNOWN"
LONGEST_FOLDER = 80


def county_of(name: Column) -> Column:
    """The county's name as every table writes it."""
    return F.coalesce(F.upper(present(name)), F.lit(UNKNOWN))


def known_counties(rules: Path) -> list[str]:
    """The 58 counties of the rulebook, upper case; empty where it lists none.

    Args:
        rules: the rulebook's folder.
    """
    for path in sorted(rules.rglob("counties.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.DictReader(row for row in file if not row.startswith("#"))
            column = next((f for f in lines.fieldnames or [] if f in ("county", "name")), None)
            if column is not None:
                return [row[column].strip().upper() for row in lines]
    return []


def chosen(
    asked: Iterable[str] | None, *, in_store: Iterable[str], known: Iterable[str]
) -> list[str]:
    """The counties to publish, in alphabetical order.

    Args:
        asked: names as written on the command line; None means all of the store.
        in_store: counties that have people.
        known: counties of the rulebook.

    Raises:
        UsageError: a name that is neither.
    """
    there = set(in_store)
    if asked is None:
        return sorted(there)
    by_folder = {_slug(name): name for name in sorted({*known, *there})}
    result = set()
    for name in asked:
        county = by_folder.get(_slug(name))
        if county is None:
            guess = nearest(name.upper(), sorted(by_folder.values()))
            hint = f"Did you mean `{guess}`?" if guess else "Leave --county out for all of them."
            raise UsageError(f"There is no county `{name}`.", hint)
        result.add(county)
    return sorted(result)


def folders(counties: Iterable[str]) -> dict[str, str]:
    """The packet folder of each county: lower case with hyphens, no two the same.

    Args:
        counties: names.
    """
    result: dict[str, str] = {}
    taken: set[str] = set()
    for county in sorted(counties):
        slug = _slug(county)[:LONGEST_FOLDER]  # a file system takes 255 bytes
        folder, number = slug, 1
        while folder in taken:
            number += 1
            folder = f"{slug}-{number}"
        taken.add(folder)
        result[county] = folder
    return result


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unnamed"
