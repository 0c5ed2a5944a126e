"""When a sentence ends: the latest end over its parts, and what that rests on.

Where only lengths are missing, the longest that the law lets them be bound the end: the true one
is on or before it (`rules/longest_terms.yaml`). Probation that a court ended early ends that day;
one that was revoked with a new sentence ends with that.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.charges.fields import later_by
from clearance.charges.longest_terms import LongestTerms
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
from clearance.charges.term_bounds import longest_months

# What a later disposition may do to how long probation lasts: it may stop it, prolong it, end it.
_MOVES = ("revokes", "reinstates", "modifies", "resentences", TERMINATES)

# What is worked out on the way to a sentence's end, a column each.
_WORKED_OUT = (
    "probation_over_early",
    "probation_ended_on",
    "probation_untouched",
    "own_parts_missing",
    "later_parts_missing",
    "longest_probation",
    "longest_jail",
    "end_unknown_for",
    "last_known_end",
    "bound_of_end",
)
_EARLY, _ENDED_ON, _UNTOUCHED, _OWN_MISSING, _LATER_MISSING = _WORKED_OUT[:5]
_PROBATION, _JAIL, _WHY, _LAST, _BOUND = _WORKED_OUT[5:]


def granted() -> Column:
    """Whether probation was granted: the convicting row or a part of it names it."""
    return _bits_of(NAMED_BY_TEXT).bitwiseAND(BIT["probation"] | GRANTED) != 0


def with_sentence(counts: DataFrame, *, longest: LongestTerms) -> DataFrame:
    """A row is a count, with `sentence`: its end, its basis, whether it was probation, or prison.

    The end is null where the basis is `no end`, or starts with `unknown` and nothing bounds it;
    where something does, it is the latest possible one, and `sentence_end_bounded` says so. What is
    asked for more than once is a column of its own, since an expression would hold it as often.

    Args:
        counts: with `convicted_on`, the conviction date of a conviction; `outcome`; the level as
            the conviction was made; the sums of `MARKS`, and `dispositions` in record order.
        longest: what bounds a missing length.
    """
    moved = counts.withColumns(_over(F.col("outcome.probation_revoked")))
    missing = moved.withColumns(_missing() | _longest_months(longest))
    known = missing.withColumns({_WHY: _why(), _LAST: _last()})
    recorded = F.col(_WHY).isNull() & F.col(_LAST)["end"].isNotNull()
    # Of what nothing at all is recorded nothing is known to be missing.
    lasts = F.when(F.col(_WHY).isNotNull(), _lasts())
    open_ = ~recorded & (F.col(_LATER_MISSING) == 0) & F.col(_UNTOUCHED) & ~_of_another_kind()
    bounded = known.withColumn(_BOUND, F.when(open_, F.add_months("convicted_on", lasts)))
    # A part whose end is known may outlast everything that is not.
    covered = F.coalesce(F.col(_LAST)["end"] >= F.col(_BOUND), F.lit(False))
    at_most = F.col(_BOUND).isNotNull() & ~covered
    basis = F.coalesce(
        F.when(~covered, F.col(_WHY)), F.when(~at_most, F.col(_LAST)["basis"]), F.lit(NOT_RECORDED)
    )
    prison = _bits_of(NAMED_BY_TEXT).bitwiseAND(BIT["prison"] | PRISON_PART) != 0
    sentence = F.struct(
        F.when(recorded | covered, F.col(_LAST)["end"])
        .otherwise(F.col(_BOUND))
        .alias("sentence_end"),
        at_most.alias("sentence_end_bounded"),
        basis.alias("sentence_basis"),
        _says(ENDLESS).alias("sentence_without_end"),
        _says(NOT_READ_BIT).alias("sentence_unread"),
        granted().alias("probation_granted"),
        prison.alias("prison_imposed"),
    )
    return bounded.withColumn("sentence", sentence).drop(*_WORKED_OUT)


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


def _over(revoked: Column) -> dict[str, Column]:
    """Whether probation is over before its term is: ended by a court, or replaced when revoked.

    Also the day on which a court ended it, null where none did; and whether nothing else may have
    moved the end of a term that is not recorded.
    """
    moves = F.filter("dispositions", lambda one: one["effect"].isin(*_MOVES))
    last = F.when(F.size("dispositions") > 1, F.get(moves, F.size(moves) - 1)["effect"])
    # Of prison beside probation it is not known which was meant.
    alone = _bits_of(KNOWN).bitwiseAND(BIT["prison"]) == 0
    ended = granted() & last.eqNullSafe(TERMINATES) & alone
    ended_on = F.when(ended, F.col("terminated_on"))
    replaced = revoked & (F.col("sentence_bits").bitwiseAND(NEW_SENTENCE) != 0)
    return {
        _ENDED_ON: ended_on,
        _EARLY: ended_on.isNotNull() | (replaced & alone),
        _UNTOUCHED: last.isNull() | ended_on.isNotNull(),
    }


def _longest_months(terms: LongestTerms) -> dict[str, Column]:
    """What bounds the lengths that a conviction lacks, by its level as it was made."""
    date = F.col("convicted_on")
    return {
        _PROBATION: longest_months(terms.probation, convicted_on=date),
        _JAIL: longest_months(terms.jail, convicted_on=date, on_probation=granted()),
    }


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


def _last() -> Column:
    """The latest of the ends that are known, with what it is called."""
    convicted_on = F.col("convicted_on")
    ends = _longest(convicted_on)
    own = F.greatest(*ends)
    # Jail beside probation is no longer than a condition of it may be.
    in_jail = F.when(
        _bits_of(KNOWN).bitwiseAND(BIT["jail"]) != 0,
        F.least(own["end"], F.add_months(convicted_on, F.col(_JAIL))),
    )
    ended = F.struct(
        F.greatest(convicted_on, F.col(_ENDED_ON), in_jail).alias("end"),
        F.lit(TERMINATED).alias("basis"),
    )
    is_probation = own["end"].isNull() | (own["basis"] == "probation")
    shortened = [F.when(F.col(_EARLY) & is_probation, ended).otherwise(end) for end in ends]
    return _latest(shortened)


def _missing() -> dict[str, Column]:
    """The kinds whose end is not known, of the conviction's own parts and of later ones."""
    known, known_later = _bits_of(KNOWN), _bits_of(KNOWN_LATER)
    uncovered = _excused(_uncovered(NAMED_BY_TEXT, known), known)
    # A fine ends the day it starts: beside any known part, a missing one cannot matter.
    uncovered = F.when(known != 0, uncovered.bitwiseAND(MASK ^ BIT["fine"])).otherwise(uncovered)
    own = _excused(_bits_of(LACKS), known).bitwiseOR(uncovered)
    later = _excused(_bits_of(LACKS_LATER), known_later).bitwiseOR(
        _excused(_uncovered(NAMED_LATER, known_later), known_later)
    )
    return {
        _OWN_MISSING: F.when(F.col(_EARLY), own.bitwiseAND(MASK ^ BIT["probation"])).otherwise(own),
        _LATER_MISSING: later,
    }


def _why() -> Column:
    """Why the end is not known; null where it is, or where nothing is recorded at all."""
    missing = F.col(_OWN_MISSING).bitwiseOR(F.col(_LATER_MISSING))
    dated = F.col("convicted_on").isNotNull()
    undated = ~dated & ((_bits_of(KNOWN) != 0) | (_bits_of(LACKS) != 0))
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


def _of_another_kind() -> Column:
    """Whether the end is not known for another reason than that something is missing."""
    return F.coalesce(F.col(_WHY).isin(NO_END, NOT_READ, UNDATED_PART), F.lit(False))


def _lasts() -> Column:
    """How many months the parts whose end is not known last at most; null where nothing says."""
    probation, jail = F.col(_PROBATION), F.col(_JAIL)
    # A part without a place, or nothing at all, may be prison where it was a felony.
    no_prison = F.coalesce(F.col("level").isin("M", "I"), F.lit(False))
    each = {
        BIT["probation"]: probation,
        BIT["jail"]: jail,
        BIT["prison"]: F.lit(None).cast("int"),
        TERM: F.when(no_prison, F.greatest(probation, jail)),
    }
    missing = F.col(_OWN_MISSING)
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
