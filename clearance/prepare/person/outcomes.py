"""The final state of a count: status, level, dates, sentence, and the lists its charge is on."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.prepare.person.counts import CONVICTED_WITHIN, UNREAD_DATE
from clearance.prepare.person.limitation import years_to_file
from clearance.prepare.person.offences import PASSED, PASSED_ON
from clearance.prepare.projection import projected
from clearance.prepare.record.dispositions import CONVICTS, ENDINGS, NO_LAW, UNREAD, outcome
from clearance.prepare.record.levels import RANKS, rank
from clearance.prepare.record.quality import flags
from clearance.prepare.record.rules import MODIFYING
from clearance.prepare.record.sentence_ends import (
    STEPS,
    end_parts,
    granted,
    last_move,
    missing,
    sentence_of,
)
from clearance.prepare.record.sentences import MARKS
from clearance.prepare.record.term_bounds import TERM_BITS, TermBounds
from clearance.prepare.statutes.limitation_periods import Limitation
from clearance.prepare.statutes.list_bits import ListBits
from clearance.prepare.statutes.longest_terms import LongestTerms
from clearance.prepare.statutes.tag_table import as_felony, place_in_table

SUPER_STRIKE = "super_strike"
GANG_OFFENCE = "gang_offence"
GANG_ENHANCEMENT = "gang_enhancement"

# Of `as_decided`, what the facts of a person rest on.
OF_SENTENCE = (
    *(*CONVICTED_WITHIN, "sentence_end", "length_bounded", "parole_months"),
    *("conviction_unread", "sentence_unread"),
)


_CONVICTION_DATES = ("conviction_date", *CONVICTED_WITHIN)


def with_outcome(counts: DataFrame, *, longest: LongestTerms) -> DataFrame:
    """A row is a count, with what its dispositions and sentence parts make of it.

    What nothing asks for before the person's facts goes on as one value, `as_decided`.

    Args:
        counts: `later.with_later_dispositions`.
        longest: the longest that the law lets a term be.
    """
    terms = TermBounds(longest)
    decided = (
        counts
        # Which of its dispositions count, and the last that moves the end of the sentence.
        .withColumns({"outcome": _outcome(F.col("dispositions")), "last_move": last_move()})
        # The days on which a conviction may be, and which parts of its sentence are missing.
        .transform(_with_conviction_dates, terms=terms)
        # The end of each part, by the record or by the longest term that the law allowed.
        .withColumns(end_parts(terms, convicted=_convicted()))
    )
    convicted, doubtful = _convicted(), _is_doubtful()
    from_outcome = ("status", "convicted", "set_aside", "level")
    return projected(
        decided,
        {
            **{name: F.col(f"outcome.{name}") for name in from_outcome},
            # What may be a conviction, since what became of it is not read.
            "perhaps_convicted": doubtful & ~convicted,
            "as_decided": _as_decided(terms, doubtful=doubtful),
            "flags": F.col("flags").bitwiseOR(_flags(doubtful)),
        },
        without=("dispositions", "outcome", TERM_BITS, *CONVICTED_WITHIN, *MARKS, *STEPS),
    )


def _with_conviction_dates(counts: DataFrame, *, terms: TermBounds) -> DataFrame:
    """A row is a count, with the days on which its conviction may be; null where it is none."""
    convicted, (first, last) = _convicted(), map(F.col, CONVICTED_WITHIN)
    dates = {name: F.when(convicted, F.col(name)) for name in _CONVICTION_DATES}
    return counts.withColumns(
        {
            **dates,
            # The last day that it may be, and whether every day that it may be has the same law.
            "convicted_on": F.when(convicted, F.coalesce("conviction_date", last)),
            "one_law": last.isNull() | terms.same_between(first, last),
            **missing(revoked=F.col("outcome.probation_revoked")),
        }
    )


def _convicted() -> Column:
    return F.col("outcome.convicted")


def _is_doubtful() -> Column:
    """Whether a disposition is not read, or a reversal leaves the outcome open."""
    open_reversal = F.col("outcome.reversed") & (F.col("outcome.status") == "unknown")
    return F.col("outcome.unread") | open_reversal


def _as_decided(terms: TermBounds, *, doubtful: Column) -> Column:
    """What nothing asks for before the person's facts, as one value."""
    convicted, date, sentence = _convicted(), F.col("conviction_date"), sentence_of()
    parole = terms.months("parole", convicted_on=date, on_probation=granted())
    undated = F.col("unread_bits").bitwiseAND(UNREAD_DATE) != 0
    reduced = convicted & ~F.col("outcome.level").eqNullSafe(F.col("level"))
    marks = ("probation_granted", "prison_imposed", "sentence_without_end")
    return F.struct(
        F.col("outcome.probation_revoked"),
        F.col("outcome.probation_ever_revoked"),
        F.col("outcome.under").alias("changed_under"),
        reduced.alias("reduced"),
        F.when(convicted, sentence["sentence_basis"]).alias("sentence_basis"),
        *[(convicted & sentence[name]).alias(name) for name in marks],
        *CONVICTED_WITHIN,
        F.when(convicted, sentence["sentence_end"]).alias("sentence_end"),
        (convicted & sentence["length_bounded"]).alias("length_bounded"),
        # After prison, parole that no record has.
        F.when(convicted & sentence["prison_imposed"], parole).alias("parole_months"),
        # A conviction of which something is text that is not read.
        (convicted & (doubtful | undated)).alias("conviction_unread"),
        (convicted & sentence["sentence_unread"]).alias("sentence_unread"),
    )


