"""The patterns of a citation: sections, subdivisions, and the joiners between two sections.

Every repetition is bounded or possessive (`*+`) and its alternatives exclude each other, so that
the time to find no match grows no faster than the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from clearance.prepare.citation.spelling import Spelling

NUMBER = r"[1-9]\d{0,5}(?:\.\d{1,5})?"
# Lazy, so that it leaves the letters of a code book that follows without a blank.
TAIL = r"(?:[A-Z]{1,2}(?:\d{1,2}[A-Z]?)?)??"
LETTER, DIGIT = r" ?\( ?[A-Z]{1,2} ?\)", r" ?\( ?\d{1,2} ?\)"
BRACKET = r" ?\( ?(?:[A-Z]{1,2}|[IVX]{3,4}|[A-Z]?\d{1,2}) ?\)"
SECTION = rf"{NUMBER}{TAIL}(?:{BRACKET})*+"
END = r"(?![A-Z0-9]|\.\d)"
YEAR = r"(?:19|20)\d\d(?![\d.(])"
AND = r"(?: ?[/,&+-] ?| AND )"


def any_of(words: Iterable[str]) -> str:
    """The pattern of any of the words, the longest first; without words it matches nothing."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + ("|".join(re.escape(word) for word in longest_first) or "(?!)") + ")"


def book(spelling: Spelling) -> str:
    """The pattern of a code book's two letters, with no letter or digit behind them."""
    return any_of(spelling.code_books) + END


def amount(spelling: Spelling) -> str:
    """The pattern of a number with a unit behind it: `100 PLANTS`."""
    return rf"\d[\d.,]{{0,9}} ?{any_of(spelling.units)}{END}"


def joiner_pattern(spelling: Spelling) -> str:
    """The pattern of a joiner between two sections: `/`, a comma, AND and the like.

    A comma, AND or OR before a short number, an amount or a year is no joiner.
    """
    year = rf"{YEAR}(?! ?{book(spelling)})"
    listed = rf"(?: ?[&,;+] ?| AND | OR )(?=[1-9]\d\d)(?!{amount(spelling)})(?!{year})"
    return rf"(?: ?/ ?(?=[1-9]\d)|{listed})"


def part(spelling: Spelling) -> str:
    """The pattern of a section with its subdivisions, with or without its code book."""
    return rf"{SECTION}(?: ?{book(spelling)}|(?<=\))|{END})"


def citation(spelling: Spelling) -> str:
    """The pattern of a citation: one or several sections, each with or without its code book."""
    return rf"{part(spelling)}(?:{joiner_pattern(spelling)}{part(spelling)})*"


def announcement_pattern(words: Iterable[str], spelling: Spelling) -> str:
    """The pattern of a charge's announcement: a word, or the number of a count (`CT 2`, `(2)`)."""
    counts, cited = any_of(spelling.count_words), rf"(?={SECTION} ?{book(spelling)})"
    counted = rf"{counts}[ .:#]{{0,2}}0{{0,2}}\d{{1,2}}{END}|\d{{1,2}} ?{counts}{END}"
    numbered = rf"[(#]?\d{{1,2}}\)|#\d{{1,2}}(?=[ .:])|\d{{1,2}}[.:] {cited}"
    return rf"(?:{any_of(words)}(?:\(S\)|{END})|{counted}|{numbered})"


def further_charge_pattern(spelling: Spelling) -> str:
    """The pattern of another charge in the words, as group 1.

    The charge has a code book, and a sign, AND or an announcement in front, or it is in front of
    all words. Words such as PRIOR around it exclude it.
    """
    past = any_of(spelling.past_words)
    announcement = announcement_pattern(spelling.charge_words, spelling)
    announcing = rf"(?<![A-Z0-9])(?<!{past} ){announcement}[ .:-]{{0,3}}"
    cited = rf"({citation(spelling)})(?<={any_of(spelling.code_books)})"
    prefixes = any_of((spelling.attempt.section, spelling.conspiracy.section))
    first = rf"^ ?[-(] ?(?!{prefixes}{END})|^ "
    in_front = rf"{first}|[;,&+] ?|(?<!W)/ ?| AND |{announcing}"
    return rf"(?:{in_front}){cited}(?! ?[(:-]? ?{past})"


def section_pattern(spelling: Spelling) -> str:
    """The pattern of a section anywhere in the words: with a code book, or of five digits."""
    five = rf"[1-9]\d{{4}}(?:\.\d{{1,5}})?{TAIL}(?:{BRACKET})*+{END}"
    return rf"(?<![A-Z0-9.])(?:{SECTION} ?{book(spelling)}|{five})"
