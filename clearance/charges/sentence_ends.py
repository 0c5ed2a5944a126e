"""When a sentence ends: the latest end over its parts, and what that rests on.

Where only lengths are missing, the longest that the law lets them be bound the end: the true one
is on or before it (`rules/longest_terms.yaml`). Probation that a court ended early ends that day;
one that was revoked with a new sentence ends with that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.charges.fields import later_by
from clearance.charges.sentences import (
    ANY,
    BIT,
    CALLED,
    CALLS,
    ENDLESS,
    GRANTED,
    KNOWN,
    KNOWN_LATER,
    LACKS,
    LACKS_LATER,
    LATER,
    LATER_BITS,
    MASK,
    MISSING,
    NAMED_BY_TEXT,
    NAMED_LATER,
    NEW_SENTENCE,
    NO_END,
    NOT_READ,
    NOT_READ_BIT,
    NOT_RECORDED,
    PRISON_PART,
    TERM,
    TERMINATED,
    TERMINATES,
    UNDATED,
    UNDATED_PART,
    WIDTH,
)

# What a later disposition may do to how long probation lasts: it may stop it, prolong it, end it.
_MOVES = ("revokes", "reinstates", "modifies", "resentences", TERMINATES)


@dataclass(frozen=True)
class Longest:
    """How many months the parts of a conviction last at most; null where nothing bounds one.

    Attributes:
        probation: of it.
        jail: of it.
        any_term: of a part without a place.
    """

    probation: Column
    jail: Column
    any_term: Column


def granted() -> Column:
    """Whether probation was granted: the convicting row or a part of it names it."""
    return _bits_of(NAMED_BY_TEXT).bitwiseAND(BIT["probation"] | GRANTED) != 0


def sentence_of(
    *, convicted_on: Column, without_day: Column, longest: Longest, revoked: Column
) -> dict[str, Column]:
    """The end of a count's sentence, its basis, and whether it was probation, or prison.

    The end is null where the basis is `no end`, or starts with `unknown` and nothing bounds it;
    where something does, it is the latest possible one, and `sentence_end_bounded` says so.

    Args:
        convicted_on: the conviction date, or the last day that it may be; the sums of `MARKS` stand
            beside it, and `dispositions` in record order.
        without_day: whether it is only the last day that it may be. Every end moves with it, so
            that the end is a bound, whatever `sentence_end_bounded` says; but not what a court
            ended early, for of two parts that end together it is not known which one lasts.
        longest: what bounds a missing length.
        revoked: whether probation was revoked and not reinstated.
    """
    over = _Over(revoked)
    own, later = _missing(over)
    why = _why(convicted_on, own.bitwiseOR(later))
    last = _last(convicted_on, over, jail=longest.jail)
    recorded = why.isNull() & last["end"].isNotNull()
    # Of what nothing at all is recorded nothing is known to be missing.
    lasts = F.when(why.isNotNull(), _lasts(own, longest))
    open_ = ~recorded & (later == 0) & over.untouched & ~_of_another_kind(why)
    bound = F.when(open_, F.add_months(convicted_on, lasts))
    # A part whose end is known may outlast everything that is not.
    covered = F.coalesce(last["end"] >= bound, F.lit(False))
    at_most = bound.isNotNull() & ~covered
    unsure = without_day & over.early
    basis = F.coalesce(F.when(~covered, why), F.when(~at_most, last["basis"]), F.lit(NOT_RECORDED))
    return {
        "sentence_end": F.when(~unsure, F.when(recorded | covered, last["end"]).otherwise(bound)),
        "sentence_end_bounded": at_most,
        "sentence_basis": F.when(unsure, UNDATED_PART).otherwise(basis),
        "sentence_without_end": _says(ENDLESS),
        "sentence_unread": _says(NOT_READ_BIT),
        "probation_granted": granted(),
        "prison_imposed": _bits_of(NAMED_BY_TEXT).bitwiseAND(BIT["prison"] | PRISON_PART) != 0,
    }


def as_later(*, dated: Column) -> dict[str, Column]:
    """The columns `MARKS` of a count whose sentence is not that of a conviction of its own.

    Args:
        dated: when it was imposed.
    """
    own = _bits_of(KNOWN).bitwiseOR(F.shiftleft(_bits_of(LACKS), WIDTH))
    later = F.shiftleft(own, KNOWN_LATER).bitwiseOR(F.col("sentence_bits").bitwiseAND(LATER_BITS))
    without_date = dated.isNull() & (_bits_of(KNOWN) != 0)
    none = F.lit(None).cast("int")
    return {
        "sentence_bits": F.when(without_date, later.bitwiseOR(UNDATED << LACKS_LATER)).otherwise(
            later
        ),
        "longest_months": none,
        "longest_days": none,
        "later_end": _latest(_longest(dated))["end"],
        "terminated_on": F.col("terminated_on"),
    }


class _Over:
    """Whether probation is over before its term is: ended by a court, or replaced when revoked.

    Attributes:
        early: it is.
        ended_on: the day on which a court ended it; null where none did.
        untouched: nothing else may have moved the end of a term that is not recorded.
    """

    def __init__(self, revoked: Column) -> None:
        moves = F.filter("dispositions", lambda one: one["effect"].isin(*_MOVES))
        last = F.when(F.size("dispositions") > 1, F.get(moves, F.size(moves) - 1)["effect"])
        # Of prison beside probation it is not known which was meant.
        alone = _bits_of(KNOWN).bitwiseAND(BIT["prison"]) == 0
        ended = granted() & last.eqNullSafe(TERMINATES)
        self.ended_on = F.when(ended & alone, F.col("terminated_on"))
        replaced = revoked & (F.col("sentence_bits").bitwiseAND(NEW_SENTENCE) != 0)
        self.early = self.ended_on.isNotNull() | (replaced & alone)
        self.untouched = last.isNull() | self.ended_on.isNotNull()


def _says(bit: int) -> Column:
    """Whether a part, or the text of a disposition, says so."""
    parts = _bits_of(LACKS).bitwiseOR(_bits_of(LACKS_LATER))
    named = _bits_of(NAMED_BY_TEXT).bitwiseOR(_bits_of(NAMED_LATER))
    return parts.bitwiseOR(named).bitwiseAND(bit) != 0


def _longest(started_on: Column) -> list[Column]:
    """The ends of the conviction's own parts: the longest in months, and in days."""

    def ends(mark: str, unit: str) -> Column:
        length = F.shiftright(mark, 3)
        called = F.get(F.lit(list(CALLED)), F.col(mark).bitwiseAND(CALLS - 1))
        return F.struct(
            later_by(started_on, length, F.lit(unit)).alias("end"), called.alias("basis")
        )

    return [ends("longest_months", "month"), ends("longest_days", "day")]