def _flags(doubtful: Column) -> Column:
    convicted = _convicted()
    return flags(
        DISMISSED_AFTER_CONVICTION=F.col("outcome.contradicted"),
        DOUBTFUL_DISPOSITION=F.col("convicted") & doubtful,
        UNDATED_CONVICTION=convicted & F.col("conviction_date").isNull(),
        CONVICTION_WITHOUT_LEVEL=convicted & F.col("outcome.level").isNull(),
    )


def _outcome(rows: Column) -> Column:
    """`dispositions.outcome`; of a single disposition, which most counts have, at once."""
    effect = F.get(rows, F.lit(0))["effect"]
    status = F.when(effect == CONVICTS, F.lit("convicted"))
    for name, word in ENDINGS.items():
        status = status.when(effect == name, F.lit(word))
    status = status.when(effect.isin(UNREAD, *MODIFYING), F.lit("unknown"))
    level = F.col("level")
    single = F.struct(
        status.otherwise(F.lit("undisposed")).alias("status"),
        effect.eqNullSafe("diverts").alias("listed_diversion"),
        effect.eqNullSafe(CONVICTS).alias("convicted"),
        F.lit(False).alias("set_aside"),
        F.lit(False).alias("probation_revoked"),
        F.lit(False).alias("probation_ever_revoked"),
        level.alias("level"),
        F.lit(False).alias("contradicted"),
        effect.eqNullSafe(UNREAD).alias("unread"),
        F.lit(False).alias("reversed"),
        F.lit(False).alias("presupposed"),
        F.lit(NO_LAW).alias("under"),
    )
    return F.when(F.size(rows) < 2, single).otherwise(outcome(rows, level=level))


def with_tags(counts: DataFrame, *, lists: ListBits, limitation: Limitation) -> DataFrame:
    """A row is a count, with the lists its charge is on, `tags`, a number of `list_bits`.

    `felony_on` are the lists that a felony which can be read is on, possible ones included; null on
    other counts. Of an arrest's count what the arrest says makes it a felony. `years_to_file` is
    the limitation period of an arrest's charge, `years_without_prior` that of somebody without
    certain other convictions, where it differs; null on other counts.

    Args:
        counts: `with_outcome`, with what `offences.with_offences` passes on.
        lists: the statute lists.
        limitation: the periods in which a case may be filed.
    """
    on = F.when(F.col("convicted"), F.col("conviction_date")).otherwise(F.col("event_date"))
    passed = {name: F.col(f"{PASSED_ON}.{name}") for name in PASSED}
    place = place_in_table(passed.pop("turns"), level=F.col("level"), on=on)
    placed = projected(counts, {**passed, "place": place}, without=(PASSED_ON,))
    charged = F.when(F.col("step_kind") == "arrest", F.col("toc")).otherwise(F.col("level"))
    found = F.get("tag_table", F.col("place"))
    felony = F.col("parsed") & (rank(charged) == RANKS["F"])
    years = years_to_file(
        as_felony=F.get("tag_table", as_felony(F.col("place"))), limitation=limitation, lists=lists
    )
    return projected(
        placed,
        {
            "tags": F.coalesce(found, F.lit(0).cast("bigint")),
            "felony_on": F.when(felony, lists.with_possible(found)),
            **{name: F.when(F.col("step_kind") == "arrest", each) for name, each in years.items()},
        },
        without=("place", "tag_table"),
    )


def gang_enhancement(lists: ListBits) -> Column:
    """Step and charge of a conviction that is a gang enhancement; null on other counts."""
    enhances = F.col("convicted") & lists.any_of(F.col("tags"), GANG_ENHANCEMENT)
    return F.when(enhances, F.struct("step", "shown"))


def with_gang_combination(counts: DataFrame, *, lists: ListBits) -> DataFrame:
    """A row is a count; a gang offence with an enhancement in its step is a super-strike.

    It is then written with the enhancement. Both must be convictions.

    Args:
        counts: `cycles.with_cycle`, which gathers the cycle's `gang_enhancements`.
        lists: the statute lists.
    """
    own_step = F.filter("gang_enhancements", lambda row: row["step"] == F.col("step"))["shown"]
    combined = F.col("convicted") & lists.any_of(F.col("tags"), GANG_OFFENCE)
    combined = combined & (F.size("gang_enhancements") > 0)
    # Few counts are combined: only of these is it asked more than once.
    is_combined = combined & F.array_min(own_step).isNotNull()

    def combined_or(new: Column, name: str) -> Column:
        return F.when(is_combined, new).otherwise(F.col(name))

    written = F.concat_ws(" + ", F.col("shown"), F.array_min(own_step))
    super_strike = lists.made_sure(F.col("tags"), SUPER_STRIKE)
    return projected(
        counts,
        {
            "tags": combined_or(super_strike, "tags"),
            "felony_on": combined_or(
                F.col("felony_on").bitwiseOR(lists.with_possible(super_strike)), "felony_on"
            ),
            "shown": combined_or(written, "shown"),
        },
        without=("gang_enhancements",),
    )
