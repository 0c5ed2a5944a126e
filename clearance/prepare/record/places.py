"""The kind of a row's step, and the county of its court or agency.

`prepare`, `grant` and `publish` use the same functions. Source: `steps.yaml`, `counties.csv` and
the layout page of the research file (characters 3 to 5 of an agency's number are its county).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import looked_up
from clearance.prepare.record.fields import present
from clearance.prepare.record.raw_texts import place_form
from clearance.prepare.record.rules import RecordRules

UNKNOWN_COUNTY = "UNKNOWN"
UNKNOWN_STEP = "unknown"
COURT = "court"
ARREST = "arrest"
# Mostly a sentence is carried out there: a court may have had the case, though no step says so.
OF_SENTENCES = ("probation", "custody")

# The number of an agency of California starts so; the next three digits are the county's number.
_STATE = "CA"


def letters_and_digits(text: Column) -> Column:
    """The letters and digits of a text, in upper case: texts of one word have the same."""
    return F.regexp_replace(F.upper(text), "[^A-Z0-9]+", "")


def letters_and_digits_of(word: str) -> str:
    """The letters and digits of a word of the rules, in upper case."""
    return re.sub("[^A-Z0-9]+", "", word.upper())


def meaning(text: Column, meanings: Mapping[str, str]) -> Column:
    """The meaning of a word, whatever its blanks and signs; null for a blank or unknown word.

    Args:
        text: a field, as `present` gives it.
        meanings: the meaning of each word of the rules.
    """
    exact = looked_up(text, meanings, "string")
    by_letters = {letters_and_digits_of(word): value for word, value in meanings.items()}
    return F.coalesce(exact, looked_up(letters_and_digits(text), by_letters, "string"))


def step_kind(step: Column, *, rules: RecordRules) -> Column:
    """The kind of a step; `unknown` where it is blank or the rules do not have its word.

    Args:
        step: STP_TYPE_DESCR.
        rules: the record rules.
    """
    kinds = {word: kind for kind, words in rules.words.steps.items() for word in words}
    return F.coalesce(meaning(present(step), kinds), F.lit(UNKNOWN_STEP))


def known_county(name: Column, agency: Column, *, rules: RecordRules) -> Column:
    """The county, one of the state's 58; null where the record does not give one of them.

    The agency's number counts only where the name is blank: a name that is none of the 58 may be
    a misspelling of another county.

    Args:
        name: STP_ORI_CNTY_NAME.
        agency: STP_ORI_CODE.
        rules: the record rules.
    """
    text, number = present(name), letters_and_digits(present(agency))
    of_agency = F.when(
        F.startswith(number, F.lit(_STATE)),
        looked_up(F.substring(number, len(_STATE) + 1, 3), _by_number(rules), "string"),
    )
    return F.when(text.isNull(), of_agency).otherwise(_county_of_name(text, rules=rules))


def county(name: Column, agency: Column, *, rules: RecordRules) -> Column:
    """The county as every table has it: `known_county`, else the record's name, else `UNKNOWN`.

    Args:
        name: STP_ORI_CNTY_NAME.
        agency: STP_ORI_CODE.
        rules: the record rules.
    """
    return county_or_name(known_county(name, agency, rules=rules), name)


def county_or_name(county: Column, name: Column) -> Column:
    """The county; where it is null, the record's name in upper case with single blanks.

    The result is `UNKNOWN` where the name is blank or has not the form of a place's name.

    Args:
        county: `known_county`.
        name: STP_ORI_CNTY_NAME.
    """
    upper_case_name = F.regexp_replace(F.upper(present(name)), r"\s+", " ")
    return F.coalesce(county, place_form(upper_case_name), F.lit(UNKNOWN_COUNTY))


def _by_number(rules: RecordRules) -> dict[str, str]:
    return {f"{code:03}": name for code, name in rules.county_codes.items()}


def _county_of_name(text: Column, *, rules: RecordRules) -> Column:
    """The county of a name, which may have words such as COUNTY OF around it."""
    by_letters = {letters_and_digits_of(name): name for name in rules.counties}
    words = F.trim(F.regexp_replace(F.upper(text), "[^A-Z0-9]+", " "))
    without_affixes = F.regexp_replace(words, _affix_pattern(rules), "")
    return F.coalesce(
        looked_up(F.upper(text), {name: name for name in rules.counties}, "string"),
        looked_up(F.replace(without_affixes, F.lit(" "), F.lit("")), by_letters, "string"),
        looked_up(letters_and_digits(text), by_letters, "string"),
    )


def _affix_pattern(rules: RecordRules) -> str:
    """The pattern of the words before and after a county's name."""
    before, after = (
        "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))
        for words in (rules.words.county.before, rules.words.county.after)
    )
    return f"^(?:{before}) |(?: (?:{after}))+$"
