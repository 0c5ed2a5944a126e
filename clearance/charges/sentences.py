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

from clearance.charges.dispositions import CONVICTS
from clearance.charges.fields import later_by
from clearance.charges.record_rules import MODIFYING

KINDS = ("probation", "jail", "prison", "fine")
_TIMED = ("probation", "jail", "prison")
_BIT = {kind: 1 << position for position, kind in enumerate(KINDS)}
# A term without a place may be any of them: it answers for whatever the conviction names.
_ANY = sum(_BIT.values())
_TERM, _UNDATED, _GRANTED = 16, 32, 32
# A PRISON part, apart from terms without a place: beside the kinds that the conviction names.
_PRISON_PART = 16
_MISSING = {**{kind: _BIT[kind] for kind in _TIMED}, "term": _TERM}

# One whole number tells all parts apart: six bits for each of five questions.
_WIDTH = 6
_KNOWN, _LACKS, _NAMED, _KNOWN_LATER, _LACKS_LATER = (_WIDTH * place for place in range(5))
_MASK = (1 << _WIDTH) - 1
LATER_BITS = (_MASK << _KNOWN_LATER) | (_MASK << _LACKS_LATER) | (_PRISON_PART << _NAMED)

# A length with what it is called, in one number that is larger for the longer.
_CALLED = ("other", "fine", "term", "jail", "prison", "probation")
_CALLS = 8

MARKS = ("sentence_bits", "longest_months", "longest_days", "later_end")
NOT_RECORDED = "unknown: no sentence recorded"
LATER = "later disposition"


def sentence_marks() -> dict[str, Column]:
    """What a typed row says of its count's sentence: the columns `MARKS`.

    Reads disposition_effect, event_date, disposition_date, sentence_kind, sentence_length,
    sentence_unit, named_kinds.
    """
    kind, length, unit = (F.col(f"sentence_{name}") for name in ("kind", "length", "unit"))
    effect = F.col("disposition_effect")
    later = F.coalesce(effect.isin(*MODIFYING, "no_effect", "unknown"), F.lit(False))
    counts = later | effect.isNull() | (effect == CONVICTS)
    is_part = counts & (kind.isNotNull() | length.isNotNull() | unit.isNotNull())
    term = length.isNotNull() & unit.isNotNull() & ~kind.eqNullSafe("fine")
    timed = kind.isNull() | kind.isin(*_TIMED)
    whole = is_part & (~timed | term)
    start = F.coalesce("disposition_date", "event_date")
    months = F.when(~term, 0).when(unit == "month", length).when(unit == "year", length * 12)
    days = F.when(term & (unit == "day"), length)
    end = F.when(term, later_by(start, length, unit)).otherwise(start)
    own = whole & ~later
    return {
        "sentence_bits": _bits(is_part, whole, later, start.isNull()),
        "longest_months": F.when(own, months * _CALLS + _called(kind)),
        "longest_days": F.when(own, days * _CALLS + _called(kind)),
        "later_end": F.when(whole & later, end),
    }


def _called(kind: Column) -> Column:
    name = F.coalesce(kind, F.lit("term"))
    return _chosen(name, {word: place for place, word in enumerate(_CALLED)})


def _chosen(kind: Column, numbers: dict[str, int]) -> Column:
    chosen = F.lit(0)
    for name, number in numbers.items():
        chosen = F.when(kind == name, number).otherwise(chosen)
    return chosen


def _bits(is_part: Column, whole: Column, later: Column, undated: Column) -> Column:
    kind = F.col("sentence_kind")
    known = F.when(kind.isNull(), _ANY).otherwise(_chosen(kind, _BIT))
    lacks = F.when(kind.isNull(), _TERM).otherwise(_chosen(kind, _BIT))
    part = (
        F.when(~is_part, 0)
        .when(later & undated, F.lit(_UNDATED << _LACKS_LATER))
        .when(whole & later, F.shiftleft(known, _KNOWN_LATER))
        .when(whole, F.shiftleft(known, _KNOWN))
        .when(later, F.shiftleft(lacks, _LACKS_LATER))
        .otherwise(F.shiftleft(lacks, _LACKS))
    )
    # Probation whose term is not known was granted all the same.
    granted = F.when(is_part & ~later & (kind == "probation"), _GRANTED).otherwise(0)
    prison = F.when(is_part & (kind == "prison"), _PRISON_PART).otherwise(0)
    named = F.when(F.col("disposition_effect") == CONVICTS, F.col("named_kinds")).otherwise(0)
    return part.bitwiseOR(F.shiftleft(named.bitwiseOR(granted).bitwiseOR(prison), _NAMED))


def sentence_of(*, convicted_on: Column) -> dict[str, Column]:
    """The end of a count's sentence, its basis, and whether it was probation, or prison.

    The end is null where the basis starts with `unknown`.

    Args:
        convicted_on: the conviction date; the sums of `MARKS` stand beside it.
    """
    basis = F.coalesce(_unknown(convicted_on), _last(convicted_on)["basis"], F.lit(NOT_RECORDED))
    granted = _six(_NAMED).bitwiseAND(_BIT["probation"] | _GRANTED) != 0
    prison = _six(_NAMED).bitwiseAND(_BIT["prison"] | _PRISON_PART) != 0
    known = _unknown(convicted_on).isNull()
    return {
        "sentence_end": F.when(known, _last(convicted_on)["end"]),
        "sentence_basis": basis,
        "probation_granted": granted,
        "prison_imposed": prison,
    }


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
    known, later, named = _six(_KNOWN), _six(_KNOWN_LATER), _six(_NAMED)
    lacks = _excused(_six(_LACKS), known).bitwiseOR(_excused(_six(_LACKS_LATER), later))
    uncovered = _excused(named.bitwiseAND(_ANY).bitwiseAND(F.bitwise_not(known)), known)
    # A fine ends the day it starts: beside any known part, a missing one cannot matter.
    uncovered = F.when(known != 0, uncovered.bitwiseAND(_MASK ^ _BIT["fine"])).otherwise(uncovered)
    undated = convicted_on.isNull() & ((known != 0) | (_six(_LACKS) != 0))
    why = F.when(undated | (lacks.bitwiseAND(_UNDATED) != 0), "unknown: undated")
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


def _six(place: int) -> Column:
    return F.shiftright("sentence_bits", place).bitwiseAND(_MASK)


def _excused(missing: Column, known: Column) -> Column:
    """What is still missing once a known probation term has covered the jail inside it."""
    has_probation = known.bitwiseAND(_BIT["probation"]) != 0
    return F.when(has_probation, missing.bitwiseAND(_MASK ^ _BIT["jail"])).otherwise(missing)
