"""The end of a sentence: the latest end of its parts, and its basis.

Where only lengths are missing, the longest terms of the law (`rules/longest_terms.yaml`) bound the
end: the true end is on or before that day. Probation that a court ended early ends on that day.
Probation that was revoked with a new sentence ends with the new sentence.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.prepare.record.fields import add_length
from clearance.prepare.record.sentences import (
    ANY,
    BASES,
    BASIS_BITS,
    BIT,
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

# Effects of later dispositions that may move the end of probation.
_MOVES = (
    *("revokes", "reinstates", "modifies", "extends", "resentences", "voids_sentence"),
    TERMINATES,
)


def last_move() -> Column:
    """The effect of the last disposition that may move the end of probation; null without one.

    Reads `dispositions`, in record order.
    """
    moves = F.filter("dispositions", lambda row: row["effect"].isin(*_MOVES))
    return F.when(F.size("dispositions") > 1, F.try_element_at(moves, F.lit(-1))["effect"])


def probation_granted() -> Column:
    """Whether probation was granted: the text or a part of the convicting row names probation."""
    return _bits_of(NAMED_BY_TEXT).bitwiseAND(BIT["probation"] | GRANTED) != 0


# The columns of the steps `missing_kinds`, `end_parts` and `sentence_of`. Each step is a projection
# of its own, since the next step uses its columns many times.
STEPS = (
    *("last_move", "missing_own", "missing_later", "over_early", "ended_on"),
    *("convicted_on", "one_law", "end_unknown_since", "known_end", "lasts_at_most"),
)


def missing_kinds(*, revoked: Column) -> dict[str, Column]:
    """The kinds of parts whose end is not known, and whether probation ended before its term.

    `missing_own`: the kinds of the conviction's own parts, `missing_later`: of later parts, as
    bits. `over_early`: a court ended probation, or a new sentence replaced it when it was revoked.
    `ended_on`: the day on which a court ended it, else null. Reads the columns `SENTENCE_COLUMNS`
    and `last_move`.

    Args:
        revoked: whether probation was revoked and not reinstated.
    """
    # With prison beside probation, the record does not show which of the two ended.
    without_prison = _bits_of(KNOWN).bitwiseAND(BIT["prison"]) == 0
    ended = probation_granted() & F.col("last_move").eqNullSafe(TERMINATES)
    ended_on = F.when(ended & without_prison, F.col("terminated_on"))
    replaced = revoked & (F.col("sentence_bits").bitwiseAND(NEW_SENTENCE) != 0)
    over_early = ended_on.isNotNull() | (replaced & without_prison)
    missing_own, missing_later = _missing(over_early)
    return {
        "missing_own": missing_own,
        "missing_later": missing_later,
        "over_early": over_early,
        "ended_on": ended_on,
    }


def end_parts(terms: TermBounds, *, convicted: Column) -> dict[str, Column]:
    """The known end of a conviction's sentence, why it is unknown, and the bound of missing parts.

    `end_unknown_since`: the reason why the end is unknown; null where it is known, or where no part
    is recorded. `known_end`: the latest known end of a part, with its basis. `lasts_at_most`: the
    most months that the own parts without a known end last; null where a part has no bound.

    Reads the columns of `missing_kinds` and of `TermBounds.months`, convicted_on (the last possible
    day where the record gives no day), one_law and conviction_latest.

    Args:
        terms: the bounds of missing lengths.
        convicted: whether the count is a conviction; if not, all columns are null.
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
    """The end of a count's sentence, its basis, and whether probation or prison was imposed.

    The end is null where the basis is `no end`, or starts with `unknown` and nothing bounds the
    end. Where `length_bounded` is true, the end is the latest possible one.
    Reads convicted_on, `SENTENCE_COLUMNS` and the columns of `missing_kinds` and `end_parts`.
    """
    reason, known_end = F.col("end_unknown_since"), F.col("known_end.end")
    is_known = reason.isNull() & known_end.isNotNull()
    # Where no part is recorded, none is known to be missing, and nothing bounds the end. A bound
    # holds only where no later disposition may have moved the end.
    unmoved = F.col("last_move").isNull() | F.col("ended_on").isNotNull()
    only_lengths_missing = reason.isNotNull() & (F.col("missing_later") == 0)
    has_bound = only_lengths_missing & unmoved & ~_is_other_reason(reason)
    bound = F.when(has_bound, F.add_months("convicted_on", F.col("lasts_at_most")))
    # A part with a known end may last longer than every part without one.
    known_is_latest = F.coalesce(known_end >= bound, F.lit(False))
    is_bound = bound.isNotNull() & ~known_is_latest
    basis = F.when(known_end.isNotNull(), F.col("known_end.basis"))
    return {
        "sentence_end": F.when(is_known | known_is_latest, known_end).otherwise(bound),
        "length_bounded": is_bound,
        "sentence_basis": F.coalesce(
            F.when(~known_is_latest, reason), F.when(~is_bound, basis), F.lit(NOT_RECORDED)
        ),
        "sentence_without_end": _has_bit(ENDLESS),
        "sentence_unread": _has_bit(NOT_READ_BIT),
        "probation_granted": probation_granted(),
        "prison_imposed": _bits_of(NAMED_BY_TEXT).bitwiseAND(BIT["prison"] | PRISON_PART) != 0,
    }


