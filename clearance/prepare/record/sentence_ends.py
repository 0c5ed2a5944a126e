"""When a sentence ends: the latest end over its parts, and what that rests on.

Where only lengths are missing, the longest that the law lets them be bound the end: the true one
is on or before it (`rules/longest_terms.yaml`). Probation that a court ended early ends that day;
one that was revoked with a new sentence ends with that.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.record.fields import add_length
from clearance.prepare.record.sentences import (
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
from clearance.prepare.record.term_bounds import TermBounds

# What a later disposition may do to how long probation lasts: it may stop it, prolong it, end it.
_MOVES = (
    *("revokes", "reinstates", "modifies", "extends", "resentences", "voids_sentence"),
    TERMINATES,
)


def last_move() -> Column:
    """The last of several dispositions that may move the end of probation; null where none does.

    Reads `dispositions`, in record order.
    """
    moves = F.filter("dispositions", lambda row: row["effect"].isin(*_MOVES))
    return F.when(F.size("dispositions") > 1, F.try_element_at(moves, F.lit(-1))["effect"])


def granted() -> Column:
    """Whether probation was granted: the convicting row or a part of it names it."""
    return _bits_of(NAMED_BY_TEXT).bitwiseAND(BIT["probation"] | GRANTED) != 0


# What the three steps of a sentence's end hand on: each is one projection, since the next uses its
# columns many times over.
STEPS = (
    *("last_move", "missing_own", "missing_later", "over_early", "ended_on"),
    *("convicted_on", "one_law", "end_unknown_since", "known_end", "lasts_at_most"),
)


def missing(*, revoked: Column) -> dict[str, Column]:
    """The kinds whose end is not known, and whether probation is over before its term is.

    `missing_own` of the conviction's own parts, `missing_later` of later ones, as bits.
    `over_early`: probation was ended by a court, or replaced when revoked. `ended_on`: the day on
    which a court ended it; null where none did. Reads the columns `MARKS` and `last_move`.

    Args:
        revoked: whether probation was revoked and not reinstated.
    """
    # Of prison beside probation it is not known which was meant.
    alone = _bits_of(KNOWN).bitwiseAND(BIT["prison"]) == 0
    ended = granted() & F.col("last_move").eqNullSafe(TERMINATES)
    ended_on = F.when(ended & alone, F.col("terminated_on"))
    replaced = revoked & (F.col("sentence_bits").bitwiseAND(NEW_SENTENCE) != 0)
    early = ended_on.isNotNull() | (replaced & alone)
    own, later = _missing(early)
    return {
        "missing_own": own,
        "missing_later": later,
        "over_early": early,
        "ended_on": ended_on,
    }


def end_parts(terms: TermBounds, *, convicted: Column) -> dict[str, Column]:
    """Why the end of a conviction's sentence is not known, the end that is, what bounds the rest.

    `end_unknown_since` is null where it is known, or where nothing at all is recorded. `known_end`
    is the latest of the ends that are known, with what it is called. `lasts_at_most`: how many
    months the own parts whose end is not known last at most; null where nothing bounds one. Reads
    the columns of `missing`, convicted_on, which is the last possible day where the record gives
    none, one_law, conviction_latest, and what `TermBounds.months` reads.

    Every end moves with the day of the conviction; but of what a court ended early, of two parts
    that end together, it is then not known which one lasts.

    Args:
        terms: what bounds a missing length.
        convicted: whether the count is a conviction; all is null where it is not.
    """
    on = F.col("convicted_on")
    bounds = _bounds_in_months(terms, convicted_on=on)
    own, later = F.col("missing_own"), F.col("missing_later")
    return {
        "end_unknown_since": F.when(convicted, _reason_end_is_unknown(on, own.bitwiseOR(later))),
        "known_end": F.when(convicted, _latest_known_end(on, jail=bounds["jail"])),
        "lasts_at_most": F.when(convicted & (own != 0), _months_at_most(own, bounds)),
    }


def sentence_of() -> dict[str, Column]:
    """The end of a count's sentence, its basis, and whether it was probation, or prison.

    The end is null where the basis is `no end`, or starts with `unknown` and nothing bounds it;
    where something does, it is the latest possible one, and `length_bounded` says so.
    Reads convicted_on, `MARKS` and the columns of `missing` and `end_parts`.
    """
    why, known = F.col("end_unknown_since"), F.col("known_end.end")
    recorded = why.isNull() & known.isNotNull()
    # Nothing else may have moved the end of a term that is not recorded.
    untouched = F.col("last_move").isNull() | F.col("ended_on").isNotNull()
    # Of what nothing at all is recorded nothing is known to be missing.
    open_ = why.isNotNull() & (F.col("missing_later") == 0) & untouched & ~_of_another_kind(why)
    bound = F.when(open_, F.add_months("convicted_on", F.col("lasts_at_most")))
    # A part whose end is known may outlast everything that is not.
    covered = F.coalesce(known >= bound, F.lit(False))
    at_most = bound.isNotNull() & ~covered
    basis = F.when(known.isNotNull(), F.col("known_end.basis"))
    return {
        "sentence_end": F.when(recorded | covered, known).otherwise(bound),
        "length_bounded": at_most,
        "sentence_basis": F.coalesce(
            F.when(~covered, why), F.when(~at_most, basis), F.lit(NOT_RECORDED)
        ),
        "sentence_without_end": _has_bit(ENDLESS),
        "sentence_unread": _has_bit(NOT_READ_BIT),
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


def _has_bit(bit: int) -> Column:
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
            add_length(started_on, length, F.lit(unit)).alias("end"), called.alias("basis")
        )

    return [ends("longest_months", "month"), ends("longest_days", "day")]


def _latest(ends: list[Column]) -> Column:
    """The latest of the ends, with what it is called; its `end` is null where there is none."""
    later = F.struct(F.col("later_end").alias("end"), F.lit(LATER).alias("basis"))
    return F.greatest(*ends, later)


def _latest_known_end(convicted_on: Column, *, jail: Column) -> Column:
    """The latest of the ends that are known, with what it is called."""
    ends = _longest(convicted_on)
    own = F.greatest(*ends)
    # Jail beside probation is no longer than a condition of it may be.
    in_jail = F.when(
        _bits_of(KNOWN).bitwiseAND(BIT["jail"]) != 0,
        F.least(own["end"], F.add_months(convicted_on, jail)),
    )
    ended = F.struct(
        F.greatest(convicted_on, F.col("ended_on"), in_jail).alias("end"),
        F.lit(TERMINATED).alias("basis"),
    )
    is_probation = own["end"].isNull() | (own["basis"] == "probation")
    # Few sentences end early: the rest is spared a look at the particulars.
    shortened = F.when(F.col("over_early") & is_probation, _latest([ended]))
    return F.coalesce(shortened, _latest(ends))


def _missing(early: Column) -> tuple[Column, Column]:
    """The kinds whose end is not known, of the conviction's own parts and of later ones."""
    known, known_later = _bits_of(KNOWN), _bits_of(KNOWN_LATER)
    uncovered = _without_covered_jail(_uncovered(NAMED_BY_TEXT, known), known)
    # A fine ends the day it starts: beside any known part, a missing one cannot matter.
    uncovered = F.when(known != 0, uncovered.bitwiseAND(MASK ^ BIT["fine"])).otherwise(uncovered)
    own = _without_covered_jail(_bits_of(LACKS), known).bitwiseOR(uncovered)
    own = F.when(early, own.bitwiseAND(MASK ^ BIT["probation"])).otherwise(own)
    later = _without_covered_jail(_bits_of(LACKS_LATER), known_later).bitwiseOR(
        _without_covered_jail(_uncovered(NAMED_LATER, known_later), known_later)
    )
    # Any new sentence stands in the place of one that is void.
    replaced = known_later.bitwiseAND(ANY) != 0
    void = F.when(replaced, 0).otherwise(_bits_of(NAMED_LATER).bitwiseAND(TERM))
    return own, later.bitwiseOR(void)


