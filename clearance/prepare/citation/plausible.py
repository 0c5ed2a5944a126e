"""Whether the number at the beginning of a text is a section, not a date, an amount, an address.

A wrong reading is worse than none: a text that is not parsed goes to the worklist.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.citation.patterns import END, YEAR, any_of, book
from clearance.prepare.citation.spelling import Spelling

DATE = r"^(\d{1,2}[/-]\d{1,2}[/-]\d{2}|\d{8})"


def is_charge(text: Column, cited: Column, rest: Column, spelling: Spelling) -> Column:
    """Whether the match of the citation's pattern is a citation, and complete.

    Args:
        text: the normalized text.
        cited: the match at its beginning; empty where there is none.
        rest: the text behind the match.
        spelling: how charges are written.
    """
    books, measures = any_of(spelling.code_books), any_of(spelling.measures)
    measured = rf"^\d{{1,2}} ?{measures} (?!-)|^[\d.,]+ ?{measures} ?{any_of(spelling.units)}{END}"
    # 11358 PC HS, 11357 HS-B
    another_book_or_letter = rf"^ ?{books}(?= ?-|$)|^[ ,./:-]+[A-EGHJ-L]\d?$"
    plausible_with_book = ~text.rlike(measured) & ~rest.rlike(another_book_or_letter)
    two_digits_allowed = any_of(entry.section for entry in spelling.about_others)
    too_short = (
        rf"^(?!{two_digits_allowed}{END})\d\d(?![\d.])(?!.*{any_of(spelling.short_sections)}{END})"
    )
    has_book = cited.rlike(rf"^\d\d.*{books}{END}") & ~cited.rlike(too_short)
    is_plausible = F.when(has_book, plausible_with_book).otherwise(
        (cited != "") & _looks_like_section(text, cited, rest, spelling)
    )
    letter_for_digit = cited.rlike(rf"\d{any_of(spelling.letters_like_digits)}(?![A-Z])")
    lettered = any_of(entry.section for entry in spelling.lettered)
    misspelt = letter_for_digit & ~cited.rlike(rf"(?<!\d){lettered}{END}")
    return is_plausible & ~misspelt


def _looks_like_section(text: Column, cited: Column, rest: Column, spelling: Spelling) -> Column:
    """Whether a citation without a code book is a section, not a date, an amount, an address."""
    units = any_of(spelling.units)
    prefixes = any_of((spelling.attempt.section, spelling.conspiracy.section))
    date_or_amount = text.rlike(rf"{DATE}|^{YEAR}|^[\d.,]+ ?-? ?{units}{END}")
    # Behind the citation: a digit, a bracket or a lone letter that belongs to it, or another code.
    incomplete = rest.rlike(
        rf"^ ?\(|^ ?[-/.,:;+&#]* ?\d|^[ ,./:-]*[A-Z]{END}|^ ?[A-Z]{{2}} ?(-|$)"
        rf"|^ ?{any_of(spelling.other_codes)}{END}"
    ) & ~rest.rlike(rf"^[ -]*\d{{1,3}}(?:\.\d{{1,2}})? ?{units}{END}")
    # A code book further on, with other text between the section and the book.
    book_apart = rest.rlike(rf"^.{{0,20}}(?<![A-Z0-9]){book(spelling)}")
    book_apart = book_apart & ~cited.rlike(rf"^{prefixes}{END}")
    address = rest.rlike(rf" {any_of(spelling.street_words)}{END}")
    long_section = cited.rlike(r"^\d{5}(?!\d)|\(")
    short_section = cited.rlike(r"^\d{3,4}(\.\d{1,5})?[A-Z]?($|[ /&,;+])") & rest.rlike(
        "^$|^ ?[-:,;/.]|^ [A-Z]{3}"
    )
    is_section = long_section | short_section
    return is_section & ~date_or_amount & ~incomplete & ~book_apart & ~address