def as_later(*, dated: Column) -> dict[str, Column]:
    """The columns `SENTENCE_COLUMNS` of a count that is no offence: its sentence is a later one.

    Args:
        dated: the day on which the sentence was imposed.
    """
    own_bits = _bits_of(KNOWN).bitwiseOR(F.shiftleft(_bits_of(LACKS), WIDTH))
    later_bits = F.col("sentence_bits").bitwiseAND(LATER_BITS)
    bits = F.shiftleft(own_bits, KNOWN_LATER).bitwiseOR(later_bits)
    is_undated = dated.isNull() & (_bits_of(KNOWN) != 0)
    none = F.lit(None).cast("int")
    return {
        "sentence_bits": F.when(is_undated, bits.bitwiseOR(UNDATED << LACKS_LATER)).otherwise(bits),
        "longest_months": none,
        "longest_days": none,
        "later_end": _latest(_own_ends(dated))["end"],
        "terminated_on": F.col("terminated_on"),
    }


def _has_bit(bit: int) -> Column:
    """Whether a part, or the text of a disposition, sets the bit."""
    parts = _bits_of(LACKS).bitwiseOR(_bits_of(LACKS_LATER))
    named = _bits_of(NAMED_BY_TEXT).bitwiseOR(_bits_of(NAMED_LATER))
    return parts.bitwiseOR(named).bitwiseAND(bit) != 0


def _own_ends(started_on: Column) -> list[Column]:
    """The ends of the longest own part in months and of the longest in days, with their bases."""

    def end_of(column: str, unit: str) -> Column:
        length = F.shiftright(column, BASIS_BITS)
        basis = F.get(F.lit(list(BASES)), F.col(column).bitwiseAND((1 << BASIS_BITS) - 1))
        return F.struct(
            add_length(started_on, length, F.lit(unit)).alias("end"), basis.alias("basis")
        )

    return [end_of("longest_months", "month"), end_of("longest_days", "day")]


def _latest(ends: list[Column]) -> Column:
    """The latest of the ends and of `later_end`, with its basis; `end` is null without any."""
    later_end = F.struct(F.col("later_end").alias("end"), F.lit(LATER).alias("basis"))
    return F.greatest(*ends, later_end)


def _latest_known_end(convicted_on: Column, *, jail: Column) -> Column:
    """The latest known end of a part, with its basis.

    Args:
        convicted_on: the conviction date.
        jail: the most months of jail that may be a condition of probation.
    """
    own_ends = _own_ends(convicted_on)
    latest_own = F.greatest(*own_ends)
    jail_end = F.when(
        _bits_of(KNOWN).bitwiseAND(BIT["jail"]) != 0,
        F.least(latest_own["end"], F.add_months(convicted_on, jail)),
    )
    early_end = F.struct(
        F.greatest(convicted_on, F.col("ended_on"), jail_end).alias("end"),
        F.lit(TERMINATED).alias("basis"),
    )
    is_probation = latest_own["end"].isNull() | (latest_own["basis"] == "probation")
    # Few sentences end early: only of these Spark computes the early end.
    shortened = F.when(F.col("over_early") & is_probation, _latest([early_end]))
    return F.coalesce(shortened, _latest(own_ends))


