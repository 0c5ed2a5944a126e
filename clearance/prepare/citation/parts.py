"""The parts of a citation: each with its own code book, or that of a neighbouring part."""

from __future__ import annotations

import re
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import looked_up
from clearance.prepare.bind_once import bind_once
from clearance.prepare.citation.patterns import BRACKET, NUMBER, TAIL, any_of
from clearance.prepare.citation.spelling import PrefixSection, Spelling

CITED_TYPE = "struct<code_book:string,section:string,subdivisions:array<string>>"


def parts_of(pieces: Column, spelling: Spelling) -> Column:
    """The parts: code book (null where no part of the citation names it), section, subdivisions.

    Args:
        pieces: the texts between the joiners of the citation.
        spelling: how charges are written.
    """
    books = any_of(spelling.code_books)
    shape = rf"^({NUMBER})({TAIL})((?:{BRACKET})*+)(?: ?({books}))?$"

    def split_piece(piece: Column) -> Column:
        groups = [F.regexp_extract(piece, shape, group) for group in (1, 2, 3, 4)]
        number, tail, brackets, book = groups
        return F.struct(
            _book_of(number, book, spelling).alias("book"),
            F.when(book != "", book).alias("written"),
            number.alias("number"),
            tail.alias("tail"),
            brackets.alias("brackets"),
        )

    def with_books(split_pieces: Column) -> Column:
        def with_book(part: Column, index: Column) -> Column:
            neighbour_book = _book_of_neighbour(split_pieces, index, spelling)
            book = F.coalesce(part["book"], neighbour_book)
            return bind_once(book, lambda book: _cited(part, book, spelling))

        return F.transform(split_pieces, with_book)

    return bind_once(F.transform(pieces, split_piece), with_books)


def is_one_of(part: Column, sections: tuple[PrefixSection, ...]) -> Column:
    """Whether a part, or a charge, is one of the sections, whatever its subdivision.

    Args:
        part: with `code_book` and `section`.
        sections: the sections, with their code books.
    """
    is_any = F.lit(False)
    for entry in sections:
        same = (part["section"] == entry.section) & (part["code_book"] == entry.code_book)
        is_any = is_any | F.coalesce(same, F.lit(False))
    return is_any


def is_in_no_book(part: Column, spelling: Spelling) -> Column:
    """Whether the code book of a part, or any book where it has none, lacks such a section.

    Args:
        part: with `code_book` and `section`.
        spelling: how charges are written.
    """
    book, number = part["code_book"], F.regexp_extract(part["section"], r"^\d+", 0).cast("int")
    end = F.coalesce(looked_up(book, spelling.ends_before, "int"), F.lit(spelling.no_section_from))

    def is_missing(number: Column) -> Column:
        gaps = (
            (book == name) & number.between(low, high)
            for name, ranges in spelling.gaps.items()
            for low, high in ranges
        )
        return reduce(or_, gaps, number >= end)

    is_number_missing = F.coalesce(bind_once(number, is_missing), F.lit(False))
    return is_number_missing | is_one_of(part, spelling.no_such_sections)


def _prefix_sections(spelling: Spelling) -> tuple[PrefixSection, ...]:
    """Sections that are cited beside sections of any code book, not only of their own."""
    return (spelling.attempt, spelling.conspiracy, *spelling.about_others)


def _book_of(number: Column, book: Column, spelling: Spelling) -> Column:
    """The code book that a part names; where it names none, that of a prefix section; else null."""
    named = F.when(book != "", book)
    for prefix in _prefix_sections(spelling):
        named = F.coalesce(named, F.when(number == prefix.section, prefix.code_book))
    return named


def _book_of_neighbour(split_pieces: Column, index: Column, spelling: Spelling) -> Column:
    """The next code book that is written to the right of a part, else the last to its left.

    To the left the book of a prefix section does not count: in 182 PC/11358, 11358 is not PC.
    """
    prefixes = [prefix.section for prefix in _prefix_sections(spelling)]
    right = F.filter(
        F.slice(split_pieces, index + 2, F.size(split_pieces)),
        lambda part: part["written"].isNotNull(),
    )
    left = F.filter(
        F.slice(split_pieces, F.lit(1), index),
        lambda part: part["written"].isNotNull() & ~part["number"].isin(*prefixes),
    )
    return F.coalesce(F.get(right, F.lit(0))["written"], F.get(left, F.size(left) - 1)["written"])


def _lettered_pattern(spelling: Spelling) -> str:
    """The pattern of a lettered section, with its code book where the part has one."""
    names = [re.escape(name).split(r"\ ") for name in sorted(spelling.lettered_sections)]
    return "^(?:" + "|".join(f"(?:{book} )?{section}" for book, section in names) + ")$"


def _cited(part: Column, book: Column, spelling: Spelling) -> Column:
    """A part as code book, section with its letters, and subdivisions in order."""
    letters = F.lit("")
    for width in (1, 2):
        first_letters = F.regexp_extract(part["tail"], f"^[A-Z]{{{width}}}", 0)
        name = F.concat_ws(" ", book, F.concat(part["number"], first_letters))
        is_lettered = name.rlike(_lettered_pattern(spelling))
        letters = F.when(is_lettered, first_letters).otherwise(letters)

    def cited_with(letters: Column) -> Column:
        tail = F.substr(part["tail"], F.length(letters) + 1)
        subdivisions = F.concat(
            F.regexp_extract_all(tail, F.lit(r"[A-Z]|\d+"), F.lit(0)),
            F.regexp_extract_all(part["brackets"], F.lit(r"[A-Z]+|\d+"), F.lit(0)),
        )
        return F.struct(
            book.alias("code_book"),
            F.concat(part["number"], letters).alias("section"),
            subdivisions.alias("subdivisions"),
        )

    return bind_once(letters, cited_with)
