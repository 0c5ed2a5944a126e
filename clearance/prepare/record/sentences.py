"""The parts of a sentence: what each row says of them.

A part of the conviction starts on the conviction date, a part of a later disposition on that
disposition's date. Jail as a condition of probation runs inside it, so that a known probation
term makes jail of unknown length not matter.

What a row says is worked out on the row, as numbers that add up over the rows of a count by
maximum and bitwise or: `sentence_marks`. `sentence_ends` reads the sums.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.record.dispositions import CONVICTS, UNREAD
from clearance.prepare.record.fields import add_length
from clearance.prepare.record.rules import MODIFYING

KINDS = ("probation", "jail", "prison", "fine")
_TIMED = ("probation", "jail", "prison", "conditional")
BIT = {kind: 1 << position for position, kind in enumerate(KINDS)}
# A term without a place may be any of them: it answers for whatever the conviction names.
ANY = sum(BIT.values())
TERM, UNDATED, GRANTED, ENDLESS, NOT_READ_BIT = 1 << 4, 1 << 5, 1 << 5, 1 << 6, 1 << 7
# A PRISON part, apart from terms without a place: beside the kinds that the conviction names.
PRISON_PART = 16
MISSING = {**{kind: BIT[kind] for kind in KINDS[:3]}, "term": TERM}
# What the text of a disposition may name, as bits.
NAMED = {**BIT, "endless": ENDLESS}
UNREAD_KIND = "unread"

# One whole number tells all parts apart: eight bits for each of six questions.
WIDTH = 8
KNOWN, LACKS, NAMED_BY_TEXT, KNOWN_LATER, LACKS_LATER, NAMED_LATER = (
    WIDTH * place for place in range(6)
)
MASK = (1 << WIDTH) - 1
# A revocation came with a new sentence.
NEW_SENTENCE = 1 << 6 * WIDTH
LATER_BITS = (
    NEW_SENTENCE
    | (MASK << KNOWN_LATER)
    | (MASK << LACKS_LATER)
    | (MASK << NAMED_LATER)
    | (PRISON_PART << NAMED_BY_TEXT)
)
# A later disposition that may change the sentence is not read.
DOUBT = NOT_READ_BIT << LACKS_LATER

# A length with what it is called, in one number that is larger for the longer.
CALLED = ("other", "fine", "term", "conditional", "jail", "prison", "probation")
CALLS = 8

MARKS = ("sentence_bits", "longest_months", "longest_days", "later_end", "terminated_on")
NOT_RECORDED = "unknown: no sentence recorded"
NOT_READ = "unknown: text that cannot be read"
NO_END = "no end"
UNDATED_PART = "unknown: undated"
LATER = "later disposition"
TERMINATED = "probation terminated"
TERMINATES = "terminates"


def sentence_part() -> dict[str, Column]:
    """What a typed row's part of a sentence is, for `sentence_marks`, which asks many times over.

    `part_later`: of a later disposition. `part_there`: a part that counts. `part_unread`: with text
    that is not read. `part_term`: with a length. `part_whole`: nothing that it needs is missing.
    `part_start`: the day it starts.

    Reads disposition_effect, event_date, disposition_date with its precision, sentence_kind,
    sentence_served, sentence_length, sentence_unit, and the three fields of the part as text.
    """
    kind, length, unit = (F.col(f"sentence_{name}") for name in ("kind", "length", "unit"))
    served = F.coalesce("sentence_served", F.lit(False))
    effect = F.col("disposition_effect")
    later = F.coalesce(effect.isin(*MODIFYING, "no_effect", UNREAD), F.lit(False))
    counts = later | effect.isNull() | (effect == CONVICTS)
    there = F.coalesce("place_word", "sent_length", "sent_time_code").isNotNull()
    endless, other = kind.eqNullSafe("endless"), kind.eqNullSafe("fine") | kind.eqNullSafe("served")
    timed = kind.isNull() | kind.isin(*_TIMED)
    strange = (length.isNull() & F.col("sent_length").isNotNull()) | (
        unit.isNull() & F.col("sent_time_code").isNotNull()
    )
    not_read = kind.eqNullSafe(UNREAD_KIND) | (timed & ~served & strange)
    is_part = counts & there
    readable = is_part & ~endless & ~not_read
    term = length.isNotNull() & unit.isNotNull() & ~other & ~served & readable
    return {
        "part_later": later,
        "part_there": is_part,
        "part_unread": not_read,
        "part_term": term,
        "part_whole": readable & (~timed | served | term),
        "part_start": F.when(
            F.col("disposition_date_precision") != "bad",
            F.coalesce("disposition_date", "event_date"),
        ),
    }


def sentence_aggregates() -> dict[str, Column]:
    """What a typed row says of its count's sentence: the columns `MARKS`.

    Reads what `sentence_part` reads, its columns, and named_kinds.
    """
    kind, length, unit = (F.col(f"sentence_{name}") for name in ("kind", "length", "unit"))
    later, is_part, not_read, term, whole, start = (
        F.col(f"part_{name}") for name in ("later", "there", "unread", "term", "whole", "start")
    )
    effect, endless = F.col("disposition_effect"), kind.eqNullSafe("endless")
    months = F.when(~term, 0).when(unit == "month", length).when(unit == "year", length * 12)
    days = F.when(term & (unit == "day"), length)
    end = F.when(term, add_length(start, length, unit)).otherwise(start)
    own = whole & ~later
    lack = (
        F.when(endless, ENDLESS)
        .when(not_read, _lacks(kind).bitwiseOR(NOT_READ_BIT))
        .when(~whole, _lacks(kind))
        .when(later & start.isNull(), _undated())
    )
    known = F.when(own | (whole & start.isNotNull()), _known(kind, length)).otherwise(0)
    replaces = whole & start.isNotNull() & kind.isin("jail", "prison", "served")
    new = F.when(F.coalesce(replaces & (effect == "revokes"), F.lit(False)), NEW_SENTENCE)
    return {
        "sentence_bits": _bits(is_part, later, lack=lack, known=known).bitwiseOR(
            F.coalesce(new.cast("bigint"), F.lit(0).cast("bigint"))
        ),
        "longest_months": F.when(own, months * CALLS + _number_of_name(kind)),
        "longest_days": F.when(own, days * CALLS + _number_of_name(kind)),
        "later_end": F.when(whole & later, end),
        # Not the event date: on the conviction's own step that is the conviction's.
        "terminated_on": F.when(effect == TERMINATES, F.col("disposition_date")),
    }


def _undated() -> Column:
    """A later part without a start: that of one whose date cannot be read is not read either."""
    bad = F.col("disposition_date_precision") == "bad"
    return F.when(bad, UNDATED | NOT_READ_BIT).otherwise(UNDATED)


def _known(kind: Column, length: Column) -> Column:
    # Time served, without a length, is what the conviction calls jail.
    served = (kind == "served") & length.isNull()
    return (
        F.when(kind.isNull(), ANY).when(served, BIT["jail"]).otherwise(_number_of_kind(kind, BIT))
    )


def _lacks(kind: Column) -> Column:
    term = kind.isNull() | (kind == "conditional")
    return F.when(term, TERM).otherwise(_number_of_kind(kind, BIT))


def _number_of_name(kind: Column) -> Column:
    name = F.coalesce(kind, F.lit("term"))
    return _number_of_kind(name, {word: place for place, word in enumerate(CALLED)})


def _number_of_kind(kind: Column, numbers: dict[str, int]) -> Column:
    chosen = F.lit(0)
    for name, number in numbers.items():
        chosen = F.when(kind == name, number).otherwise(chosen)
    return chosen


def _bits(is_part: Column, later: Column, *, lack: Column, known: Column) -> Column:
    kind, named = F.col("sentence_kind"), F.col("named_kinds")

    def at(bits: Column, own: int, place_later: int) -> Column:
        wide = bits.cast("bigint")
        return F.when(later, F.shiftleft(wide, place_later)).otherwise(F.shiftleft(wide, own))

    # Probation whose term is not known was granted all the same.
    granted = F.when(is_part & ~later & (kind == "probation"), GRANTED).otherwise(0)
    prison = F.when(is_part & (kind == "prison"), PRISON_PART).otherwise(0)
    named_first = F.when(F.col("disposition_effect") == CONVICTS, named).otherwise(0)
    # A revocation names probation as what was revoked.
    custody = ENDLESS | BIT["jail"] | BIT["prison"]
    effect = F.col("disposition_effect")
    named_later = (
        F.when(effect == "revokes", named.bitwiseAND(custody))
        .when(effect == "extends", BIT["probation"])
        .when(effect == "voids_sentence", TERM)
        .otherwise(0)
    )
    of_part = F.when(is_part, at(F.coalesce(lack, F.lit(0)), LACKS, LACKS_LATER)).otherwise(0)
    of_known = F.when(is_part, at(known, KNOWN, KNOWN_LATER)).otherwise(0)
    names = named_first.bitwiseOR(granted).bitwiseOR(prison).cast("bigint")
    return (
        of_part.bitwiseOR(of_known)
        .bitwiseOR(F.shiftleft(names, NAMED_BY_TEXT))
        .bitwiseOR(F.shiftleft(named_later.cast("bigint"), NAMED_LATER))
    )
