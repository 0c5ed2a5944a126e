"""Problems of the rows of statute lists whose form is valid, and conflicts between two rows.

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

# A row with its file and line.
LocatedRow = tuple[str, StatuteRow]


def row_problems(row: StatuteRow, spelling: Spelling) -> Iterator[str]:
    """Why no charge can match a row, or why its source cannot be looked up; each with a remedy.

    Args:
        row: a row whose form is valid.
        spelling: how charges are written.
    """
    book = row.code_book
    if book not in spelling.code_books:
        guess = nearest(book, list(spelling.code_books))
        hint = f"; did you mean {guess}?" if guess else ""
        yield f"{book} is no code book of {BOOKS_FILE}{hint}"
    end, number = spelling.ends_before.get(book), _number(row.section)
    if end is not None and number >= end:
        yield f"{book} {row.section}: the {spelling.code_books[book]} ends before {end}"
    elif book in spelling.code_books and not spelling.has_number(book, number):
        yield f"{book} {row.section}: a gap of the {spelling.code_books[book]} in {BOOKS_FILE}"
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
    digits = re.match(r"\d+", section)
    return int(digits[0]) if digits else 0


def find_clashes(rows: Iterable[LocatedRow]) -> list[str]:
    """The problems of pairs of rows that match the same charge on the same day.

    Two rows of one list and path clash where they have the same words. Where the words of one row
    contain those of the other, a charge may match both: these rows clash if their effects differ.

    Args:
        rows: every row of every list, with its file and line.
    """
    by_path: defaultdict[tuple[str, str, str, str], list[LocatedRow]] = defaultdict(list)
    for location, row in rows:
        by_path[(row.list, row.code_book, row.section, row.path or "")].append((location, row))
    return [
        problem
        for path in sorted(by_path)
        for earlier, later in combinations(sorted(by_path[path], key=_file_and_line), 2)
        for problem in _check_pair(earlier, later)
    ]


def _file_and_line(located: LocatedRow) -> tuple[str, int]:
    file, _, line = located[0].rpartition(":")
    return file, int(line)


def _check_pair(earlier: LocatedRow, later: LocatedRow) -> Iterator[str]:
    (earlier_location, earlier_row), (location, row) = earlier, later
    if earlier_row.window[0] > row.window[1] or row.window[0] > earlier_row.window[1]:
        return
    same_effects = earlier_row.effects == row.effects
    if earlier_row.literal == row.literal:
        verb = "repeats" if same_effects else "disagrees with"
        yield (
            f"{location}: {verb} {earlier_location}, which holds on the same dates; keep one of "
            "them"
        )
        return
    shared = _shared_words(earlier_row.literal, row.literal)
    if shared is not None and not same_effects:
        yield (
            f"{location}: disagrees with {earlier_location} about a charge that says {shared}; "
            "name words that only one of them has"
        )


def _shared_words(literal: str | None, other: str | None) -> str | None:
    """Words with which a charge would match both literals; None where a row has no literal."""
    if literal is None or other is None:
        return None
    for first, second in product(literal.split("|"), other.split("|")):
        longer, shorter = (first, second) if len(first) >= len(second) else (second, first)
        if f" {shorter} " in f" {longer} ":
            return longer
    return None
