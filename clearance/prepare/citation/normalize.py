"""Charge texts made even before they are read: one blank, one way to write a code book.

Each step rewrites one habit of the people who type charges; the comment above it shows one.
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

# Kinds of dashes, blanks and brackets, and what they are read as.
SIGNS = "\u2010\u2011\u2012\u2013\u2014\u2212\u00a0\u3000\u00a7[]{}"
PLAIN_SIGNS = "------   ()()"
# A section of three to five digits, as nearly all have.
ORDINARY = rf"[1-9]\d{{2,4}}(?:\.\d{{1,5}})?{TAIL}(?:{BRACKET})*+"
STRAY = r"[ :;,.*/\"'_<>=~|!?-]"


def normalized(text: Column, known: Spelling) -> Column:
    """The text in upper case with single blanks and its citation in front.

    Args:
        text: a charge text, no longer than a pattern may repeat over.
        known: how charges are written.
    """
    tidy = F.regexp_replace(F.translate(F.upper(text), SIGNS, PLAIN_SIGNS), r"\s+", " ")
    for pattern, instead in steps(known):
        tidy = F.regexp_replace(tidy, pattern, instead)
    return F.trim(tidy)


def steps(known: Spelling) -> list[tuple[str, str]]:
    """What is replaced by what, in order."""
    long = rf"(?=\d{{3}}){SECTION}"
    attempt, section = known.attempt.section, rf"{SECTION}{END}"
    books = any_of(known.code_books)
    marks = [_after_mark(mark, known) for mark in (known.attempt, known.conspiracy)]
    glued = [_glued(mark, known) for mark in (known.attempt, known.conspiracy)]
    return [
        # 11,357 HS
        (r"(?<![\d.,])([1-9]\d?),(\d{3})(?![\d,])", "$1$2"),
        *_book_names(known),
        *_named_charges(known),
        *_lettered(known),
        *_in_front(known),
        *_principals(known),
        *glued,
        *marks,
        *_book_in_front(known),
        *glued,
        *marks,
        *_subdivisions(known),
        *_before_book(known),
        # 664 HS/11358 HS, 11360(A)/664 HS: the book is the charge's
        (rf"^({attempt}(?:{BRACKET})*+) ?{books} ?/ ?(?=[1-9])", "$1/"),
        (rf"^({section}) ?/ ?({attempt}) ?({books}){END}", "$1 $3/$2"),
        *_mark_behind(known),
        # 459-460 PC, but not 2010-11358 HS
        (rf"^((?!(?:19|20)\d\d-){long}) ?- ?(?={long} ?{book(known)})", "$1/"),
    ]


def _others(known: Spelling) -> str:
    """The pattern of sections that stand before the one to be rewritten: 664/, 459 PC/."""
    return rf"(?:{part(known)}{joiner_pattern(known)}){{0,3}}+"


def _book_names(known: Spelling) -> list[tuple[str, str]]:
    """H&S, P.C., PENAL CODE and (HS) as the two letters."""
    named = [
        (rf"(?<![A-Z&.]){any_of(names).replace('&', ' ?& ?')}(?![A-Z&])", code)
        for code, names in known.other_names.items()
    ]
    return [*named, (rf"(?<=[0-9)]|[0-9][A-Z]) ?\( ?({any_of(known.code_books)}) ?\)", " $1")]


def _named_charges(known: Spelling) -> list[tuple[str, str]]:
    """PROBATION VIOLATION, where nothing else stands there."""
    return [
        (rf"^[^A-Z0-9]*{any_of(names)}[^A-Z0-9]*$", cited)
        for cited, names in known.named_charges.items()
    ]


def _lettered(known: Spelling) -> list[tuple[str, str]]:
    """Other names of the mark of attempt, and letters that stand in brackets."""
    mark = known.attempt
    also = [
        # 21A/459 PC, 459-21(A) PC: its book, another section or nothing follows.
        (
            rf"(?<![A-Z0-9(])(?:(?<!\.)|(?<={mark.section}\.)){name[:-1]} ?"
            rf"(?:{name[-1]}|\( ?{name[-1]} ?\))"
            rf"(?= ?{mark.code_book}{END}| ?[/,;&+-] ?[1-9]| [1-9]|$)",
            mark.section,
        )
        for name in known.attempt_also
    ]
    bracketed = [
        (rf"(?<![A-Z0-9.]){name[:-1]} ?\( ?{name[-1]} ?\)", name)
        for name in known.letters_in_brackets
    ]
    return [*also, *bracketed]


def _principals(known: Spelling) -> list[tuple[str, str]]:
    """31/211 PC, 31 PC-211 PC, 211/31 PC: who helped is guilty of the crime itself."""
    mark = known.principal
    if mark is None:
        return []
    section, own = re.escape(mark.section), rf"(?: ?{mark.code_book})?"
    return [
        (rf"^{section}{own} ?[/,&+-] ?(?=(?:{any_of(known.code_books)} ?)?[1-9]\d\d)", ""),
        (
            rf"^({ORDINARY}(?: ?{book(known)})?) ?[/,&+-] ?{section}(?= ?{mark.code_book}{END})",
            "$1",
        ),
    ]


def _in_front(known: Spelling) -> list[tuple[str, str]]:
    number = rf"(?=(?:{any_of(known.code_books)}[ .:-]{{0,2}})?[1-9]\d)"
    words = (
        (known.attempt_words, known.attempt.section),
        (known.conspiracy_words, known.conspiracy.section),
    )
    first = announcement_pattern((*known.lead_words, *known.charge_words), known)
    return [
        # :CHRG 11358 HS, CT 1: 11358 HS, (11358 HS), (F) 11358 HS, # 11358 HS
        (
            rf"^(?:{STRAY}|{first}|\((?=[1-9]\d\d)"
            rf"|(?:#|\(?[FMI]\)?[ -])(?= ?{SECTION} ?{book(known)}))*+",
            "",
        ),
        *[
            step
            for said, section in words
            for step in (
                # ATTEMPT 664/459 PC
                (rf"^{any_of(said)}[ :./-]+(?={section}{END})", ""),
                # ATT 459 PC, CONSPIRACY TO COMMIT 11358 HS
                (rf"^{any_of(said)}[ :./-]+(?:TO )?(?:COMMIT )?{number}", f"{section}/"),
            )
        ],
    ]


def _book_in_front(known: Spelling) -> list[tuple[str, str]]:
    books = any_of(known.code_books)
    bare = rf"{SECTION}{END}"
    return [
        # PC 187(A) PC
        (rf"^({books}) ?(?={SECTION} ?\1{END})", ""),
        # HS 11358, PC 664/HS 11358
        (
            rf"(^|[/,;&+] ?| AND )({books})[ .:-]{{0,2}}"
            rf"({bare}(?:{joiner_pattern(known)}{bare})*)(?! ?{books}{END})",
            "$1$3 $2",
        ),
    ]


def _subdivisions(known: Spelling) -> list[tuple[str, str]]:
    """Subdivisions that stand apart from their section."""
    books = any_of(known.code_books)
    begun = rf"(?<![A-Z0-9.])({NUMBER}{TAIL}(?:{BRACKET})*)"
    # 23152A/B VC
    bare = (
        rf"^({_others(known)})({NUMBER})([A-Z]) ?/ ?([A-Z])(?= ?{book(known)}|$)",
        "$1$2$3/$2$4",
    )
    # 23152(A)/(B) VC, 667(B)-(I) PC: what follows takes the place of the last of its kind.
    letters = (rf"{begun}({LETTER}(?:{DIGIT})*){AND}(?=\( ?[A-Z])", "$1$2/$1")
    digits = (rf"{begun}({DIGIT}(?:{LETTER})*){AND}(?=\( ?\d)", "$1$2/$1")
    return [
        # 11357 B2 HS, 11357-B HS
        (rf"^({_others(known)}{NUMBER})[ .-]([A-Z]\d{{0,2}})(?= {book(known)})", "$1$2"),
        # 11357 HS(B); (F), (M), (I) there are levels
        (
            rf"^({_others(known)}{NUMBER}) ?({books}) ?(\( ?(?![FMI] ?\))[A-Z] ?\)(?:{BRACKET})*+)",
            "$1$3 $2",
        ),
        bare,
        *[letters, digits] * 2,
    ]


def _before_book(known: Spelling) -> list[tuple[str, str]]:
    """Stray signs between a section and its code book."""
    books = any_of(known.code_books)
    return [
        # 11358.HS, 11358: HS-CULTIVATE
        (rf"^({_others(known)}{SECTION}{END}) ?[.,:;_/] ?({books})(?=[-:;,. ]|$)", "$1 $2"),
        # 11358-HS, 11358 - HS - CULTIVATE; in 11357-CA RESIDENT the letters are words
        (rf"^({_others(known)}{SECTION}{END}) ?- ?({books})(?= ?[-:;,.]|$)", "$1 $2"),
    ]


def _mark_behind(known: Spelling) -> list[tuple[str, str]]:
    """An attempt's section behind the one it is about, in whatever way it is joined."""
    attempt, books = rf"{known.attempt.section}(?:{BRACKET})*+", any_of(known.code_books)
    agreed = rf"{known.conspiracy.section}(?:{BRACKET})*+"
    last = rf"{END}(?!{joiner_pattern(known)})"
    return [
        # 487(A)-664 PC, 487(A),664 PC, 487(A) 664 PC: the book is the charge's
        (rf"^({ORDINARY}{END})(?: ?[-,&+] ?| AND | )({attempt}) ?({books}){last}", "$1 $3/$2"),
        # 487(A) PC-664 PC, 11359 HS, 664 PC
        (
            rf"^({ORDINARY} ?{books})(?: ?[-,&+] ?| AND | )({attempt})"
            rf"(?: ?{known.attempt.code_book})?{last}",
            "$1/$2",
        ),
        # 11359 HS-182 PC, but not 459 PC-182 DAYS; 11359-182 HS
        (
            rf"^({ORDINARY} ?{books})(?: ?- ?)({agreed})"
            rf" ?{known.conspiracy.code_book}{last}",
            "$1/$2",
        ),
        (rf"^({ORDINARY}{END})(?: ?- ?)({agreed}) ?({books}){last}", "$1 $3/$2"),
        # 11359.664 HS, 11359664 HS; one book has sections of six digits, which begin with 1
        (rf"^(?!1\d{{5}}(?!\d))([1-9]\d{{2,4}})\.?({attempt}) ?({books}){last}", "$1 $3/$2"),
    ]


def _glued(mark: PrefixSection, known: Spelling) -> tuple[str, str]:
    """664487(A) PC, 664.487(A) PC, 664(A).11359 HS: no book has sections with such a number."""
    marked = rf"{re.escape(mark.section)}(?:{BRACKET})*+"
    return (rf"^({marked})[.:*]?(?={ORDINARY}(?: ?{book(known)}|$))", "$1/")


def _after_mark(mark: PrefixSection, known: Spelling) -> tuple[str, str]:
    """664 PC-187(A) PC, 664 HS 11358: a dash or blank joins a mark and what it marks."""
    marked = rf"{re.escape(mark.section)}(?:{BRACKET})*+(?: ?{mark.code_book})?"
    cited = rf"(?:{any_of(known.code_books)}[ .:-]{{0,2}})?[1-9]\d\d"
    return (rf"^({marked})(?: ?- ?| )(?={cited})(?!{amount(known)})", "$1/")
