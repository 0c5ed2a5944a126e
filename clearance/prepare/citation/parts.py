"""The parts of a citation: each with its own code book, or the one that speaks for it too."""

from __future__ import annotations

import re

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.bind_once import bind_once
from clearance.prepare.citation.patterns import BRACKET, NUMBER, TAIL, any_of
from clearance.prepare.citation.spelling import PrefixSection, Spelling

CITED_TYPE = "struct<code_book:string,section:string,subdivisions:array<string>>"


def parts_of(pieces: Column, known: Spelling) -> Column:
    """The parts: code book (null where none speaks for it), section, subdivisions in order.

    Args:
        pieces: the citation, cut at what joins its sections.
        known: how charges are written.
    """
    books = any_of(known.code_books)
    shape = rf"^({NUMBER})({TAIL})((?:{BRACKET})*+)(?: ?({books}))?$"

    def read(piece: Column) -> Column:
        groups = [F.regexp_extract(piece, shape, group) for group in (1, 2, 3, 4)]
        number, tail, brackets, book = groups
        return F.struct(
            _book_of(number, book, known).alias("book"),
            F.when(book != "", book).alias("written"),
            number.alias("number"),
            tail.alias("tail"),
            brackets.alias("brackets"),
        )

    def with_books(raw: Column) -> Column:
        def cite(part: Column, at: Column) -> Column:
            book = F.coalesce(part["book"], _book_of_neighbour(raw, at, known))
            return bind_once(book, lambda given: _cited(part, given, known))

        return F.transform(raw, cite)

    return bind_once(F.transform(pieces, read), with_books)


def is_one_of(part: Column, marks: tuple[PrefixSection, ...]) -> Column:
    """Whether a part, or a charge, is one of the sections, whatever its subdivision.

    Args:
        part: with `code_book` and `section`.
        marks: the sections.
    """
    found = F.lit(False)
    for mark in marks:
        same = (part["section"] == mark.section) & (part["code_book"] == mark.code_book)
        found = found | F.coalesce(same, F.lit(False))
    return found


def _marks(known: Spelling) -> tuple[PrefixSection, ...]:
    """Sections that stand beside others of any code book: theirs does not speak for those."""
    return (known.attempt, known.conspiracy, *known.about_others)


def _book_of(number: Column, book: Column, known: Spelling) -> Column:
    """A part's own code book; that of the mark, where the part is a mark without one."""
    own = F.when(book != "", book)
    for mark in _marks(known):
        own = F.coalesce(own, F.when(number == mark.section, mark.code_book))
    return own


def _book_of_neighbour(raw: Column, at: Column, known: Spelling) -> Column:
    """The code book to the right that speaks for a part too, else the one to its left.

    To its right the book of a mark speaks for nothing: in 182 PC/11358 the second is no PC.
    """
    marks = [mark.section for mark in _marks(known)]
    right = F.filter(F.slice(raw, at + 2, F.size(raw)), lambda part: part["written"].isNotNull())
    left = F.filter(
        F.slice(raw, F.lit(1), at),
        lambda part: part["written"].isNotNull() & ~part["number"].isin(*marks),
    )
    return F.coalesce(F.get(right, F.lit(0))["written"], F.get(left, F.size(left) - 1)["written"])


def _lettered_pattern(known: Spelling) -> str:
    """The pattern of a lettered section, with its code book where the part has one."""
    named = [re.escape(name).split(r"\ ") for name in sorted(known.lettered_sections)]
    return "^(?:" + "|".join(f"(?:{book} )?{section}" for book, section in named) + ")$"


def _cited(part: Column, book: Column, known: Spelling) -> Column:
    """A part as code book, section with its letters, and subdivisions in order."""
    letters = F.lit("")
    for width in (1, 2):
        taken = F.regexp_extract(part["tail"], f"^[A-Z]{{{width}}}", 0)
        named = F.concat_ws(" ", book, F.concat(part["number"], taken)).rlike(
            _lettered_pattern(known)
        )
        letters = F.when(named, taken).otherwise(letters)

    def cite(own: Column) -> Column:
        tail = F.substr(part["tail"], F.length(own) + 1)
        names = F.concat(
            F.regexp_extract_all(tail, F.lit(r"[A-Z]|\d+"), F.lit(0)),
            F.regexp_extract_all(part["brackets"], F.lit(r"[A-Z]+|\d+"), F.lit(0)),
        )
        return F.struct(
            book.alias("code_book"),
            F.concat(part["number"], own).alias("section"),
            names.alias("subdivisions"),
        )

    return bind_once(letters, cite)
