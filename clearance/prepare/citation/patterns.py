"""The shape of a citation, as patterns: what a section looks like, what joins two of them.

Every repetition is bounded or possessive (`*+`) and its alternatives exclude each other, so that a
text that fails to match fails in a time that grows with its length and not faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from clearance.prepare.citation.spelling import Spelling

NUMBER = r"[1-9]\d{0,5}(?:\.\d{1,5})?"
# Lazy, so that the letters of a code book that follows without a blank are not taken.
TAIL = r"(?:[A-Z]{1,2}(?:\d{1,2}[A-Z]?)?)??"
LETTER, DIGIT = r" ?\( ?[A-Z]{1,2} ?\)", r" ?\( ?\d{1,2} ?\)"
BRACKET = r" ?\( ?(?:[A-Z]{1,2}|[IVX]{3,4}|[A-Z]?\d{1,2}) ?\)"
SECTION = rf"{NUMBER}{TAIL}(?:{BRACKET})*+"
END = r"(?![A-Z0-9]|\.\d)"
YEAR = r"(?:19|20)\d\d(?![\d.(])"
AND = r"(?: ?[/,&+-] ?| AND )"


def any_of(words: Iterable[str]) -> str:
    """A pattern of one of the words, the longest first; it matches nothing where there is none."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + ("|".join(re.escape(word) for word in longest_first) or "(?!)") + ")"


def book(known: Spelling) -> str:
    """The pattern of a code book's two letters, with nothing glued to them."""
    return any_of(known.code_books) + END


def amount(known: Spelling) -> str:
    """The pattern of a number with a unit behind it: `100 PLANTS`."""
    return rf"\d[\d.,]{{0,9}} ?{any_of(known.units)}{END}"


def joiner_pattern(known: Spelling) -> str:
    """The pattern of what joins a section and the next one: `/`, a comma, AND and the like.

    After a comma, AND or OR a short number, an amount or a year is not the next section.
    """
    year = rf"{YEAR}(?! ?{book(known)})"
    listed = rf"(?: ?[&,;+] ?| AND | OR )(?=[1-9]\d\d)(?!{amount(known)})(?!{year})"
    return rf"(?: ?/ ?(?=[1-9]\d)|{listed})"


def part(known: Spelling) -> str:
    """The pattern of a section with its subdivisions and, where it has one, its code book."""
    return rf"{SECTION}(?: ?{book(known)}|(?<=\))|{END})"


def citation(known: Spelling) -> str:
    """The pattern of a citation: a section or several, each with or without its code book."""
    return rf"{part(known)}(?:{joiner_pattern(known)}{part(known)})*"


def announcement_pattern(words: Iterable[str], known: Spelling) -> str:
    """The pattern of what announces a charge: a word or the number of a count (`CT 2`, `(2)`)."""
    counts, cited = any_of(known.count_words), rf"(?={SECTION} ?{book(known)})"
    counted = rf"{counts}[ .:#]{{0,2}}0{{0,2}}\d{{1,2}}{END}|\d{{1,2}} ?{counts}{END}"
    numbered = rf"[(#]?\d{{1,2}}\)|#\d{{1,2}}(?=[ .:])|\d{{1,2}}[.:] {cited}"
    return rf"(?:{any_of(words)}(?:\(S\)|{END})|{counted}|{numbered})"


def further_charge_pattern(known: Spelling) -> str:
    """The pattern of another charge in the words, as group 1: with a code book, and set off.

    First of all words, behind a sign, AND, or what announces a charge; one that is merely
    mentioned is none, nor one that the words call past.
    """
    past = any_of(known.past_words)
    announcing = (
        rf"(?<![A-Z0-9])(?<!{past} ){announcement_pattern(known.charge_words, known)}[ .:-]{{0,3}}"
    )
    cited = rf"({citation(known)})(?<={any_of(known.code_books)})"
    marks = any_of((known.attempt.section, known.conspiracy.section))
    first = rf"^ ?[-(] ?(?!{marks}{END})|^ "
    before = rf"{first}|[;,&+] ?|(?<!W)/ ?| AND |{announcing}"
    return rf"(?:{before}){cited}(?! ?[(:-]? ?{past})"


def section_pattern(known: Spelling) -> str:
    """The pattern of a section anywhere in the words: with a code book, or of five digits."""
    five = rf"[1-9]\d{{4}}(?:\.\d{{1,5}})?{TAIL}(?:{BRACKET})*+{END}"
    return rf"(?<![A-Z0-9.])(?:{SECTION} ?{book(known)}|{five})"
