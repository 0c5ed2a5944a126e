"""Where a row of the record was made: the kind of its step, and the county of its court or agency.

The one reading of both; `prepare` and `publish` share it. Source: `steps.yaml`, `counties.csv` and
the layout page of the research file (an agency's number carries the county in characters 3 to 5).
"""

from __future__ import annotations

import re

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
# A sentence is carried out there: a court had the case, though no other step of the cycle says so.
OF_SENTENCES = ("probation", "state_custody")

# Numbers of agencies of the state start so; three digits follow that number its county.
_STATE = "CA"


def word_key(text: Column) -> Column:
    """What of a word tells it from others: its letters and digits, in upper case."""
    return F.regexp_replace(F.upper(text), "[^A-Z0-9]+", "")


def key_of(word: str) -> str:
    """The same of a word of the rules."""
    return re.sub("[^A-Z0-9]+", "", word.upper())


def meaning(text: Column, known: dict[str, str]) -> Column:
    """What a word means, however it is spaced and punctuated; null for the absent and the unknown.

    Args:
        text: a field that `present` went over.
        known: the meaning by word, as the rules write it.
    """
    exact = looked_up(text, known, "string")
    return F.coalesce(
        exact, looked_up(word_key(text), {key_of(k): v for k, v in known.items()}, "string")
    )


def step_kind(step: Column, *, rules: RecordRules) -> Column:
    """The kind of a step, `unknown` where the rules do not have its word.

    Args:
        step: STP_TYPE_DESCR.
        rules: how the record is read.
    """
    kinds = {word: kind for kind, words in rules.words.steps.items() for word in words}
    return F.coalesce(meaning(present(step), kinds), F.lit(UNKNOWN_STEP))


def county_read(name: Column, agency: Column, *, rules: RecordRules) -> Column:
    """The county, one of the state's, where the record can be read; null where it cannot.

    A name goes before the agency's number, which is asked only where there is no name: a name that
    cannot be read may be that of another county.

    Args:
        name: STP_ORI_CNTY_NAME.
        agency: STP_ORI_CODE.
        rules: how the record is read.
    """
    text, number = present(name), word_key(present(agency))
    of_agency = F.when(
        F.startswith(number, F.lit(_STATE)),
        looked_up(F.substring(number, len(_STATE) + 1, 3), _by_number(rules), "string"),
    )
    return F.when(text.isNull(), of_agency).otherwise(_county_of_name(text, rules=rules))


def county(name: Column, agency: Column, *, rules: RecordRules) -> Column:
    """The county as every table writes it: read, else as the record has it, else `UNKNOWN`.

    Args:
        name: STP_ORI_CNTY_NAME.
        agency: STP_ORI_CODE.
        rules: how the record is read.
    """
    return as_written(county_read(name, agency, rules=rules), name)


def as_written(read: Column, name: Column) -> Column:
    """The county that was read; where none could be, the name in upper case with single blanks.

    It is `UNKNOWN` where the name is blank or cannot be that of a place.

    Args:
        read: see `county_read`.
        name: STP_ORI_CNTY_NAME.
    """
    kept = F.regexp_replace(F.upper(present(name)), r"\s+", " ")
    return F.coalesce(read, place_form(kept), F.lit(UNKNOWN_COUNTY))


def _by_number(rules: RecordRules) -> dict[str, str]:
    return {f"{code:03}": name for code, name in rules.county_codes.items()}


def _county_of_name(text: Column, *, rules: RecordRules) -> Column:
    """The county that a name is of, without the words around it that say that it is one."""
    known = {key_of(name): name for name in rules.counties}
    spaced = F.regexp_replace(F.upper(text), "[^A-Z0-9]+", " ")
    bare = F.replace(
        F.regexp_replace(F.trim(spaced), _affix_pattern(rules), ""), F.lit(" "), F.lit("")
    )
    exact = looked_up(F.upper(text), {name: name for name in rules.counties}, "string")
    return F.coalesce(
        exact, looked_up(bare, known, "string"), looked_up(word_key(text), known, "string")
    )


def _affix_pattern(rules: RecordRules) -> str:
    """A pattern of the words before and after a county's name."""
    before, after = (
        "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))
        for words in (rules.words.county.before, rules.words.county.after)
    )
    return f"^(?:{before}) |(?: (?:{after}))+$"
