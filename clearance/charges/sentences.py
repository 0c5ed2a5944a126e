"""When a sentence ends: the latest end over its parts, and what that rests on.

A part of the conviction starts on the conviction date, a part of a later disposition on that
disposition's date. Jail as a condition of probation runs inside it, so that a known probation
term makes jail of unknown length not matter.

What a row says is worked out on the row, as numbers that add up over the rows of a count by
maximum and bitwise or: `sentence_marks`. `sentence_of` reads the sums.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.charges.dispositions import CONVICTS, UNREAD
from clearance.charges.fields import later_by
from clearance.charges.record_rules import MODIFYING

KINDS = ("probation", "jail", "prison", "fine")
_TIMED = ("probation", "jail", "prison", "conditional")
_BIT = {kind: 1 << position for position, kind in enumerate(KINDS)}
# A term without a place may be any of them: it answers for whatever the conviction names.
_ANY = sum(_BIT.values())
_TERM, _UNDATED, _GRANTED, _ENDLESS, _UNREAD = 1 << 4, 1 << 5, 1 << 5, 1 << 6, 1 << 7
# A PRISON part, apart from terms without a place: beside the kinds that the conviction names.
_PRISON_PART = 16
_MISSING = {**{kind: _BIT[kind] for kind in KINDS[:3]}, "term": _TERM}
# What the text of a disposition may name, as bits.
NAMED = {**_BIT, "endless": _ENDLESS}
UNREAD_KIND = "unread"

# One whole number tells all parts apart: eight bits for each of six questions.
_WIDTH = 8
_KNOWN, _LACKS, _NAMED, _KNOWN_LATER, _LACKS_LATER, _NAMED_LATER = (
    _WIDTH * place for place in range(6)
)
_MASK = (1 << _WIDTH) - 1
LATER_BITS = (
    (_MASK << _KNOWN_LATER)
    | (_MASK << _LACKS_LATER)
    | (_MASK << _NAMED_LATER)
    | (_PRISON_PART << _NAMED)
)
# A later disposition that may change the sentence is not read.
DOUBT = _UNREAD << _LACKS_LATER

# A length with what it is called, in one number that is larger for the longer.
_CALLED = ("other", "fine", "term", "conditional", "jail", "prison", "probation")
_CALLS = 8

MARKS = ("sentence_bits", "longest_months", "longest_days", "later_end")
NOT_RECORDED = "unknown: no sentence recorded"
NOT_READ = "unknown: text that cannot be read"
NO_END = "no end"
LATER = "later disposition"


def sentence_marks() -> dict[str, Column]:
    """What a typed row says of its count's sentence: the columns `MARKS`.

    Reads disposition_effect, event_date, disposition_date with its precision, sentence_kind,
    sentence_served, sentence_length, sentence_unit, named_kinds, and the three fields of the part
    as text.
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
    whole = readable & (~timed | served | term)
    start = F.when(
        F.col("disposition_date_precision") != "bad", F.coalesce("disposition_date", "event_date")
    )
    months = F.when(~term, 0).when(unit == "month", length).when(unit == "year", length * 12)
    days = F.when(term & (unit == "day"), length)
    end = F.when(term, later_by(start, length, unit)).otherwise(start)
    own = whole & ~later
    lack = (
        F.when(endless, _ENDLESS)
        .when(not_read, _lacks(kind).bitwiseOR(_UNREAD))
        .when(~whole, _lacks(kind))
        .when(later & start.isNull(), _undated())
    )
    known = F.when(own | (whole & start.isNotNull()), _known(kind, length)).otherwise(0)
    return {
        "sentence_bits": _bits(is_part, later, lack=lack, known=known),
        "longest_months": F.when(own, months * _CALLS + _called(kind)),
        "longest_days": F.when(own, days * _CALLS + _called(kind)),
        "later_end": F.when(whole & later, end),
    }


def _undated() -> Column:
    """A later part without a start: that of one whose date cannot be read is not read either."""
    bad = F.col("disposition_date_precision") == "bad"
    return F.when(bad, _UNDATED | _UNREAD).otherwise(_UNDATED)


def _known(kind: Column, length: Column) -> Column:
    # Time served, without a length, is what the conviction calls jail.
    served = (kind == "served") & length.isNull()
    return F.when(kind.isNull(), _ANY).when(served, _BIT["jail"]).otherwise(_chosen(kind, _BIT))


def _lacks(kind: Column) -> Column:
    term = kind.isNull() | (kind == "conditional")
    return F.when(term, _TERM).otherwise(_chosen(kind, _BIT))


def _called(kind: Column) -> Column:
    name = F.coalesce(kind, F.lit("term"))
    return _chosen(name, {word: place for place, word in enumerate(_CALLED)})


def _chosen(kind: Column, numbers: dict[str, int]) -> Column:
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
    granted = F.when(is_part & ~later & (kind == "probation"), _GRANTED).otherwise(0)
    prison = F.when(is_part & (kind == "prison"), _PRISON_PART).otherwise(0)
    named_first = F.when(F.col("disposition_effect") == CONVICTS, named).otherwise(0)
    # A revocation names probation as what was revoked.
    custody = _ENDLESS | _BIT["jail"] | _BIT["prison"]
    revokes = F.col("disposition_effect") == "revokes"
    named_later = F.when(revokes, named.bitwiseAND(custody)).otherwise(0)
    of_part = F.when(is_part, at(F.coalesce(lack, F.lit(0)), _LACKS, _LACKS_LATER)).otherwise(0)
    of_known = F.when(is_part, at(known, _KNOWN, _KNOWN_LATER)).otherwise(0)
    names = named_first.bitwiseOR(granted).bitwiseOR(prison).cast("bigint")
    return (
        of_part.bitwiseOR(of_known)
        .bitwiseOR(F.shiftleft(names, _NAMED))
        .bitwiseOR(F.shiftleft(named_later.cast("bigint"), _NAMED_LATER))
    )