def _latest(ends: list[Column]) -> Column:
    """The latest of the ends, with what it is called; null where there is none."""
    later = F.struct(F.col("later_end").alias("end"), F.lit(LATER).alias("basis"))
    latest = F.greatest(*ends, later)
    return F.when(latest["end"].isNotNull(), latest)


def _last(convicted_on: Column, over: _Over, *, jail: Column) -> Column:
    """The latest of the ends that are known, with what it is called."""
    ends = _longest(convicted_on)
    own = F.greatest(*ends)
    # Jail beside probation is no longer than a condition of it may be.
    in_jail = F.when(
        _bits_of(KNOWN).bitwiseAND(BIT["jail"]) != 0,
        F.least(own["end"], F.add_months(convicted_on, jail)),
    )
    ended = F.struct(
        F.greatest(convicted_on, over.ended_on, in_jail).alias("end"),
        F.lit(TERMINATED).alias("basis"),
    )
    is_probation = own["end"].isNull() | (own["basis"] == "probation")
    shortened = [F.when(over.early & is_probation, ended).otherwise(end) for end in ends]
    return _latest(shortened)


def _missing(over: _Over) -> tuple[Column, Column]:
    """The kinds whose end is not known, of the conviction's own parts and of later ones."""
    known, known_later = _bits_of(KNOWN), _bits_of(KNOWN_LATER)
    uncovered = _excused(_uncovered(NAMED_BY_TEXT, known), known)
    # A fine ends the day it starts: beside any known part, a missing one cannot matter.
    uncovered = F.when(known != 0, uncovered.bitwiseAND(MASK ^ BIT["fine"])).otherwise(uncovered)
    own = _excused(_bits_of(LACKS), known).bitwiseOR(uncovered)
    own = F.when(over.early, own.bitwiseAND(MASK ^ BIT["probation"])).otherwise(own)
    later = _excused(_bits_of(LACKS_LATER), known_later).bitwiseOR(
        _excused(_uncovered(NAMED_LATER, known_later), known_later)
    )
    return own, later


def _why(convicted_on: Column, missing: Column) -> Column:
    """Why the end is not known; null where it is, or where nothing is recorded at all."""
    undated = convicted_on.isNull() & ((_bits_of(KNOWN) != 0) | (_bits_of(LACKS) != 0))
    why = (
        F.when(_says(ENDLESS), NO_END)
        .when(_says(NOT_READ_BIT), NOT_READ)
        .when(undated | (missing.bitwiseAND(UNDATED) != 0), UNDATED_PART)
    )
    lacks = _bits_of(LACKS).bitwiseOR(_bits_of(LACKS_LATER))
    # Nothing lacks in most rows: one look, then the particulars.
    particulars = reduce(
        lambda chain, one: chain.when(one[0], one[1]),
        [
            *(
                (missing.bitwiseAND(lacks).bitwiseAND(bit) != 0, f"unknown: {kind} length missing")
                for kind, bit in MISSING.items()
            ),
            *(
                (missing.bitwiseAND(bit) != 0, f"unknown: {kind} not recorded")
                for kind, bit in BIT.items()
            ),
        ],
        F.when(F.lit(False), F.lit(None).cast("string")),
    )
    return F.coalesce(why, F.when(missing != 0, particulars))


def _of_another_kind(why: Column) -> Column:
    """Whether the end is not known for another reason than that something is missing."""
    return F.coalesce(why.isin(NO_END, NOT_READ, UNDATED_PART), F.lit(False))


def _lasts(missing: Column, longest: Longest) -> Column:
    """How many months the parts whose end is not known last at most; null where nothing says."""
    each = {
        BIT["probation"]: longest.probation,
        BIT["jail"]: longest.jail,
        BIT["prison"]: F.lit(None).cast("int"),
        TERM: longest.any_term,
    }
    lasts = [F.when(missing.bitwiseAND(bit) == 0, 0).otherwise(most) for bit, most in each.items()]
    unbounded = reduce(lambda one, other: one | other, [most.isNull() for most in lasts])
    return F.when(~unbounded, F.greatest(*lasts))


def _uncovered(named: int, known: Column) -> Column:
    """The kinds that the text names and no known part is of."""
    return _bits_of(named).bitwiseAND(ANY).bitwiseAND(F.bitwise_not(known))


def _bits_of(place: int) -> Column:
    return F.shiftright("sentence_bits", place).bitwiseAND(MASK)


def _excused(missing: Column, known: Column) -> Column:
    """What is still missing once a known probation term has covered the jail inside it."""
    has_probation = known.bitwiseAND(BIT["probation"]) != 0
    return F.when(has_probation, missing.bitwiseAND(MASK ^ BIT["jail"])).otherwise(missing)
