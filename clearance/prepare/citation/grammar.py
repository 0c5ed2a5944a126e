"""Charge text to (code book, section, subdivisions), with regular expressions in Catalyst only.

    text     = [lead word] citation [- words]
    citation = part {joined part}                  484(A)/490.5 PC, 11358 HS, 11359 HS
    part     = section [letters] {(subdivision)} [code book]
    joined   = `/`, or between two whole sections `,` `;` `&` `+` AND OR

What people type otherwise is first made even (`tidy`): stray signs, a code book in front, written
out or glued to its section, subdivisions without brackets (`11357B2 HS`). All comes out upper case.
A letter right behind the digits is the first subdivision, unless the rulebook lists the section
with its letter (`653F`).

The first part is the charge. A mark of attempt is none: 664/187(A) PC is an attempt of 187(A).
`parts` holds every part, then further charges that the words set off (`; CHRG 459 PC`), for a
conspiracy every section the words name. Without a code book (`11360(B) SELL`) a number must look
like a section: dates, amounts, addresses and telephone numbers are none. A text that does not begin
with a citation, or whose citation cannot be read to its end, is not parsed: nothing is guessed.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.bind_once import bind_once
from clearance.prepare.citation.normalize import normalized
from clearance.prepare.citation.parts import CITED_TYPE, is_one_of, parts_of
from clearance.prepare.citation.patterns import (
    END,
    any_of,
    citation,
    further_charge_pattern,
    joiner_pattern,
    section_pattern,
)
from clearance.prepare.citation.plausible import is_charge
from clearance.prepare.citation.spelling import PrefixSection, Spelling, default_spelling

CHARGE_TYPE = (
    "struct<code_book:string,section:string,subdivisions:array<string>,attempt:boolean,"
    f"conspiracy:boolean,parts:array<{CITED_TYPE}>,qualifiers:array<string>,literal:string,"
    "parsed:boolean>"
)

# The patterns repeat whole parts of a citation, and the JVM walks a repetition by calls within
# calls: a text of many thousand parts would overflow its stack and end the job, not the row. No
# charge is this long; of a longer text the beginning is read.
LONGEST = 400


def absent(text: Column) -> Column:
    """Whether a field says nothing: null, blank, `-` or `NULL`."""
    bare = F.upper(F.trim(text))
    return text.isNull() | bare.isin("", "-", "NULL")


def names_comment(text: Column) -> Column:
    """Whether the charge stands in the comment: the text is absent or refers to it."""
    refers = F.upper(text).rlike(r"\bCOMMENTS?\b|\bSEE (COM|COMM|CMT|CMNT)\b")
    return absent(text) | F.coalesce(refers & ~text.rlike("[1-9]"), F.lit(False))


def leaves_target(text: Column, *, spelling: Spelling | None = None) -> Column:
    """Whether a charge text is of a conspiracy and names no section that was agreed upon.

    Args:
        text: a charge text.
        spelling: code books and lettered sections; the project's own when None.
    """
    section = (spelling or default_spelling()).conspiracy.section
    alone = rf"^[^0-9]*{section}(?![0-9.])(?!.*[1-9]\d\d)"
    return F.contains(text, F.lit(section)) & F.substring(text, 1, LONGEST).rlike(alone)


def parse_charge(text: Column, *, spelling: Spelling | None = None) -> Column:
    """A charge: code book, section, subdivisions, how it was committed, every part, the words.

    `section` is null and `parsed` false where the text does not begin with a citation.

    Args:
        text: a charge text, or a comment in its place.
        spelling: code books and lettered sections; the project's own when None.
    """
    known = spelling or default_spelling()
    beginning = F.substring(text, 1, LONGEST)
    whole_words = F.regexp_replace(beginning, "[^ )]*$", "")
    cut = F.when(F.length(text) > LONGEST, whole_words).otherwise(beginning)
    tidy = F.when(~absent(text), normalized(cut, known))
    return bind_once(tidy, lambda given: _parse(given, known))


def _parse(tidy: Column, known: Spelling) -> Column:
    def with_citation(cited: Column) -> Column:
        rest = F.substr(tidy, F.length(cited) + 1)
        return bind_once(rest, lambda given: _check_citation(tidy, cited, given, known))

    return bind_once(F.regexp_extract(tidy, "^" + citation(known), 0), with_citation)


def _check_citation(tidy: Column, cited: Column, rest: Column, known: Spelling) -> Column:
    ok = F.coalesce(is_charge(tidy, cited, rest, known), F.lit(False))
    words = F.regexp_replace(rest, "^[ :;,.-]+", "")
    more = F.regexp_extract_all(rest, F.lit(further_charge_pattern(known)), F.lit(1))
    pieces = F.flatten(F.transform(more, lambda one: F.split(one, joiner_pattern(known))))
    found = F.struct(
        ok.alias("ok"),
        _has_mark(cited, known.attempt).alias("attempt"),
        _has_mark(cited, known.conspiracy).alias("conspiracy"),
        F.when(ok & (words != ""), words).alias("words"),
        F.when(ok, F.split(cited, joiner_pattern(known)))
        .otherwise(_empty_array("string"))
        .alias("pieces"),
        F.when(ok, pieces).otherwise(_empty_array("string")).alias("further"),
    )
    return bind_once(found, lambda given: _charge(given, known))


def _charge(found: Column, known: Spelling) -> Column:
    """The struct of a charge from the pieces of its citation and its words."""
    words = F.coalesce(found["words"], F.lit(""))

    def with_parts(cited: Column) -> Column:
        conspiracy = F.exists(cited, lambda part: is_one_of(part, (known.conspiracy,)))
        agreed = found["conspiracy"] & conspiracy
        only_mark = (F.size(cited) > 0) & F.forall(cited, lambda part: _is_attempt(part, known))
        pieces = F.when(
            agreed | only_mark, F.regexp_extract_all(words, F.lit(section_pattern(known)), F.lit(0))
        )
        others = parts_of(F.coalesce(pieces, found["further"]), known)
        every = F.array_distinct(F.concat(cited, others))
        return bind_once(every, lambda parts: _charge_struct(found, words, parts, agreed, known))

    return bind_once(parts_of(found["pieces"], known), with_parts)


def _has_mark(cited: Column, mark: PrefixSection) -> Column:
    """Whether a mark is about the charge: before it or joined by `/`, not listed behind it."""
    return cited.rlike(rf"(^|/ ?){mark.section}(?![\d.])")


def _is_attempt(part: Column, known: Spelling) -> Column:
    return is_one_of(part, (known.attempt,))


def _charge_struct(
    found: Column, words: Column, parts: Column, agreed: Column, known: Spelling
) -> Column:
    charges = F.filter(parts, lambda part: ~_is_attempt(part, known))
    charge = F.coalesce(F.get(charges, F.lit(0)), F.get(parts, F.lit(0)))
    real = ~is_one_of(charge, known.no_such_sections)
    attempt = found["attempt"] & F.exists(parts, lambda part: _is_attempt(part, known))
    mark = rf"(^|[ (/,;-]){known.attempt.section}( ?{known.attempt.code_book}{END}(?! ?/)|\)?$)"
    says_attempt = words.rlike(f"{_set_off_pattern(known.attempt_words)}|{mark}") | (
        words.rlike(rf"^{any_of(known.attempt_words)}{END}")
        & ~is_one_of(charge, known.own_attempts)
    )
    first = rf"^{any_of(known.conspiracy_words)}{END}"
    says_conspiracy = words.rlike(_set_off_pattern(known.conspiracy_words)) | words.rlike(first)
    return F.struct(
        F.when(real, charge["code_book"]).alias("code_book"),
        F.when(real, charge["section"]).alias("section"),
        F.coalesce(F.when(real, charge["subdivisions"]), _empty_array("string")).alias(
            "subdivisions"
        ),
        (attempt | says_attempt).alias("attempt"),
        (agreed | says_conspiracy).alias("conspiracy"),
        F.when(real, parts).otherwise(_empty_array(CITED_TYPE)).alias("parts"),
        _qualifiers(says_attempt, says_conspiracy).alias("qualifiers"),
        found["words"].alias("literal"),
        (found["ok"] & real).alias("parsed"),
    ).cast(CHARGE_TYPE)


def _empty_array(element: str) -> Column:
    return F.array().cast(f"array<{element}>")


def _qualifiers(says_attempt: Column, says_conspiracy: Column) -> Column:
    said = F.array(F.when(says_attempt, "ATTEMPTED"), F.when(says_conspiracy, "CONSPIRACY"))
    return F.array_compact(said)


def _set_off_pattern(words: tuple[str, ...]) -> str:
    """A word set off from the others, or the last one."""
    one = any_of(words)
    return rf"[-:(/,;] ?{one}(?=$| ?[-):/,;])|(?:^| ){one}$"


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