def sentence_of(*, convicted_on: Column) -> dict[str, Column]:
    """The end of a count's sentence, its basis, and whether it was probation, or prison.

    The end is null where the basis is `no end` or starts with `unknown`.

    Args:
        convicted_on: the conviction date; the sums of `MARKS` stand beside it.
    """
    unknown = _unknown(convicted_on)
    basis = F.coalesce(unknown, _last(convicted_on)["basis"], F.lit(NOT_RECORDED))
    granted = _bits_of(_NAMED).bitwiseAND(_BIT["probation"] | _GRANTED) != 0
    prison = _bits_of(_NAMED).bitwiseAND(_BIT["prison"] | _PRISON_PART) != 0
    return {
        "sentence_end": F.when(unknown.isNull(), _last(convicted_on)["end"]),
        "sentence_basis": basis,
        "sentence_without_end": _says(_ENDLESS),
        "sentence_unread": _says(_UNREAD),
        "probation_granted": granted,
        "prison_imposed": prison,
    }


def as_later(*, dated: Column) -> dict[str, Column]:
    """The columns `MARKS` of a count whose sentence is not that of a conviction of its own.

    Args:
        dated: when it was imposed.
    """
    own = _bits_of(_KNOWN).bitwiseOR(F.shiftleft(_bits_of(_LACKS), _WIDTH))
    later = F.shiftleft(own, _KNOWN_LATER).bitwiseOR(F.col("sentence_bits").bitwiseAND(LATER_BITS))
    without_date = dated.isNull() & (_bits_of(_KNOWN) != 0)
    none = F.lit(None).cast("int")
    return {
        "sentence_bits": F.when(without_date, later.bitwiseOR(_UNDATED << _LACKS_LATER)).otherwise(
            later
        ),
        "longest_months": none,
        "longest_days": none,
        "later_end": _last(dated)["end"],
    }


def _says(bit: int) -> Column:
    """Whether a part, or the text of a disposition, says so."""
    parts = _bits_of(_LACKS).bitwiseOR(_bits_of(_LACKS_LATER))
    named = _bits_of(_NAMED).bitwiseOR(_bits_of(_NAMED_LATER))
    return parts.bitwiseOR(named).bitwiseAND(bit) != 0


def _last(convicted_on: Column) -> Column:
    """The latest of the ends, with what it is called."""

    def ends(mark: str, unit: str) -> Column:
        length = F.shiftright(mark, 3)
        called = F.get(F.lit(list(_CALLED)), F.col(mark).bitwiseAND(_CALLS - 1))
        return F.struct(
            later_by(convicted_on, length, F.lit(unit)).alias("end"), called.alias("basis")
        )

    later = F.struct(F.col("later_end").alias("end"), F.lit(LATER).alias("basis"))
    latest = F.greatest(ends("longest_months", "month"), ends("longest_days", "day"), later)
    return F.when(latest["end"].isNotNull(), latest)


def _unknown(convicted_on: Column) -> Column:
    """Why the end is not known; null where it is, or where nothing is recorded at all."""
    known, later = _bits_of(_KNOWN), _bits_of(_KNOWN_LATER)
    lacks = _excused(_bits_of(_LACKS), known).bitwiseOR(_excused(_bits_of(_LACKS_LATER), later))
    uncovered = _excused(_uncovered(_NAMED, known), known)
    # A fine ends the day it starts: beside any known part, a missing one cannot matter.
    uncovered = F.when(known != 0, uncovered.bitwiseAND(_MASK ^ _BIT["fine"])).otherwise(uncovered)
    uncovered = uncovered.bitwiseOR(_excused(_uncovered(_NAMED_LATER, later), later))
    undated = convicted_on.isNull() & ((known != 0) | (_bits_of(_LACKS) != 0))
    why = (
        F.when(_says(_ENDLESS), NO_END)
        .when(_says(_UNREAD), NOT_READ)
        .when(undated | (lacks.bitwiseAND(_UNDATED) != 0), "unknown: undated")
    )
    # Nothing lacks in most rows: one look, then the particulars.
    missing = reduce(
        lambda chain, one: chain.when(one[0], one[1]),
        [
            *(
                (lacks.bitwiseAND(bit) != 0, f"unknown: {kind} length missing")
                for kind, bit in _MISSING.items()
            ),
            *(
                (uncovered.bitwiseAND(bit) != 0, f"unknown: {kind} not recorded")
                for kind, bit in _BIT.items()
            ),
        ],
        F.when(F.lit(False), F.lit(None).cast("string")),
    )
    return F.coalesce(why, F.when(lacks.bitwiseOR(uncovered) != 0, missing))


def _uncovered(named: int, known: Column) -> Column:
    """The kinds that the text names and no known part is of."""
    return _bits_of(named).bitwiseAND(_ANY).bitwiseAND(F.bitwise_not(known))


def _bits_of(place: int) -> Column:
    return F.shiftright("sentence_bits", place).bitwiseAND(_MASK)


def _excused(missing: Column, known: Column) -> Column:
    """What is still missing once a known probation term has covered the jail inside it."""
    has_probation = known.bitwiseAND(_BIT["probation"]) != 0
    return F.when(has_probation, missing.bitwiseAND(_MASK ^ _BIT["jail"])).otherwise(missing)
