"""Charge texts rewritten to the spelling of the grammar: single blanks, code books of two letters.

Each replacement is of one spelling that occurs in records; the comment above it shows examples.
"""

from __future__ import annotations

import re

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.citation.patterns import (
    AND,
    BRACKET,
    DIGIT,
    END,
    LETTER,
    NUMBER,
    SECTION,
    TAIL,
    amount,
    announcement_pattern,
    any_of,
    book,
    joiner_pattern,
    part,
)
from clearance.prepare.citation.spelling import PrefixSection, Spelling

# Kinds of dashes, blanks and brackets, and the plain sign for each.
SIGNS = "\u2010\u2011\u2012\u2013\u2014\u2212\u00a0\u3000\u00a7[]{}"
PLAIN_SIGNS = "------   ()()"
# A section of three to five digits, as nearly all have.
ORDINARY = rf"[1-9]\d{{2,4}}(?:\.\d{{1,5}})?{TAIL}(?:{BRACKET})*+"
STRAY = r"[ :;,.*/\"'_<>=~|!?-]"


def normalized(text: Column, spelling: Spelling) -> Column:
    """The text in upper case with single blanks and its citation in front.

    Args:
        text: a charge text, at most `grammar.LONGEST` long.
        spelling: how charges are written.
    """
    normal = F.regexp_replace(F.translate(F.upper(text), SIGNS, PLAIN_SIGNS), r"\s+", " ")
    for pattern, replacement in replacements(spelling):
        normal = F.regexp_replace(normal, pattern, replacement)
    return F.trim(normal)


def replacements(spelling: Spelling) -> list[tuple[str, str]]:
    """The patterns with their replacements, in the order in which they are applied."""
    long = rf"(?=\d{{3}}){SECTION}"
    attempt, section = spelling.attempt.section, rf"{SECTION}{END}"
    books = any_of(spelling.code_books)
    prefixes = (spelling.attempt, spelling.conspiracy)
    apart = [_prefix_apart(prefix, spelling) for prefix in prefixes]
    glued = [_prefix_glued(prefix, spelling) for prefix in prefixes]
    return [
        # 11,357 HS
        (r"(?<![\d.,])([1-9]\d?),(\d{3})(?![\d,])", "$1$2"),
        *_book_names(spelling),
        *_named_charges(spelling),
        *_letters(spelling),
        *_lead_words(spelling),
        *_principals(spelling),
        *glued,
        *apart,
        *_book_in_front(spelling),
        *glued,
        *apart,
        *_subdivisions(spelling),
        *_before_book(spelling),
        # 664 HS/11358 HS, 11360(A)/664 HS: the book is the charge's
        (rf"^({attempt}(?:{BRACKET})*+) ?{books} ?/ ?(?=[1-9])", "$1/"),
        (rf"^({section}) ?/ ?({attempt}) ?({books}){END}", "$1 $3/$2"),
        *_attempt_behind(spelling),
        *_conspiracy_behind(spelling),
        # 459-460 PC, but not 2010-11358 HS
        (rf"^((?!(?:19|20)\d\d-){long}) ?- ?(?={long} ?{book(spelling)})", "$1/"),
    ]


def _others(spelling: Spelling) -> str:
    """The pattern of the sections before the section to be rewritten: 664/, 459 PC/."""
    return rf"(?:{part(spelling)}{joiner_pattern(spelling)}){{0,3}}+"


def _book_names(spelling: Spelling) -> list[tuple[str, str]]:
    """H&S, P.C., PENAL CODE and (HS) as the two letters."""
    named = [
        (rf"(?<![A-Z&.]){any_of(names).replace('&', ' ?& ?')}(?![A-Z&])", code)
        for code, names in spelling.other_names.items()
    ]
    return [*named, (rf"(?<=[0-9)]|[0-9][A-Z]) ?\( ?({any_of(spelling.code_books)}) ?\)", " $1")]


def _named_charges(spelling: Spelling) -> list[tuple[str, str]]:
    """Charges in words, where the text has no other words: PROBATION VIOLATION."""
    return [
        (rf"^[^A-Z0-9]*{any_of(names)}[^A-Z0-9]*$", section)
        for section, names in spelling.named_charges.items()
    ]