def _missing(over_early: Column) -> tuple[Column, Column]:
    """The kinds without a known end: of the conviction's own parts, and of later parts."""
    known, known_later = _bits_of(KNOWN), _bits_of(KNOWN_LATER)
    only_named = _without_covered_jail(_only_named(NAMED_BY_TEXT, known), known)
    # A fine ends the day it starts: beside any known part, a missing fine cannot matter.
    without_fine = only_named.bitwiseAND(MASK ^ BIT["fine"])
    only_named = F.when(known != 0, without_fine).otherwise(only_named)
    own = _without_covered_jail(_bits_of(LACKS), known).bitwiseOR(only_named)
    own = F.when(over_early, own.bitwiseAND(MASK ^ BIT["probation"])).otherwise(own)
    later = _without_covered_jail(_bits_of(LACKS_LATER), known_later).bitwiseOR(
        _without_covered_jail(_only_named(NAMED_LATER, known_later), known_later)
    )
    # A void sentence has no known end, unless a new sentence replaced it.
    replaced = known_later.bitwiseAND(ANY) != 0
    void = F.when(replaced, 0).otherwise(_bits_of(NAMED_LATER).bitwiseAND(TERM))
    return own, later.bitwiseOR(void)


def _reason_end_is_unknown(convicted_on: Column, missing: Column) -> Column:
    """Why the end is not known; null where it is known, or where no part is recorded."""
    undated = convicted_on.isNull() & ((_bits_of(KNOWN) != 0) | (_bits_of(LACKS) != 0))
    # All ends move with the day of the conviction, except an early end: without the day, the
    # order of the two is unknown.
    undated = undated | (F.col("conviction_latest").isNotNull() & F.col("over_early"))
    general_reason = (
        F.when(_has_bit(ENDLESS), NO_END)
        .when(_has_bit(NOT_READ_BIT), NOT_READ)
        .when(undated | (missing.bitwiseAND(UNDATED) != 0), UNDATED_PART)
    )
    lacks = _bits_of(LACKS).bitwiseOR(_bits_of(LACKS_LATER))
    missing_part = F.when(F.lit(False), F.lit(None).cast("string"))
    for kind, bit in MISSING.items():
        is_missing = missing.bitwiseAND(lacks).bitwiseAND(bit) != 0
        missing_part = missing_part.when(is_missing, f"unknown: {kind} length missing")
    for kind, bit in {**BIT, "new sentence": TERM}.items():
        is_missing = missing.bitwiseAND(bit) != 0
        missing_part = missing_part.when(is_missing, f"unknown: {kind} not recorded")
    # Most rows lack nothing: one comparison spares them the others.
    return F.coalesce(general_reason, F.when(missing != 0, missing_part))


def _is_other_reason(reason: Column) -> Column:
    """Whether the end is unknown for another reason than a missing part or length."""
    return F.coalesce(reason.isin(NO_END, NOT_READ, UNDATED_PART), F.lit(False))


def _bounds_in_months(terms: TermBounds, *, convicted_on: Column) -> dict[str, Column]:
    """The most months of a missing part, by kind and by the level of the conviction as made."""
    probation, jail = (
        F.when(
            F.col("one_law"),
            terms.months(kind, convicted_on=convicted_on, on_probation=probation_granted()),
        )
        for kind in ("probation", "jail")
    )
    # A part without a place, or nothing at all, may be prison where it was a felony.
    no_prison = F.coalesce(F.col("level").isin("M", "I"), F.lit(False))
    any_term = F.when(no_prison, F.greatest(probation, jail))
    return {"probation": probation, "jail": jail, "term": any_term}


def _months_at_most(missing: Column, bounds: dict[str, Column]) -> Column:
    """The most months that the missing parts last; null where a part has no bound."""
    no_bound = F.lit(None).cast("int")
    months = [
        F.when(missing.bitwiseAND(bit) == 0, 0).otherwise(bounds.get(kind, no_bound))
        for kind, bit in MISSING.items()
    ]
    unbounded = reduce(or_, [most.isNull() for most in months])
    return F.when(~unbounded, F.greatest(*months))


def _only_named(named: int, known: Column) -> Column:
    """The kinds that the text names and that have no known part."""
    return _bits_of(named).bitwiseAND(ANY).bitwiseAND(F.bitwise_not(known))


def _bits_of(position: int) -> Column:
    """The byte of `sentence_bits` at a position, such as `KNOWN`."""
    return F.shiftright("sentence_bits", position).bitwiseAND(MASK)


def _without_covered_jail(missing: Column, known: Column) -> Column:
    """The missing kinds, without jail where a known term of probation covers it."""
    has_probation = known.bitwiseAND(BIT["probation"]) != 0
    return F.when(has_probation, missing.bitwiseAND(MASK ^ BIT["jail"])).otherwise(missing)
