"""Charge text to (code book, section, subdivisions), with regular expressions in Catalyst only.

    text     = [lead word] citation [- literal]
    citation = part {/ part} [code book]        484(A)/490.5 PC
    part     = section [letters] {(subdivision)} [code book]

Old forms without brackets (`11357B2 HS`), a code book without a blank (`11359HS-`), before the
section (`HS 11358`) or missing (`11360(B) SELL`) are read too. Everything comes out upper case. A
letter right behind the digits is the first subdivision, unless the rulebook lists the section with
its letter (`653F`). A text that does not begin with a citation is not parsed: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.charges.spelling import Mark, Spelling, own_spelling

CITED_TYPE = "struct<code_book:string,section:string,subdivisions:array<string>>"
CHARGE_TYPE = (
    "struct<code_book:string,section:string,subdivisions:array<string>,attempt:boolean,"
    f"conspiracy:boolean,parts:array<{CITED_TYPE}>,qualifiers:array<string>,literal:string,"
    "parsed:boolean>"
)

NUMBER = r"[1-9]\d{0,5}(?:\.\d{1,5})?"
# Lazy, so that the letters of a code book that follows without a blank are not taken.
TAIL = r"(?:[A-Z]{1,2}(?:\d{1,2}[A-Z]?)?)??"
BRACKETS = r"(?: ?\( ?(?:[IVX]{1,4}|[A-Z]{1,2}|\d{1,3}) ?\))*"
JOINED = r"(?: ?/ ?(?=[1-9]\d)| ?[&,;+] ?(?=[1-9]\d\d))"
END = r"(?![A-Z0-9])"
# The patterns repeat whole parts of a citation, and the JVM walks a repetition by calls within
# calls: a text of many thousand parts would overflow its stack and end the job, not the row. No
# charge is this long; of a longer text the beginning is read.
LONGEST = 400
DATE = r"^(\d{1,2}[/-]\d{1,2}[/-]\d{2}|\d{8})"


def _any(words: tuple[str, ...] | list[str]) -> str:
    return "(?:" + "|".join(words) + ")"


def let(value: Column, body: Callable[[Column], Column]) -> Column:
    """`body` of a value that is worked out once, where a plain reference would repeat it."""
    return F.transform(F.array(value), body)[0]


def absent(text: Column) -> Column:
    """Whether a field says nothing: null, blank, `-` or `NULL`."""
    bare = F.upper(F.trim(text))
    return text.isNull() | bare.isin("", "-", "NULL")


def names_comment(text: Column) -> Column:
    """Whether the charge stands in the comment: the text is absent or refers to it."""
    refers = F.upper(text).rlike(r"\b(COMMENTS?|SEE COM)\b") & ~text.rlike(r"\d")
    return absent(text) | F.coalesce(refers, F.lit(False))


def parse_charge(text: Column, *, spelling: Spelling | None = None) -> Column:
    """A charge: code book, section, subdivisions, how it was committed, every part, the words.

    The first part that is not a mark of attempt is the charge; `parts` holds all of them, and for
    a conspiracy also the sections that the words name. `section` is null and `parsed` false where
    the text does not begin with a citation.

    Args:
        text: a charge text, or a comment in its place.
        spelling: code books and lettered sections; the project's own when None.
    """
    known = spelling or own_spelling()
    return let(_tidy(F.substring(text, 1, LONGEST), known), lambda tidy: _parse(tidy, known))


def _tidy(text: Column, known: Spelling) -> Column:
    """The text in upper case with single blanks, without what may stand before the citation."""
    books, lead = _any(list(known.code_books)), _any(known.lead_words)
    mark, mark_book = re.escape(known.attempt.section), known.attempt.code_book
    bare = rf"{NUMBER}{TAIL}{BRACKETS}{END}"
    tidy = F.upper(F.regexp_replace(text, r"\s+", " "))
    for pattern, instead in (
        (rf"^[ :;,.*#-]*(?:{lead}\b[ :;,.*#-]*)*", ""),
        (rf"^({books})[ .:-]{{0,2}}({bare}(?:{JOINED}{bare})*)(?! ?{books}{END})", "$2 $1"),
        (rf"^({NUMBER}) ([A-Z]\d{{0,2}})(?= {books}{END})", "$1$2"),
        (rf"^({mark}(?: ?{mark_book})?) ?- ?(?=[1-9]\d\d)", "$1/"),
    ):
        tidy = F.regexp_replace(tidy, pattern, instead)
    return F.when(absent(text), None).otherwise(F.trim(tidy))


def _citation(known: Spelling) -> str:
    """The pattern of a whole citation at the beginning of a tidy text."""
    part = rf"{NUMBER}{TAIL}{BRACKETS}(?: ?{_any(list(known.code_books))})?{END}"
    return rf"^{part}(?:{JOINED}{part})*"


def _is_charge(tidy: Column, cited: Column, known: Spelling) -> Column:
    """Whether what looks like a citation is one, and not a date, an amount or another book."""
    with_book = cited.rlike(rf"{_any(list(known.code_books))}{END}")
    amount = tidy.rlike(rf"^[\d.,]+ ?{_any(known.units)}\b")
    other_book = _after(tidy, cited).rlike("^ ?[A-Z]{2} ?(-|$)")
    # Without a book, a short number says too little to be a section.
    long_enough = cited.rlike(r"^\d{3}|\(")
    without_book = ~amount & ~other_book & long_enough & ~tidy.rlike(DATE)
    return (cited != "") & (with_book | without_book)


def _after(tidy: Column, cited: Column) -> Column:
    return F.substr(tidy, F.length(cited) + 1)


def _parse(tidy: Column, known: Spelling) -> Column:
    def with_citation(cited: Column) -> Column:
        ok = F.coalesce(_is_charge(tidy, cited, known), F.lit(False))
        words = F.regexp_replace(_after(tidy, cited), "^[ :;,.-]+", "")
        found = F.struct(
            ok.alias("ok"),
            F.when(ok & (words != ""), words).alias("words"),
            F.when(ok, F.split(cited, JOINED)).otherwise(_none_of("string")).alias("pieces"),
        )
        return let(found, lambda given: _charge(given, known))

    return let(F.coalesce(F.regexp_extract(tidy, _citation(known), 0), F.lit("")), with_citation)


def _charge(found: Column, known: Spelling) -> Column:
    """The struct of a charge from the pieces of its citation and its words."""
    words = F.coalesce(found["words"], F.lit(""))

    def with_parts(parts: Column) -> Column:
        charges = F.filter(parts, lambda part: ~_is(part, known.attempt))
        charge = F.coalesce(F.get(charges, F.lit(0)), F.get(parts, F.lit(0)))
        attempt = F.exists(parts, lambda part: _is(part, known.attempt))
        agreed = F.exists(parts, lambda part: _is(part, known.conspiracy))
        says_attempt = words.rlike(_said(known.attempt_words))
        says_conspiracy = words.rlike(_said(known.conspiracy_words))
        targets = F.when(agreed, _named_in(words, known)).otherwise(_none_of(CITED_TYPE))
        return F.struct(
            charge["code_book"].alias("code_book"),
            charge["section"].alias("section"),
            F.coalesce(charge["subdivisions"], _none_of("string")).alias("subdivisions"),
            (attempt | says_attempt).alias("attempt"),
            (agreed | says_conspiracy).alias("conspiracy"),
            F.array_distinct(F.concat(parts, targets)).alias("parts"),
            _qualifiers(says_attempt, says_conspiracy).alias("qualifiers"),
            found["words"].alias("literal"),
            found["ok"].alias("parsed"),
        ).cast(CHARGE_TYPE)

    return let(_parts(found["pieces"], known), with_parts)


def _none_of(element: str) -> Column:
    return F.array().cast(f"array<{element}>")


def _qualifiers(says_attempt: Column, says_conspiracy: Column) -> Column:
    said = F.array(F.when(says_attempt, "ATTEMPTED"), F.when(says_conspiracy, "CONSPIRACY"))
    return F.array_compact(said)


def _said(words: tuple[str, ...]) -> str:
    """A word set off from the others, or beginning or ending them."""
    one = _any(words)
    return rf"(?:^|[-:(/,] ?){one}(?=$|[-):/,])|^{words[0]} | {words[0]}$"


def _is(part: Column, mark: Mark) -> Column:
    same = (part["section"] == mark.section) & (part["code_book"] == mark.code_book)
    return F.coalesce(same, F.lit(False))


def _named_in(words: Column, known: Spelling) -> Column:
    """Sections that the words name: any with a code book, and without one those of five digits."""
    books = _any(list(known.code_books))
    cited = (
        rf"(?<![A-Z0-9.])(?:{NUMBER}{TAIL}{BRACKETS} ?{books}{END}"
        rf"|[1-9]\d{{4}}(?:\.\d{{1,5}})?{TAIL}{BRACKETS}{END})"
    )
    return _parts(F.regexp_extract_all(words, F.lit(cited), F.lit(0)), known)


def _parts(pieces: Column, known: Spelling) -> Column:
    """The parts of a citation, each with its own code book or the one that speaks for it too."""
    books = _any(list(known.code_books))
    shape = rf"^({NUMBER})({TAIL})({BRACKETS})(?: ?({books}))?$"

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
            book = F.coalesce(part["book"], _spoken_for(raw, at, known))
            return let(book, lambda given: _cited(part, given, known))

        return F.transform(raw, cite)

    return let(F.transform(pieces, read), with_books)


def _book_of(number: Column, book: Column, known: Spelling) -> Column:
    """A part's own code book; that of the mark, where the part is a mark without one."""
    own = F.when(book != "", book)
    for mark in (known.attempt, known.conspiracy):
        own = F.coalesce(own, F.when(number == mark.section, mark.code_book))
    return own


