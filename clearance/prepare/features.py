"""The features of each count from the source rows: one shuffle by person, no Python worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from clearance.prepare.charge_texts import ChargeTexts, charge_texts, with_charge
from clearance.prepare.person.blocking_facts import with_blocking_facts
from clearance.prepare.person.counts import counts
from clearance.prepare.person.cycles import with_cycle
from clearance.prepare.person.dated_offences import with_dated_offences
from clearance.prepare.person.enhancements import with_enhanced_felonies
from clearance.prepare.person.later_dispositions import with_later_dispositions
from clearance.prepare.person.offences import with_offences
from clearance.prepare.person.outcomes import with_gang_combination, with_outcome, with_tags
from clearance.prepare.person.persons import OWN, with_person
from clearance.prepare.record.quality import flag_words
from clearance.prepare.record.rules import RecordRules, Registration
from clearance.prepare.side_feeds import SideFeeds, with_holes, with_person_id, with_side_feeds
from clearance.prepare.statutes.limitation_periods import Limitation
from clearance.prepare.statutes.list_bits import ListBits
from clearance.prepare.statutes.lists import StatuteLists
from clearance.schemas import CHARGES

NOTHING_LOADED = SideFeeds()

# Columns of `charges` that earlier releases filled, for packs of that time; now always empty.
RETIRED_COLUMNS = {
    "felony_free_from": "CAST(NULL AS DATE)",
    "felony_free_from_bounded": "false",
    "felony_after_sentence": "CAST(NULL AS BOOLEAN)",
    "felony_free_after_parole": "CAST(NULL AS DATE)",
}


@dataclass(frozen=True)
class Features:
    """The common basis of `charges` and `arrests`.

    Attributes:
        counts: a row is a count of a person, once, with its outcome and the facts of its cycle;
            in partitions by person, sorted by `counts.KEYS`.
        registrations: the register that each charge of a REGISTRATION step means.
        lists: the statute lists, as bits.
        limitation: the periods in which a case may be filed.
        feeds: the side feeds.
        texts: the charge texts; the caller releases them once the tables are written.
    """

    counts: DataFrame
    registrations: tuple[Registration, ...]
    lists: ListBits
    limitation: Limitation
    feeds: SideFeeds
    texts: ChargeTexts


def features(
    typed: DataFrame,
    *,
    source: DataFrame,
    rules: RecordRules,
    statutes: StatuteLists,
    feeds: SideFeeds = NOTHING_LOADED,
) -> Features:
    """The counts of the typed rows, with the columns that both `charges` and `arrests` need.

    Args:
        typed: `events.typed_rows`, or some of them.
        source: the `source_rows` of the typed rows.
        rules: the rules for reading the record's words.
        statutes: the statute lists.
        feeds: the side feeds.
    """
    texts = charge_texts(source, statutes=statutes, longest=rules.longest_terms)
    lists = ListBits(statutes.names)
    with_outcomes = (
        typed
        # A merged subject has the id of the survivor.
        .transform(with_person_id, feeds=feeds)
        # Rows of one order are one count. The only shuffle: from here on, partitions are by person.
        .transform(counts)
        # The charge that the text cites, and the lists of the charge.
        .transform(with_charge, texts=texts)
        # A count that only carries a sentence out is no offence.
        .transform(with_offences, lists=lists, violations=rules.words.violations)
        # Later changes of a conviction, from other counts of the person.
        .transform(with_later_dispositions)
        # The outcome of the count: status, level, dates, end of the sentence.
        .transform(with_outcome, longest=rules.longest_terms)
        # The lists of the charge as decided, and how long a case may be filed.
        .transform(with_tags, lists=lists, limitation=rules.limitation)
    )
    with_cycles = (
        with_outcomes
        # Facts of the cycle: one contact, from arrest to the last court step.
        .transform(with_cycle, lists=lists)
        # Offences that are on a list only from a day on.
        .transform(with_dated_offences, lists=lists)
        .transform(with_gang_combination, lists=lists)
        # An enhancement makes its base count serious or violent.
        .transform(with_enhanced_felonies, lists=lists)
    )
    return Features(with_cycles, rules.registrations, lists, rules.limitation, feeds, texts)


def charges(features: Features) -> DataFrame:
    """A row is a count of a person, once, in the columns of the `charges` table.

    Args:
        features: `features`.
    """
    feeds, registrations = features.feeds, features.registrations
    persons = (
        features.counts
        # Windows over all counts of a person: priors, registrations, sentences, open charges.
        .transform(
            with_person,
            registrations=registrations,
            lists=features.lists,
            limitation=features.limitation,
            merged=feeds.merges is not None,
        )
        # Registrations, supervision and petitions from the side feeds.
        .transform(with_side_feeds, feeds=feeds, registrations=registrations)
        # A row of the person in quarantine makes the record incomplete.
        .transform(with_holes, feeds=feeds)
        # Facts of the person that block relief.
        .transform(with_blocking_facts)
    )
    valid = F.col("earlier_same_section") - F.col("earlier_void")
    columns = {
        **{name: F.expr(empty) for name, empty in RETIRED_COLUMNS.items()},
        "unit_id": F.concat_ws("-", "subject_id", "count_order"),
        "quality": flag_words("flags"),
        "earlier_valid_same_section": valid,
        "earlier_same_section_at_most": valid + F.col("earlier_perhaps"),
        **_fields_of(persons.schema, OWN, "as_charged", "as_decided"),
        "tags": features.lists.names_of(f"{OWN}.tags"),
    }
    return persons.select(*[columns.get(name, F.col(name)).alias(name) for name in CHARGES.columns])


def _fields_of(schema: StructType, name: str, *inner_names: str) -> dict[str, Column]:
    """The fields of a struct column, and the fields of some structs within it."""
    outer: Any = schema[name].dataType
    fields = {field: F.col(f"{name}.{field}") for field in outer.names}
    for inner_name in inner_names:
        inner: Any = outer[inner_name].dataType
        fields |= {field: F.col(f"{name}.{inner_name}.{field}") for field in inner.names}
    return fields
