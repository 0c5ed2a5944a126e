"""Patterns of disposition texts that cite a section of a statute list: `DIVERTED PER 1000 PC`.

The rules for dispositions name the list, so that its sections are written in one place only.
Imports without pyspark.
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
        rows: the rows of every list.

    Raises:
        ValueError: there is no such list, or it has a row for which a section is not enough.
    """
    rows_of_list = [row for row in rows if row.list == name]
    if not rows_of_list:
        guess = nearest(name, sorted({row.list for row in rows}))
        hint = f"; did you mean `{guess}`?" if guess else ""
        raise ValueError(f"no statute list is called `{name}`{hint}")
    for row in rows_of_list:
        if row.path or row.literal or row.needs or row.valid_from or row.valid_to:
            raise ValueError(
                f"the list `{name}` asks more of {row.code_book} {row.section} than its number, "
                "which a disposition cannot tell; give it whole sections only"
            )
    return tuple(sorted(f"{row.code_book} {row.section}" for row in rows_of_list))


def citing_pattern(beginning: str, sections: Sequence[str]) -> str:
    """The pattern of a text with a given beginning that then cites any of the sections.

    A subdivision may follow the section.

    Args:
        beginning: the words before the section.
        sections: `cited_sections`.
    """
    return f"^{re.escape(beginning)} (?:{_any_section_pattern(sections)})"


def mentioning_pattern(sections: Sequence[str]) -> str:
    """The pattern of a text that cites any of the sections anywhere, with or without subdivision.

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
