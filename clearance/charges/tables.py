"""The features of each count from the source rows: one shuffle by person, no Python worker."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.charges.counts import counts
from clearance.charges.cycles import with_cycle
from clearance.charges.later import with_later_dispositions, with_unlinked
from clearance.charges.outcomes import with_gang_combination, with_outcome, with_tags
from clearance.charges.people import with_person
from clearance.charges.quality import flag_words
from clearance.charges.record_rules import RecordRules
from clearance.charges.side_feeds import SideFeeds, with_person_id, with_side_feeds
from clearance.charges.standing import with_standing
from clearance.charges.texts import classified_texts, with_charge
from clearance.schemas import CHARGES

NOTHING_LOADED = SideFeeds()
# What `arrests` asks of a count beside its row in `charges`. The row is one value: what is kept of
# the features between the two tables is copied at once, not column by column.
FOR_ARRESTS = (
    "person_id",
    "subject_id",
    "cycle",
    "step",
    "step_kind",
    "toc",
    "has_text",
    "event_date",
    "felony_on",
    "flags",
)


def features(
    typed: DataFrame,
    *,
    rules: RecordRules,
    statutes: DataFrame,
    feeds: SideFeeds = NOTHING_LOADED,
) -> DataFrame:
    """A row is a count of a person, once: its row in `charges`, and what `arrests` asks beside it.

    Args:
        typed: `history.typed_rows`.
        rules: how to read the record's words.
        statutes: the rows of the statute lists.
        feeds: what other offices say.
    """
    texts = classified_texts(typed, statutes=statutes)
    read = with_charge(counts(with_person_id(typed, merges=feeds.merges)), texts=texts)
    decided = with_tags(with_outcome(with_later_dispositions(read)))
    in_cycle = with_gang_combination(with_unlinked(with_cycle(decided)))
    person = with_person(
        in_cycle, registrations=rules.registrations, merged=feeds.merges is not None
    )
    whole = with_standing(with_side_feeds(person, feeds=feeds, registrations=rules.registrations))
    return whole.select(*FOR_ARRESTS, _row(whole).alias("charge"))


def _row(whole: DataFrame) -> Column:
    """The row of `charges`."""
    worked_out = {
        "unit_id": F.concat_ws("-", "subject_id", "count_order"),
        "quality": flag_words(F.col("flags")),
    }
    for kept in ("as_charged", "as_decided"):
        names = whole.select(f"{kept}.*").columns
        worked_out |= {name: F.col(f"{kept}.{name}") for name in names}
    return F.struct(*[worked_out.get(name, F.col(name)).alias(name) for name in CHARGES.columns])


def charges(features: DataFrame) -> DataFrame:
    """A row is a count of a person, once, in the columns of the `charges` table."""
    return features.select("charge.*")