def _letters(spelling: Spelling) -> list[tuple[str, str]]:
    """Other sections of attempt, and sections with their letter in brackets."""
    attempt = spelling.attempt
    attempts = [
        # 21A/459 PC, 459-21(A) PC, 664.21A PC: its code book, another section or nothing follows
        (
            rf"(?<![A-Z0-9(])(?:(?<!\.)|(?<={attempt.section}\.)){section[:-1]} ?"
            rf"(?:{section[-1]}|\( ?{section[-1]} ?\))"
            rf"(?= ?{attempt.code_book}{END}| ?[/,;&+-] ?[1-9]| [1-9]|$)",
            attempt.section,
        )
        for section in spelling.attempt_also
    ]
    # 653(F)(B) PC
    bracketed = [
        (rf"(?<![A-Z0-9.]){section[:-1]} ?\( ?{section[-1]} ?\)", section)
        for section in spelling.letters_in_brackets
    ]
    return [*attempts, *bracketed]


def _principals(spelling: Spelling) -> list[tuple[str, str]]:
    """The section of those who help, beside the crime itself, of which they are guilty."""
    if spelling.principal is None:
        return []
    section, code_book = re.escape(spelling.principal.section), spelling.principal.code_book
    cited = rf"(?:{any_of(spelling.code_books)} ?)?[1-9]\d\d"
    return [
        # 31/211 PC, 31 PC-211 PC
        (rf"^{section}(?: ?{code_book})? ?[/,&+-] ?(?={cited})", ""),
        # 211/31 PC
        (
            rf"^({ORDINARY}(?: ?{book(spelling)})?) ?[/,&+-] ?{section}(?= ?{code_book}{END})",
            "$1",
        ),
    ]


def _lead_words(spelling: Spelling) -> list[tuple[str, str]]:
    """Words and signs before the citation; words of attempt and conspiracy as their sections."""
    number = rf"(?=(?:{any_of(spelling.code_books)}[ .:-]{{0,2}})?[1-9]\d)"
    words = (
        (spelling.attempt_words, spelling.attempt.section),
        (spelling.conspiracy_words, spelling.conspiracy.section),
    )
    first = announcement_pattern((*spelling.lead_words, *spelling.charge_words), spelling)
    return [
        # :CHRG 11358 HS, CT 1: 11358 HS, (11358 HS), (F) 11358 HS, # 11358 HS
        (
            rf"^(?:{STRAY}|{first}|\((?=[1-9]\d\d)"
            rf"|(?:#|\(?[FMI]\)?[ -])(?= ?{SECTION} ?{book(spelling)}))*+",
            "",
        ),
        *[
            replacement
            for prefix_words, section in words
            for replacement in (
                # ATTEMPT 664/459 PC
                (rf"^{any_of(prefix_words)}[ :./-]+(?={section}{END})", ""),
                # ATT 459 PC, CONSPIRACY TO COMMIT 11358 HS
                (rf"^{any_of(prefix_words)}[ :./-]+(?:TO )?(?:COMMIT )?{number}", f"{section}/"),
            )
        ],
    ]


def _book_in_front(spelling: Spelling) -> list[tuple[str, str]]:
    """A code book before its section."""
    books = any_of(spelling.code_books)
    bare = rf"{SECTION}{END}"
    return [
        # PC 187(A) PC
        (rf"^({books}) ?(?={SECTION} ?\1{END})", ""),
        # HS 11358, PC 664/HS 11358
        (
            rf"(^|[/,;&+] ?| AND )({books})[ .:-]{{0,2}}"
            rf"({bare}(?:{joiner_pattern(spelling)}{bare})*)(?! ?{books}{END})",
            "$1$3 $2",
        ),
    ]


def _subdivisions(spelling: Spelling) -> list[tuple[str, str]]:
    """Subdivisions that are separate from their section."""
    books = any_of(spelling.code_books)
    begun = rf"(?<![A-Z0-9.])({NUMBER}{TAIL}(?:{BRACKET})*)"
    # 23152A/B VC
    bare = (
        rf"^({_others(spelling)})({NUMBER})([A-Z]) ?/ ?([A-Z])(?= ?{book(spelling)}|$)",
        "$1$2$3/$2$4",
    )
    # 23152(A)/(B) VC, 667(B)-(I) PC: the second subdivision replaces the last of its kind.
    letters = (rf"{begun}({LETTER}(?:{DIGIT})*){AND}(?=\( ?[A-Z])", "$1$2/$1")
    digits = (rf"{begun}({DIGIT}(?:{LETTER})*){AND}(?=\( ?\d)", "$1$2/$1")
    return [
        # 11357 B2 HS, 11357-B HS
        (rf"^({_others(spelling)}{NUMBER})[ .-]([A-Z]\d{{0,2}})(?= {book(spelling)})", "$1$2"),
        # 11357 HS(B); (F), (M), (I) there are levels
        (
            rf"^({_others(spelling)}{NUMBER}) ?({books})"
            rf" ?(\( ?(?![FMI] ?\))[A-Z] ?\)(?:{BRACKET})*+)",
            "$1$3 $2",
        ),
        bare,
        *[letters, digits] * 2,
    ]


