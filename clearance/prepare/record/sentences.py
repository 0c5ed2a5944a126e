"""The parts of a sentence, row by row.

A part of the conviction starts on the conviction date, a part of a later disposition on the date of
that disposition. Jail as a condition of probation runs inside the probation, so that jail of
unknown length does not matter beside a known term of probation.

`sentence_aggregates` makes numbers of each row, which a maximum or a bitwise or joins over the rows
of a count. `sentence_ends` reads the joined numbers.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.record.disposition_rules import MODIFYING
from clearance.prepare.record.dispositions import CONVICTS, UNREAD
from clearance.prepare.record.fields import add_length

KINDS = ("probation", "jail", "prison", "fine")
_TIMED = ("probation", "jail", "prison", "conditional")
BIT = {kind: 1 << position for position, kind in enumerate(KINDS)}
# A term without a place may be of any kind: it counts as each kind that the conviction names.
ANY = sum(BIT.values())
TERM, UNDATED, GRANTED, ENDLESS, NOT_READ_BIT = 1 << 4, 1 << 5, 1 << 5, 1 << 6, 1 << 7
# Among the kinds that the conviction names: a part in PRISON, not a term without a place.
PRISON_PART = 16
MISSING = {**{kind: BIT[kind] for kind in KINDS[:3]}, "term": TERM}
# The kinds that the text of a disposition may name, as bits.
NAMED = {**BIT, "endless": ENDLESS}
UNREAD_KIND = "unread"

# `sentence_bits` is one number of six bytes, and each byte a set of kinds: of the conviction's own
# parts, and of later parts, the kinds with a known end, those without, and those that a text names.
WIDTH = 8
KNOWN, LACKS, NAMED_BY_TEXT, KNOWN_LATER, LACKS_LATER, NAMED_LATER = (
    WIDTH * byte for byte in range(6)
)
MASK = (1 << WIDTH) - 1
# Beyond the six bytes: a revocation came with a new sentence.
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

# `longest_months` and `longest_days` hold a length, and in the lowest bits the index of its basis:
# the maximum over the rows is the longest part with its basis.
BASES = ("other", "fine", "term", "conditional", "jail", "prison", "probation")
BASIS_BITS = 3

SENTENCE_COLUMNS = ("sentence_bits", "longest_months", "longest_days", "later_end", "terminated_on")
NOT_RECORDED = "unknown: no sentence recorded"
NOT_READ = "unknown: text that cannot be read"
NO_END = "no end"
UNDATED_PART = "unknown: undated"
LATER = "later disposition"
TERMINATED = "probation terminated"
TERMINATES = "terminates"


def sentence_part() -> dict[str, Column]:
    """Columns of a typed row's sentence part, which `sentence_aggregates` uses many times.

    `part_later`: whether the part is of a later disposition. `part_there`: whether there is a part
    that counts. `part_unread`: whether a text of it is not read. `part_term`: whether it has a
    length. `part_whole`: whether its end is known, given its start. `part_start`: its first day.

    Reads disposition_effect, event_date, disposition_date with its precision, sentence_kind,
    sentence_served, sentence_length, sentence_unit, and the three fields of the part as text.
    """
    kind, length, unit = (F.col(f"sentence_{name}") for name in ("kind", "length", "unit"))
    served = F.coalesce("sentence_served", F.lit(False))
    effect = F.col("disposition_effect")
    later = F.coalesce(effect.isin(*MODIFYING, "no_effect", UNREAD), F.lit(False))
    counts = later | effect.isNull() | (effect == CONVICTS)
    has_part = F.coalesce("place_word", "sent_length", "sent_time_code").isNotNull()
    endless, other = kind.eqNullSafe("endless"), kind.eqNullSafe("fine") | kind.eqNullSafe("served")
    timed = kind.isNull() | kind.isin(*_TIMED)
    length_unread = length.isNull() & F.col("sent_length").isNotNull()
    unit_unread = unit.isNull() & F.col("sent_time_code").isNotNull()
    not_read = kind.eqNullSafe(UNREAD_KIND) | (timed & ~served & (length_unread | unit_unread))
    is_part = counts & has_part
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
    """The columns `SENTENCE_COLUMNS` of a typed row.

    Reads the columns that `sentence_part` reads and makes, and named_kinds.
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
        "longest_months": F.when(own, months * (1 << BASIS_BITS) + _basis_index(kind)),
        "longest_days": F.when(own, days * (1 << BASIS_BITS) + _basis_index(kind)),
        "later_end": F.when(whole & later, end),
        # Not the event date, which may be the day of the conviction, on a row of the same step.
        "terminated_on": F.when(effect == TERMINATES, F.col("disposition_date")),
    }


def _undated() -> Column:
    """The bits of a later part without a start; one with an unreadable date is also not read."""
    bad = F.col("disposition_date_precision") == "bad"
    return F.when(bad, UNDATED | NOT_READ_BIT).otherwise(UNDATED)


def _known(kind: Column, length: Column) -> Column:
    """The bits of the kinds for which a part with a known end counts."""
    # Time served without a length is jail.
    served = (kind == "served") & length.isNull()
    return (
        F.when(kind.isNull(), ANY).when(served, BIT["jail"]).otherwise(_number_of_kind(kind, BIT))
    )


def _lacks(kind: Column) -> Column:
    """The bit of a part without a known end."""
    term = kind.isNull() | (kind == "conditional")
    return F.when(term, TERM).otherwise(_number_of_kind(kind, BIT))


def _basis_index(kind: Column) -> Column:
    basis = F.coalesce(kind, F.lit("term"))
    return _number_of_kind(basis, {name: index for index, name in enumerate(BASES)})


def _number_of_kind(kind: Column, numbers: dict[str, int]) -> Column:
    chosen = F.lit(0)
    for name, number in numbers.items():
        chosen = F.when(kind == name, number).otherwise(chosen)
    return chosen


def _bits(is_part: Column, later: Column, *, lack: Column, known: Column) -> Column:
    """The `sentence_bits` of a row from its part and from the text of its disposition."""
    kind, named = F.col("sentence_kind"), F.col("named_kinds")

    def shifted(bits: Column, own: int, of_later: int) -> Column:
        wide = bits.cast("bigint")
        return F.when(later, F.shiftleft(wide, of_later)).otherwise(F.shiftleft(wide, own))

    # Probation is granted even where its term is not known.
    granted = F.when(is_part & ~later & (kind == "probation"), GRANTED).otherwise(0)
    prison = F.when(is_part & (kind == "prison"), PRISON_PART).otherwise(0)
    effect = F.col("disposition_effect")
    named_by_conviction = F.when(effect == CONVICTS, named).otherwise(0)
    # Where a revocation names probation, this is the probation that was revoked: only custody is
    # a new sentence.
    custody = ENDLESS | BIT["jail"] | BIT["prison"]
    named_later = (
        F.when(effect == "revokes", named.bitwiseAND(custody))
        .when(effect == "extends", BIT["probation"])
        .when(effect == "voids_sentence", TERM)
        .otherwise(0)
    )
    lacks = F.when(is_part, shifted(F.coalesce(lack, F.lit(0)), LACKS, LACKS_LATER)).otherwise(0)
    knows = F.when(is_part, shifted(known, KNOWN, KNOWN_LATER)).otherwise(0)
    named_by_text = named_by_conviction.bitwiseOR(granted).bitwiseOR(prison).cast("bigint")
    return (
        lacks.bitwiseOR(knows)
        .bitwiseOR(F.shiftleft(named_by_text, NAMED_BY_TEXT))
        .bitwiseOR(F.shiftleft(named_later.cast("bigint"), NAMED_LATER))
    )
