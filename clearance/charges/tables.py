"""The three tables of `prepare` from the source rows: one shuffle by person, no Python worker."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.charges.counts import counts
from clearance.charges.cycles import CYCLE_FACTS, with_cycle
from clearance.charges.fields import charge_line
from clearance.charges.later import with_later_dispositions
from clearance.charges.outcomes import with_gang_combination, with_outcome, with_tags
from clearance.charges.people import with_person
from clearance.charges.quality import flag_words
from clearance.charges.record_rules import RecordRules
from clearance.charges.side_feeds import SideFeeds, with_person_id, with_side_feeds
from clearance.charges.standing import with_standing
from clearance.charges.texts import classified_texts, with_charge
from clearance.schemas import CHARGES

NOTHING_LOADED = SideFeeds()
# What the two tables are made with and do not hold.
NEEDED = ("person_id", "cycle", "step", "toc", "text", "source", "event_date", "flags")


def features(
    typed: DataFrame,
    *,
    rules: RecordRules,
    statutes: DataFrame,
    feeds: SideFeeds = NOTHING_LOADED,
) -> DataFrame:
    """A row is a count of a person, once, with everything that `charges` and `arrests` say of it.

    Args:
        typed: `history.typed_rows`.
        rules: how to read the record's words.
        statutes: the rows of the statute lists.
        feeds: what other offices say.
    """
    texts = classified_texts(typed, statutes=statutes)
    read = with_charge(counts(with_person_id(typed, merges=feeds.merges)), texts=texts)
    decided = with_tags(with_outcome(with_later_dispositions(read)))
    in_cycle = with_gang_combination(with_cycle(decided))
    person = with_person(
        in_cycle, registrations=rules.registrations, merged=feeds.merges is not None
    )
    whole = with_standing(with_side_feeds(person, feeds=feeds, registrations=rules.registrations))
    return whole.select(*NEEDED, *CYCLE_FACTS, *_told(whole))


def _told(whole: DataFrame) -> list[str]:
    """The columns that `charges` takes as they are."""
    return [name for name in CHARGES.columns if name in whole.columns]


def charges(features: DataFrame) -> DataFrame:
    """A row is a count of a person, once, in the columns of the `charges` table."""
    return features.withColumns(
        {
            "unit_id": F.concat_ws("-", "subject_id", "count_order"),
            # A comment is personal, even where it is the charge.
            "charge_text": F.when(F.col("source") != "comment", charge_line(F.col("text"))),
            "charge_source": F.col("source"),
            "quality": flag_words(F.col("flags")),
        }
    ).select(*CHARGES.columns)