def _before_book(spelling: Spelling) -> list[tuple[str, str]]:
    """Stray signs between a section and its code book."""
    books = any_of(spelling.code_books)
    return [
        # 11358.HS, 11358: HS-CULTIVATE
        (rf"^({_others(spelling)}{SECTION}{END}) ?[.,:;_/] ?({books})(?=[-:;,. ]|$)", "$1 $2"),
        # 11358-HS, 11358 - HS - CULTIVATE; in 11357-CA RESIDENT the letters are words
        (rf"^({_others(spelling)}{SECTION}{END}) ?- ?({books})(?= ?[-:;,.]|$)", "$1 $2"),
    ]


def _attempt_behind(spelling: Spelling) -> list[tuple[str, str]]:
    """The section of attempt behind the section that was attempted, however they are joined."""
    attempt, books = rf"{spelling.attempt.section}(?:{BRACKET})*+", any_of(spelling.code_books)
    last = rf"{END}(?!{joiner_pattern(spelling)})"
    return [
        # 487(A)-664 PC, 487(A),664 PC, 487(A) 664 PC: the book is the charge's
        (rf"^({ORDINARY}{END})(?: ?[-,&+] ?| AND | )({attempt}) ?({books}){last}", "$1 $3/$2"),
        # 487(A) PC-664 PC, 11359 HS, 664 PC
        (
            rf"^({ORDINARY} ?{books})(?: ?[-,&+] ?| AND | )({attempt})"
            rf"(?: ?{spelling.attempt.code_book})?{last}",
            "$1/$2",
        ),
        # 11359.664 HS, 11359664 HS; one book has sections of six digits, which begin with 1
        (rf"^(?!1\d{{5}}(?!\d))([1-9]\d{{2,4}})\.?({attempt}) ?({books}){last}", "$1 $3/$2"),
    ]


def _conspiracy_behind(spelling: Spelling) -> list[tuple[str, str]]:
    """The section of conspiracy behind a dash and the section that was agreed upon."""
    conspiracy, books = spelling.conspiracy, any_of(spelling.code_books)
    section = rf"{conspiracy.section}(?:{BRACKET})*+"
    last = rf"{END}(?!{joiner_pattern(spelling)})"
    return [
        # 11359 HS-182 PC, but not 459 PC-182 DAYS
        (rf"^({ORDINARY} ?{books}) ?- ?({section}) ?{conspiracy.code_book}{last}", "$1/$2"),
        # 11359-182 HS: the book is the charge's
        (rf"^({ORDINARY}{END}) ?- ?({section}) ?({books}){last}", "$1 $3/$2"),
    ]


def _prefix_glued(prefix: PrefixSection, spelling: Spelling) -> tuple[str, str]:
    """664487(A) PC, 664.487(A) PC, 664(A).11359 HS: no book has sections with such a number."""
    prefix_section = rf"{re.escape(prefix.section)}(?:{BRACKET})*+"
    return (rf"^({prefix_section})[.:*]?(?={ORDINARY}(?: ?{book(spelling)}|$))", "$1/")


def _prefix_apart(prefix: PrefixSection, spelling: Spelling) -> tuple[str, str]:
    """664 PC-187(A) PC, 664 HS 11358: a dash or a blank joins the prefix and the charge."""
    prefix_section = rf"{re.escape(prefix.section)}(?:{BRACKET})*+(?: ?{prefix.code_book})?"
    cited = rf"(?:{any_of(spelling.code_books)}[ .:-]{{0,2}})?[1-9]\d\d"
    return (rf"^({prefix_section})(?: ?- ?| )(?={cited})(?!{amount(spelling)})", "$1/")