def _spoken_for(raw: Column, at: Column, known: Spelling) -> Column:
    """The code book to the right that speaks for a part too, else the one to its left.

    To its right the book of a mark speaks for nothing: in 182 PC/11358 the second is no PC.
    """
    marks = [known.attempt.section, known.conspiracy.section]
    right = F.filter(F.slice(raw, at + 2, F.size(raw)), lambda part: part["written"].isNotNull())
    left = F.filter(
        F.slice(raw, F.lit(1), at),
        lambda part: part["written"].isNotNull() & ~part["number"].isin(*marks),
    )
    return F.coalesce(F.get(right, F.lit(0))["written"], F.get(left, F.size(left) - 1)["written"])


def _lettered(known: Spelling) -> str:
    """The pattern of a lettered section, with its code book where the part has one."""
    named = [re.escape(name).split(r"\ ") for name in sorted(known.lettered_sections)]
    return "^(?:" + "|".join(f"(?:{book} )?{section}" for book, section in named) + ")$"


def _cited(part: Column, book: Column, known: Spelling) -> Column:
    """A part as code book, section with its letters, and subdivisions in order."""
    letters = F.lit("")
    for width in (1, 2):
        taken = F.regexp_extract(part["tail"], f"^[A-Z]{{{width}}}", 0)
        named = F.concat_ws(" ", book, F.concat(part["number"], taken)).rlike(_lettered(known))
        letters = F.when(named, taken).otherwise(letters)

    def cite(own: Column) -> Column:
        tail = F.substr(part["tail"], F.length(own) + 1)
        names = F.concat(
            F.regexp_extract_all(tail, F.lit(r"[A-Z]|\d+"), F.lit(0)),
            F.regexp_extract_all(part["brackets"], F.lit("[A-Z0-9]+"), F.lit(0)),
        )
        return F.struct(
            book.alias("code_book"),
            F.concat(part["number"], own).alias("section"),
            names.alias("subdivisions"),
        )

    return let(letters, cite)


def display(charge: Column) -> Column:
    """A charge as offices write it: `187(A) PC`; null where it was not read."""
    names = F.array_join(charge["subdivisions"], ")(")
    brackets = F.when(names != "", F.concat(F.lit("("), names, F.lit(")"))).otherwise("")
    section = F.concat(charge["section"], brackets)
    return F.when(charge["section"].isNotNull(), F.concat_ws(" ", section, charge["code_book"]))


def subdivision_paths(charge: Column) -> Column:
    """The subdivisions as prefixes joined by points: A, A.1, A.1.B for (A)(1)(B)."""
    names = charge["subdivisions"]
    return F.transform(names, lambda _, at: F.array_join(F.slice(names, F.lit(1), at + 1), "."))
