"""What can be wrong with a row of a statute list though its form is right, and between two rows.

Imports without pyspark.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, product

from clearance.errors import nearest
from clearance.prepare.citation.spelling import BOOKS_FILE, LETTERS_FILE, Spelling
from clearance.prepare.statutes.row import StatuteRow
from clearance.rulebook.cite_text import cites_nothing

Placed = tuple[str, StatuteRow]


def row_problems(row: StatuteRow, spelling: Spelling) -> Iterator[str]:
    """Why no charge could ever match a row, or nobody could look it up; each with what to do.

    Args:
        row: a row whose form is right.
        spelling: how charges are written.
    """
    book = row.code_book
    if book not in spelling.code_books:
        guess = nearest(book, list(spelling.code_books))
        hint = f"; did you mean {guess}?" if guess else ""
        yield f"{book} is no code book of {BOOKS_FILE}{hint}"
    end = spelling.ends_before.get(book)
    if end is not None and _number(row.section) >= end:
        yield f"{book} {row.section}: the {spelling.code_books[book]} ends before {end}"
    name = f"{book} {row.section}"
    if row.section[-1].isalpha() and name not in spelling.lettered_sections:
        yield (
            f"{name} is not in {LETTERS_FILE}, so no charge reads as it; add it there, or write "
            "the letter as a path"
        )
    for column, words in (("cite", row.cite), ("source", row.source)):
        if cites_nothing(words):
            yield f"{column} `{words}` cites nothing; name the section, the policy or what was read"


def _number(section: str) -> int:
    found = re.match(r"\d+", section)
    return int(found[0]) if found else 0


def find_clashes(rows: Iterable[Placed]) -> list[str]:
    """Pairs of rows that speak for the same charge on the same day: needless, or at odds.

    Rows of one path clash where both name the same words, or where the words of one hold those of
    the other, so that a charge says both; then only if they say different things.

    Args:
        rows: every row of every list, with its file and line.
    """
    together: defaultdict[tuple[str, str, str, str], list[Placed]] = defaultdict(list)
    for where, row in rows:
        together[(row.list, row.code_book, row.section, row.path or "")].append((where, row))
    return [
        problem
        for place in sorted(together)
        for earlier, later in combinations(sorted(together[place], key=_order), 2)
        for problem in _check_pair(earlier, later)
    ]


def _order(placed: Placed) -> tuple[str, int]:
    file, _, line = placed[0].rpartition(":")
    return file, int(line)


def _check_pair(earlier: Placed, later: Placed) -> Iterator[str]:
    (before, one), (where, other) = earlier, later
    if one.window[0] > other.window[1] or other.window[0] > one.window[1]:
        return
    if one.literal == other.literal:
        what = "repeats" if one.effects == other.effects else "disagrees with"
        yield f"{where}: {what} {before}, which holds on the same dates; keep one of them"
        return
    shared = _shared_words(one.literal, other.literal)
    if shared is not None and one.effects != other.effects:
        yield (
            f"{where}: disagrees with {before} about a charge that says {shared}; name words that "
            "only one of them has"
        )


def _shared_words(one: str | None, other: str | None) -> str | None:
    """Words with which a charge would match both; None where one row asks for none."""
    if one is None or other is None:
        return None
    for first, second in product(one.split("|"), other.split("|")):
        longer, shorter = (first, second) if len(first) >= len(second) else (second, first)
        if f" {shorter} " in f" {longer} ":
            return longer
    return None
