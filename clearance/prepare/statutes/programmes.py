"""Dispositions that name a statute: `DIVERTED PER 1000 PC`, and whether it is on the list meant.

The list is a statute list like any other, so that the law stands in one place. Imports without
pyspark.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from clearance.errors import nearest
from clearance.prepare.statutes.row import StatuteRow

SUBDIVISIONS = r"(?: ?\([A-Z0-9]{1,4}\)){0,6}"
ANOTHER_BOOK = r"(?! ?[A-Z]{2} ?(?:-|$))"


def cited_sections(name: str, rows: Sequence[StatuteRow]) -> tuple[str, ...]:
    """The sections of a list, as `PC 1000`.

    Args:
        name: the list.
        rows: of every list.

    Raises:
        ValueError: there is no such list, or it asks what a disposition's words cannot say.
    """
    listed = [row for row in rows if row.list == name]
    if not listed:
        guess = nearest(name, sorted({row.list for row in rows}))
        hint = f"; did you mean `{guess}`?" if guess else ""
        raise ValueError(f"no statute list is called `{name}`{hint}")
    asking = [r for r in listed if r.path or r.literal or r.needs or r.valid_from or r.valid_to]
    if asking:
        one = asking[0]
        raise ValueError(
            f"the list `{name}` asks more of {one.code_book} {one.section} than its number, which "
            "a disposition cannot tell; give it whole sections only"
        )
    return tuple(sorted(f"{row.code_book} {row.section}" for row in listed))


def citing_pattern(beginning: str, sections: Sequence[str]) -> str:
    """The pattern of a text that begins so and then cites one of the sections, in any subdivision.

    Args:
        beginning: the words before the section.
        sections: `cited_sections`.
    """
    return f"^{re.escape(beginning)} (?:{_any_section_pattern(sections)})"


def mentioning_pattern(sections: Sequence[str]) -> str:
    """The pattern of a text that cites one of the sections anywhere, in any subdivision.

    Args:
        sections: as `PC 1203.4`.
    """
    return rf"(?<![0-9.])(?:{_any_section_pattern(sections)})"


def _any_section_pattern(sections: Sequence[str]) -> str:
    by_book: defaultdict[str, list[str]] = defaultdict(list)
    for book, section in (name.split(" ") for name in sections):
        by_book[book].append(re.escape(section))
    return "|".join(
        rf"(?:{book} ?)?(?:{'|'.join(numbers)})(?!\.?[0-9]){SUBDIVISIONS}"
        rf"(?: ?{book}(?![A-Z])|{ANOTHER_BOOK})"
        for book, numbers in sorted(by_book.items())
    )