def _reason_end_is_unknown(convicted_on: Column, missing: Column) -> Column:
    """Why the end is not known; null where it is, or where nothing is recorded at all."""
    undated = convicted_on.isNull() & ((_bits_of(KNOWN) != 0) | (_bits_of(LACKS) != 0))
    undated = undated | (F.col("conviction_latest").isNotNull() & F.col("over_early"))
    why = (
        F.when(_has_bit(ENDLESS), NO_END)
        .when(_has_bit(NOT_READ_BIT), NOT_READ)
        .when(undated | (missing.bitwiseAND(UNDATED) != 0), UNDATED_PART)
    )
    lacks = _bits_of(LACKS).bitwiseOR(_bits_of(LACKS_LATER))
    # Nothing lacks in most rows: one look, then the particulars.
    particulars = reduce(
        lambda chain, case: chain.when(case[0], case[1]),
        [
            *(
                (missing.bitwiseAND(lacks).bitwiseAND(bit) != 0, f"unknown: {kind} length missing")
                for kind, bit in MISSING.items()
            ),
            *(
                (missing.bitwiseAND(bit) != 0, f"unknown: {kind} not recorded")
                for kind, bit in {**BIT, "new sentence": TERM}.items()
            ),
        ],
        F.when(F.lit(False), F.lit(None).cast("string")),
    )
    return F.coalesce(why, F.when(missing != 0, particulars))


def _of_another_kind(why: Column) -> Column:
    """Whether the end is not known for another reason than that something is missing."""
    return F.coalesce(why.isin(NO_END, NOT_READ, UNDATED_PART), F.lit(False))


def _bounds_in_months(terms: TermBounds, *, convicted_on: Column) -> dict[str, Column]:
    """What bounds the lengths that a conviction lacks, by its level as it was made, in months."""
    probation, jail = (
        F.when(
            F.col("one_law"), terms.months(kind, convicted_on=convicted_on, on_probation=granted())
        )
        for kind in ("probation", "jail")
    )
    # A part without a place, or nothing at all, may be prison where it was a felony.
    no_prison = F.coalesce(F.col("level").isin("M", "I"), F.lit(False))
    any_term = F.when(no_prison, F.greatest(probation, jail))
    return {"probation": probation, "jail": jail, "term": any_term}


def _months_at_most(missing: Column, longest: dict[str, Column]) -> Column:
    """How many months the parts whose end is not known last at most; null where nothing says."""
    none = F.lit(None).cast("int")
    each = {bit: longest.get(kind, none) for kind, bit in MISSING.items()}
    lasts = [F.when(missing.bitwiseAND(bit) == 0, 0).otherwise(most) for bit, most in each.items()]
    unbounded = reduce(lambda left, right: left | right, [most.isNull() for most in lasts])
    return F.when(~unbounded, F.greatest(*lasts))


def _uncovered(named: int, known: Column) -> Column:
    """The kinds that the text names and no known part is of."""
    return _bits_of(named).bitwiseAND(ANY).bitwiseAND(F.bitwise_not(known))


def _bits_of(place: int) -> Column:
    return F.shiftright("sentence_bits", place).bitwiseAND(MASK)


def _without_covered_jail(missing: Column, known: Column) -> Column:
    """What is still missing once a known probation term has covered the jail inside it."""
    has_probation = known.bitwiseAND(BIT["probation"]) != 0
    return F.when(has_probation, missing.bitwiseAND(MASK ^ BIT["jail"])).otherwise(missing)
