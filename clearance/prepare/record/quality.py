"""Data-quality flags: bits of one number while rows are prepared, words in the tables."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

FLAGS: dict[str, str] = {
    "PARTIAL_EVENT_DATE": "the event date lacks its day or month",
    "BAD_EVENT_DATE": "the event date is no date",
    "PARTIAL_DISPOSITION_DATE": "the disposition date lacks its day or month",
    "BAD_DISPOSITION_DATE": "the disposition date is no date",
    "BAD_CYCLE_DATE": "the cycle date is partial or no date",
    "BAD_BIRTH_DATE": "the birth date is partial or no date",
    "SEVERAL_BIRTH_DATES": "the rows give several birth dates; that of most counts is used",
    "UNKNOWN_STEP": "the kind of step is not in the rules",
    "UNKNOWN_COUNTY_NAME": "the county is blank or none of the 58",
    "UNKNOWN_DISPOSITION": "the disposition text is not in the rules",
    "UNKNOWN_LEVEL": "the level is none of the known words",
    "UNKNOWN_SENTENCE_KIND": "the kind of a sentence part is not in the rules",
    "UNKNOWN_SENTENCE_UNIT": "the unit of a sentence is none of day, month, year",
    "BAD_SENTENCE_LENGTH": "the length of a sentence is no whole number of at least 1",
    "CHARGES_DISAGREE": "the convicted charge differs from the charge of the count",
    "LEVELS_DISAGREE": "the levels given for the count differ",
    "NOT_A_CHARGE": "the level says that the count is no charge",
    "UNPARSED_CHARGE": "the charge text could not be read",
    "SEVERAL_CHARGES": "the comment names several charges; the first is taken for the count's",
    "ROWS_DISAGREE": "rows of one count name different charges",
    "UNLINKED_DISPOSITION": "a later disposition for which no conviction was found",
    "DOUBTFUL_DISPOSITION": "a later disposition is not read, or may be about several convictions",
    "DISMISSED_AFTER_CONVICTION": "a convicted count also ended otherwise",
    "UNDATED_CONVICTION": "a conviction without a whole date",
    "CONVICTION_WITHOUT_LEVEL": "a conviction whose level the record does not give",
    "TURNED_OVER": "the person was turned over to another authority, whose record has the outcome",
    "DIVERSION_NOT_NAMED": "a diversion under no programme of the list, or that names none",
}
_BIT = {word: 1 << position for position, word in enumerate(FLAGS)}


def flags(**conditions: Column) -> Column:
    """The bits of the flags whose condition is true, not null.

    Args:
        conditions: the condition of each flag.
    """
    bits = (F.when(condition, _BIT[word]).otherwise(0) for word, condition in conditions.items())
    return reduce(lambda left, right: left.bitwiseOR(right), bits)


def has_flag(bits: Column, word: str) -> Column:
    """Whether the bit of a flag is set.

    Args:
        bits: the bits.
        word: the flag.
    """
    return bits.bitwiseAND(_BIT[word]) != 0


def flag_words(bits: str) -> Column:
    """The words of the flags whose bits are set, in the order of `FLAGS`.

    Args:
        bits: the column of the bits.
    """
    words = ", ".join(f"IF({bits} & {bit} != 0, '{word}', NULL)" for word, bit in _BIT.items())
    none = "CAST(array() AS array<string>)"
    return F.expr(f"IF({bits} = 0, {none}, array_compact(array({words})))")
