"""Charge text to (code book, section, subdivisions), with regular expressions in Catalyst only.

    text     = [lead word] citation [- words]
    citation = part {joined part}                  484(A)/490.5 PC, 11358 HS, 11359 HS
    part     = section [letters] {(subdivision)} [code book]
    joined   = `/`, or between two whole sections `,` `;` `&` `+` AND OR

`normalize` first rewrites other spellings to this grammar, in upper case: stray signs; a code book
that is in front, spelled out or glued to its section; subdivisions without brackets (`11357B2 HS`).
A letter right behind the digits is the first subdivision, unless the rulebook lists the section
with its letter (`653F`).

The first part is the charge, unless it is the section of attempt: 664/187(A) PC is an attempt of
187(A). `parts` holds every part of the citation. After these it holds further charges in the words,
which a sign or a word such as CHRG sets off (`; CHRG 459 PC`); for a conspiracy, every section in
the words. Without a code book (`11360(B) SELL`) a number must look like a section, not like a date,
an amount, an address or a telephone number. A text that does not begin with a citation, or whose
citation does not end where it should, is not parsed: the grammar never guesses.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.bind_once import bind_once
from clearance.prepare.citation.normalize import normalized
from clearance.prepare.citation.parts import CITED_TYPE, is_in_no_book, is_one_of, parts_of
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

# The JVM matches a repeated group by recursion: a text of many thousand parts would overflow the
# stack and end the Spark job. No charge is longer than this; of a longer text the beginning is
# parsed.
LONGEST = 400


def absent(text: Column) -> Column:
    """Whether a field is empty: null, blank, `-` or `NULL`."""
    bare = F.upper(F.trim(text))
    return text.isNull() | bare.isin("", "-", "NULL")


def names_comment(text: Column) -> Column:
    """Whether the charge is in the comment: the text is absent or refers to the comment."""
    refers = F.upper(text).rlike(r"\bCOMMENTS?\b|\bSEE (COM|COMM|CMT|CMNT)\b")
    return absent(text) | F.coalesce(refers & ~text.rlike("[1-9]"), F.lit(False))


def leaves_target(text: Column, *, spelling: Spelling | None = None) -> Column:
    """Whether a charge text is a conspiracy and does not cite the section that was agreed upon.

    Args:
        text: a charge text.
        spelling: code books and lettered sections; the project's own when None.
    """
    section = (spelling or default_spelling()).conspiracy.section
    only_section = rf"^[^0-9]*{section}(?![0-9.])(?!.*[1-9]\d\d)"
    return F.contains(text, F.lit(section)) & F.substring(text, 1, LONGEST).rlike(only_section)


def parse_charge(text: Column, *, spelling: Spelling | None = None) -> Column:
    """A charge: code book, section, subdivisions, how it was committed, every part, the words.

    `section` is null and `parsed` false where the text does not begin with a citation.

    Args:
        text: a charge text, or a comment that is one.
        spelling: code books and lettered sections; the project's own when None.
    """
    chosen = spelling or default_spelling()
    beginning = F.substring(text, 1, LONGEST)
    uncut_words = F.regexp_replace(beginning, "[^ )]*$", "")
    shortened = F.when(F.length(text) > LONGEST, uncut_words).otherwise(beginning)
    normal = F.when(~absent(text), normalized(shortened, chosen))
    return bind_once(normal, lambda normal: _parse_normal(normal, chosen))


def _parse_normal(text: Column, spelling: Spelling) -> Column:
    """The charge of a normalized text: its beginning is the citation, the rest the words."""

    def with_citation(cited: Column) -> Column:
        rest = F.substr(text, F.length(cited) + 1)
        return bind_once(rest, lambda rest: _check_citation(text, cited, rest, spelling))

    return bind_once(F.regexp_extract(text, "^" + citation(spelling), 0), with_citation)


def _check_citation(text: Column, cited: Column, rest: Column, spelling: Spelling) -> Column:
    """The charge, of which nothing is read unless the citation is plausible."""
    is_plausible = F.coalesce(is_charge(text, cited, rest, spelling), F.lit(False))
    words = F.regexp_replace(rest, "^[ :;,.-]+", "")
    joiner, no_pieces = joiner_pattern(spelling), _empty_array("string")
    further_pattern = F.lit(further_charge_pattern(spelling))
    further = F.regexp_extract_all(rest, further_pattern, F.lit(1))
    further_pieces = F.flatten(F.transform(further, lambda charge: F.split(charge, joiner)))
    checked = F.struct(
        is_plausible.alias("plausible"),
        _has_prefix(cited, spelling.attempt).alias("attempt"),
        _has_prefix(cited, spelling.conspiracy).alias("conspiracy"),
        F.when(is_plausible & (words != ""), words).alias("words"),
        F.when(is_plausible, F.split(cited, joiner)).otherwise(no_pieces).alias("pieces"),
        F.when(is_plausible, further_pieces).otherwise(no_pieces).alias("further"),
    )
    return bind_once(checked, lambda checked: _charge(checked, spelling))


def _charge(checked: Column, spelling: Spelling) -> Column:
    """The struct of a charge from the pieces of its citation and its words."""
    any_section = F.lit(section_pattern(spelling))

    def with_parts(real: Column) -> Column:
        cited, words = real["cited"], F.coalesce(real["words"], F.lit(""))
        cites_conspiracy = F.exists(cited, lambda part: is_one_of(part, (spelling.conspiracy,)))
        is_conspiracy = real["conspiracy"] & cites_conspiracy
        only_attempt = (F.size(cited) > 0) & F.forall(
            cited, lambda part: _is_attempt(part, spelling)
        )
        sections_in_words = F.when(
            is_conspiracy | only_attempt, F.regexp_extract_all(words, any_section, F.lit(0))
        )
        others = parts_of(F.coalesce(sections_in_words, real["further"]), spelling)
        return bind_once(
            F.array_distinct(F.concat(cited, others)),
            lambda parts: _charge_struct(real, words, parts, is_conspiracy, spelling),
        )

    def with_cited(cited: Column) -> Column:
        return bind_once(_real_citation(checked, cited, spelling), with_parts)

    return bind_once(parts_of(checked["pieces"], spelling), with_cited)


def _real_citation(checked: Column, cited: Column, spelling: Spelling) -> Column:
    """The citation, of which nothing is read where a part of it is in no code book.

    What is cited beside a section about another's crime, as in 32/11358 PC, is no charge.
    """
    is_about_another = F.exists(cited, lambda part: is_one_of(part, spelling.about_others))
    is_missing = F.exists(cited, lambda part: is_in_no_book(part, spelling))
    is_real = is_about_another | ~is_missing
    return F.struct(
        *(checked[name].alias(name) for name in ("attempt", "conspiracy")),
        (checked["plausible"] & is_real).alias("parsed"),
        F.when(is_real, cited).otherwise(_empty_array(CITED_TYPE)).alias("cited"),
        F.when(is_real, checked["words"]).alias("words"),
        F.when(is_real, checked["further"]).otherwise(_empty_array("string")).alias("further"),
    )


def _has_prefix(cited: Column, prefix: PrefixSection) -> Column:
    """Whether a citation has a prefix section in front or behind `/`, not behind a comma or AND."""
    return cited.rlike(rf"(^|/ ?){prefix.section}(?![\d.])")


def _is_attempt(part: Column, spelling: Spelling) -> Column:
    return is_one_of(part, (spelling.attempt,))


def _charge_struct(
    real: Column, words: Column, parts: Column, cites_conspiracy: Column, spelling: Spelling
) -> Column:
    charges = F.filter(parts, lambda part: ~_is_attempt(part, spelling))
    charge = F.coalesce(F.get(charges, F.lit(0)), F.get(parts, F.lit(0)))
    cites_attempt = real["attempt"] & F.exists(parts, lambda part: _is_attempt(part, spelling))
    section, code_book = spelling.attempt.section, spelling.attempt.code_book
    attempt_section = rf"(^|[ (/,;-]){section}( ?{code_book}{END}(?! ?/)|\)?$)"
    names_attempt = words.rlike(f"{_set_off_pattern(spelling.attempt_words)}|{attempt_section}") | (
        words.rlike(rf"^{any_of(spelling.attempt_words)}{END}")
        & ~is_one_of(charge, spelling.own_attempts)
    )
    names_conspiracy = words.rlike(_set_off_pattern(spelling.conspiracy_words)) | words.rlike(
        rf"^{any_of(spelling.conspiracy_words)}{END}"
    )
    qualifiers = F.array(F.when(names_attempt, "ATTEMPTED"), F.when(names_conspiracy, "CONSPIRACY"))
    return F.struct(
        charge["code_book"].alias("code_book"),
        charge["section"].alias("section"),
        F.coalesce(charge["subdivisions"], _empty_array("string")).alias("subdivisions"),
        (cites_attempt | names_attempt).alias("attempt"),
        (cites_conspiracy | names_conspiracy).alias("conspiracy"),
        parts.alias("parts"),
        F.array_compact(qualifiers).alias("qualifiers"),
        real["words"].alias("literal"),
        real["parsed"].alias("parsed"),
    ).cast(CHARGE_TYPE)


def _empty_array(element: str) -> Column:
    return F.array().cast(f"array<{element}>")


def _set_off_pattern(words: tuple[str, ...]) -> str:
    """The pattern of one of the words between signs, or at the end of the text."""
    word = any_of(words)
    return rf"[-:(/,;] ?{word}(?=$| ?[-):/,;])|(?:^| ){word}$"


def display(charge: Column) -> Column:
    """A charge as offices write it: `187(A) PC`; null where it was not parsed."""
    names = F.array_join(charge["subdivisions"], ")(")
    brackets = F.when(names != "", F.concat(F.lit("("), names, F.lit(")"))).otherwise("")
    section = F.concat(charge["section"], brackets)
    return F.when(charge["section"].isNotNull(), F.concat_ws(" ", section, charge["code_book"]))
