"""The three tables of `prepare` from the source rows: one shuffle by person, no Python worker."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.charges.counts import counts
from clearance.charges.cycles import with_cycle
from clearance.charges.fields import charge_line
from clearance.charges.grammar import display
from clearance.charges.later import with_later_dispositions
from clearance.charges.outcomes import with_outcome, with_tags
from clearance.charges.people import with_person
from clearance.charges.quality import flag_words
from clearance.charges.record_rules import RecordRules
from clearance.charges.texts import classified_texts, with_charge
from clearance.schemas import CHARGES


def features(typed: DataFrame, *, rules: RecordRules, statutes: DataFrame) -> DataFrame:
    """A row is a count of a person, once, with everything that `charges` and `arrests` say of it.

    Args:
        typed: `history.typed_rows`.
        rules: how to read the record's words.
        statutes: the rows of the statute lists.
    """
    texts = classified_texts(typed, statutes=statutes)
    read = with_charge(counts(typed), texts=texts)
    decided = with_tags(with_outcome(with_later_dispositions(read)))
    return with_person(with_cycle(decided), registrations=rules.registrations)


def charges(features: DataFrame) -> DataFrame:
    """A row is a count of a person, once, in the columns of the `charges` table."""
    return features.withColumns(
        {
            "unit_id": F.concat_ws("-", "subject_id", "count_order"),
            **{name: F.col(f"charge.{name}") for name in ("code_book", "section")},
            **{name: _yes(f"charge.{name}") for name in ("attempt", "conspiracy")},
            "subdivisions": F.coalesce("charge.subdivisions", _no_words()),
            "parts": F.coalesce(F.transform("charge.parts", display), _no_words()),
            # A comment is personal, even where it is the charge.
            "charge_text": F.when(F.col("source") != "comment", charge_line(F.col("text"))),
            "charge_source": F.col("source"),
            "classified": F.col("parsed")
            & (F.col("charge.code_book").isNotNull() | (F.size("matches") > 0)),
            "quality": flag_words(F.col("flags")),
        }
    ).select(*CHARGES.columns)


def _yes(name: str) -> Column:
    return F.coalesce(F.col(name), F.lit(False))


def _no_words() -> Column:
    return F.array().cast("array<string>")
