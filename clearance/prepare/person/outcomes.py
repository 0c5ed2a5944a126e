"""The outcome of a count: status, level, dates, sentence, and the lists of its charge."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.prepare.person.counts import CONVICTED_WITHIN, UNREAD_DATE
from clearance.prepare.person.limitation import years_to_file
from clearance.prepare.person.offences import PASSED, PASSED_ON
from clearance.prepare.projection import projected
from clearance.prepare.record.dispositions import outcome
from clearance.prepare.record.levels import RANKS, rank
from clearance.prepare.record.quality import flags
from clearance.prepare.record.sentence_ends import (
    STEPS,
    end_parts,
    last_move,
    missing_kinds,
    probation_granted,
    sentence_of,
)
from clearance.prepare.record.sentences import SENTENCE_COLUMNS
from clearance.prepare.record.term_bounds import TERM_BITS, TermBounds
from clearance.prepare.statutes.limitation_periods import Limitation
from clearance.prepare.statutes.list_bits import ListBits
from clearance.prepare.statutes.longest_terms import LongestTerms
from clearance.prepare.statutes.tag_table import as_felony, index_in_table

SUPER_STRIKE = "super_strike"
GANG_OFFENCE = "gang_offence"
GANG_ENHANCEMENT = "gang_enhancement"

# The fields of `as_decided` that the facts of a person use.
OF_SENTENCE = (
    *(*CONVICTED_WITHIN, "sentence_end", "length_bounded", "parole_months"),
    *("conviction_unread", "sentence_unread"),
)
_CONVICTION_DATES = ("conviction_date", *CONVICTED_WITHIN)


def with_outcome(counts: DataFrame, *, longest: LongestTerms) -> DataFrame:
    """A row is a count, with the outcome of its dispositions and the end of its sentence.

    Columns that no step uses before the facts of the person are one struct, `as_decided`.

    Args:
        counts: `later_dispositions.with_later_dispositions`.
        longest: the longest terms that the law allows.
    """
    terms = TermBounds(longest)
    decided = (
        counts
        # The outcome of all dispositions, and the last that may move the end of the sentence.
        .withColumns(
            {
                "outcome": outcome(F.col("dispositions"), level=F.col("level")),
                "last_move": last_move(),
            }
        )
        # The possible days of a conviction, and the missing parts of its sentence.
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
            # A charge that may be a conviction, since a disposition is not read.
            "perhaps_convicted": doubtful & ~convicted,
            "as_decided": _as_decided(terms, doubtful=doubtful),
            "flags": F.col("flags").bitwiseOR(_flags(doubtful)),
        },
        without=(
            "dispositions",
            "outcome",
            TERM_BITS,
            *CONVICTED_WITHIN,
            *SENTENCE_COLUMNS,
            *STEPS,
        ),
    )


def _with_conviction_dates(counts: DataFrame, *, terms: TermBounds) -> DataFrame:
    """A row is a count, with the possible days of its conviction; null where it is none."""
    convicted, (first, last) = _convicted(), map(F.col, CONVICTED_WITHIN)
    dates = {name: F.when(convicted, F.col(name)) for name in _CONVICTION_DATES}
    return counts.withColumns(
        {
            **dates,
            # The last possible day, and whether one law holds on all possible days.
            "convicted_on": F.when(convicted, F.coalesce("conviction_date", last)),
            "one_law": last.isNull() | terms.same_between(first, last),
            **missing_kinds(revoked=F.col("outcome.probation_revoked")),
        }
    )


def _convicted() -> Column:
    return F.col("outcome.convicted")


def _is_doubtful() -> Column:
    """Whether a disposition is not read, or a reversal leaves the outcome open."""
    open_reversal = F.col("outcome.reversed") & (F.col("outcome.status") == "unknown")
    return F.col("outcome.unread") | open_reversal


def _as_decided(terms: TermBounds, *, doubtful: Column) -> Column:
    """The struct of the columns that no step uses before the facts of the person."""
    convicted, date, sentence = _convicted(), F.col("conviction_date"), sentence_of()
    parole = terms.months("parole", convicted_on=date, on_probation=probation_granted())
    undated = F.col("unread_bits").bitwiseAND(UNREAD_DATE) != 0
    reduced = convicted & ~F.col("outcome.level").eqNullSafe(F.col("level"))
    sentence_facts = ("probation_granted", "prison_imposed", "sentence_without_end")
    return F.struct(
        F.col("outcome.probation_revoked"),
        F.col("outcome.probation_ever_revoked"),
        F.col("outcome.under").alias("changed_under"),
        reduced.alias("reduced"),
        F.when(convicted, sentence["sentence_basis"]).alias("sentence_basis"),
        *[(convicted & sentence[name]).alias(name) for name in sentence_facts],
        *CONVICTED_WITHIN,
        F.when(convicted, sentence["sentence_end"]).alias("sentence_end"),
        (convicted & sentence["length_bounded"]).alias("length_bounded"),
        # The longest parole after prison, which no record shows.
        F.when(convicted & sentence["prison_imposed"], parole).alias("parole_months"),
        # A conviction with a disposition or a date that is not read.
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


def with_tags(counts: DataFrame, *, lists: ListBits, limitation: Limitation) -> DataFrame:
    """A row is a count, with the lists of its charge as `tags`, a number of `list_bits`.

    `felony_on`: the lists of a felony whose charge is parsed, possible lists included; null on
    other counts. A count of an arrest is a felony by the arrest's own level. `years_to_file`: the
    limitation period of an arrest's charge; `years_without_prior`: the period for a person without
    certain other convictions, where it differs; both null on other counts.

    Args:
        counts: `with_outcome`, with the struct of `offences.with_offences`.
        lists: the statute lists.
        limitation: the periods in which a case may be filed.
    """
    on = F.when(F.col("convicted"), F.col("conviction_date")).otherwise(F.col("event_date"))
    passed = {name: F.col(f"{PASSED_ON}.{name}") for name in PASSED}
    index = index_in_table(passed.pop("turns"), level=F.col("level"), on=on)
    with_index = projected(counts, {**passed, "index": index}, without=(PASSED_ON,))
    is_arrest = F.col("step_kind") == "arrest"
    level = F.when(is_arrest, F.col("toc")).otherwise(F.col("level"))
    tags = F.get("tag_table", F.col("index"))
    felony = F.col("parsed") & (rank(level) == RANKS["F"])
    periods = years_to_file(
        as_felony=F.get("tag_table", as_felony(F.col("index"))), limitation=limitation, lists=lists
    )
    return projected(
        with_index,
        {
            "tags": F.coalesce(tags, F.lit(0).cast("bigint")),
            "felony_on": F.when(felony, lists.with_possible(tags)),
            **{name: F.when(is_arrest, years) for name, years in periods.items()},
        },
        without=("index", "tag_table"),
    )


def gang_enhancement(lists: ListBits) -> Column:
    """The step and the charge of a conviction of a gang enhancement; null on other counts."""
    enhances = F.col("convicted") & lists.any_of(F.col("tags"), GANG_ENHANCEMENT)
    return F.when(enhances, F.struct("step", "shown"))


def with_gang_combination(counts: DataFrame, *, lists: ListBits) -> DataFrame:
    """A row is a count; a gang offence with a gang enhancement in its step is a super-strike.

    Both must be convictions. `shown` then has the enhancement behind the charge.

    Args:
        counts: `cycles.with_cycle`, which gathers the cycle's `gang_enhancements`.
        lists: the statute lists.
    """
    of_step = F.filter("gang_enhancements", lambda row: row["step"] == F.col("step"))["shown"]
    enhancement = F.array_min(of_step)
    gang_offence = F.col("convicted") & lists.any_of(F.col("tags"), GANG_OFFENCE)
    # The size comes first: few cycles have an enhancement, and the others are spared the search.
    is_combined = gang_offence & (F.size("gang_enhancements") > 0) & enhancement.isNotNull()

    def combined_or(new: Column, name: str) -> Column:
        return F.when(is_combined, new).otherwise(F.col(name))

    with_enhancement = F.concat_ws(" + ", F.col("shown"), enhancement)
    super_strike = lists.made_sure(F.col("tags"), SUPER_STRIKE)
    return projected(
        counts,
        {
            "tags": combined_or(super_strike, "tags"),
            "felony_on": combined_or(
                F.col("felony_on").bitwiseOR(lists.with_possible(super_strike)), "felony_on"
            ),
            "shown": combined_or(with_enhancement, "shown"),
        },
        without=("gang_enhancements",),
    )
