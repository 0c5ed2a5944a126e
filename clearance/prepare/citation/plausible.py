"""Whether a number at the beginning of a text is a section, or a date, an amount, an address.

A wrong reading is worse than none: what is not read goes to the worklist.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import looked_up
from clearance.prepare.citation.patterns import END, YEAR, any_of, book
from clearance.prepare.citation.spelling import Spelling

DATE = r"^(\d{1,2}[/-]\d{1,2}[/-]\d{2}|\d{8})"


def is_charge(tidy: Column, cited: Column, rest: Column, known: Spelling) -> Column:
    """Whether what looks like a citation is one, and was read to its end.

    Args:
        tidy: the text, made even.
        cited: the citation at its beginning; empty where there is none.
        rest: what stands behind it.
        known: how charges are written.
    """
    books, measures = any_of(known.code_books), any_of(known.measures)
    measured = rf"^\d{{1,2}} ?{measures} (?!-)|^[\d.,]+ ?{measures} ?{any_of(known.units)}{END}"
    # 11358 PC HS, 11357 HS-B
    unsure = rf"^ ?{books}(?= ?-|$)|^[ ,./:-]+[A-EGHJ-L]\d?$"
    with_book = ~tidy.rlike(measured) & ~rest.rlike(unsure)
    others = any_of(mark.section for mark in known.about_others)
    short = rf"^(?!{others}{END})\d\d(?![\d.])(?!.*{any_of(known.short_sections)}{END})"
    has_book = cited.rlike(rf"^\d\d.*{books}{END}") & ~cited.rlike(short)
    read = F.when(has_book, with_book).otherwise(
        (cited != "") & _looks_like_section(tidy, cited, rest, known)
    )
    torn = cited.rlike(rf"\d{any_of(known.letters_like_digits)}(?![A-Z])") & ~cited.rlike(
        rf"(?<!\d){any_of(entry.section for entry in known.lettered)}{END}"
    )
    return read & ~torn & ~_exceeds_book(cited, known)


def _exceeds_book(cited: Column, known: Spelling) -> Column:
    """Whether the code book, or where none is named every one, ends before such a number."""
    number = F.regexp_extract(cited, r"^\d+", 0)
    named = F.regexp_extract(cited, rf"({any_of(known.code_books)}){END}", 1)
    end = F.coalesce(looked_up(named, known.ends_before, "int"), F.lit(known.no_section_from))
    return F.coalesce(number.try_cast("int") >= end, F.lit(False))


def _looks_like_section(tidy: Column, cited: Column, rest: Column, known: Spelling) -> Column:
    """Whether a citation without a code book is one, and not a date, an amount, an address."""
    units, marks = any_of(known.units), any_of((known.attempt.section, known.conspiracy.section))
    number = tidy.rlike(rf"{DATE}|^{YEAR}|^[\d.,]+ ?-? ?{units}{END}")
    # A digit, a bracket or a lone letter that should have been read, or another code.
    torn = rest.rlike(
        rf"^ ?\(|^ ?[-/.,:;+&#]* ?\d|^[ ,./:-]*[A-Z]{END}|^ ?[A-Z]{{2}} ?(-|$)"
        rf"|^ ?{any_of(known.other_codes)}{END}"
    ) & ~rest.rlike(rf"^[ -]*\d{{1,3}}(?:\.\d{{1,2}})? ?{units}{END}")
    # A code book further on: something stands between it and the section.
    apart = rest.rlike(rf"^.{{0,20}}(?<![A-Z0-9]){book(known)}") & ~cited.rlike(rf"^{marks}{END}")
    address = rest.rlike(rf" {any_of(known.street_words)}{END}")
    long_enough = cited.rlike(r"^\d{5}(?!\d)|\(")
    alone = cited.rlike(r"^\d{3,4}(\.\d{1,5})?[A-Z]?($|[ /&,;+])") & rest.rlike(
        "^$|^ ?[-:,;/.]|^ [A-Z]{3}"
    )
    return (long_enough | alone) & ~number & ~torn & ~apart & ~address
