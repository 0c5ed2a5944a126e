"""A decision about one person who is given as a dict, by the code that decides a state.

The record is prepared and decided in memory; nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

from pyspark.sql import Row, SparkSession

from clearance.api.record import read_person
from clearance.api.session import session_or_new
from clearance.determine.plan import Plan, plan_sweep
from clearance.determine.scope import Scope
from clearance.determine.step import decide as decide_units
from clearance.errors import UsageError
from clearance.platform.paths import rules_folder
from clearance.prepare.in_memory import prepared_in_memory
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.statutes.match import load_statutes
from clearance.publish.units import describe_units
from clearance.rulebook.english.office_words import (
    PackWords,
    format_reason,
    load_reason_texts,
    read_pack_words,
)
from clearance.rulebook.loading.load import load_rulebook
from clearance.settings import load_settings


@dataclass(frozen=True)
class Decision:
    """A determination in words.

    Attributes:
        unit: `conviction` or `arrest`.
        unit_id: as in `determinations`.
        charge: section and code book; of an arrest, all its charges; None where unreadable.
        dated: the day of the conviction or arrest; None where unknown.
        pack: the law or policy that decides.
        version: of the pack.
        outcome: ELIGIBLE, NOT_YET, NOT_ELIGIBLE or REVIEW.
        relief: what is given; None unless eligible or not yet.
        reason: the reason code.
        reason_text: the reason in words.
        rule: the rule that decided.
        cite: the rule's citation.
        eligible_on: since when, or from when on; None without a day.
        revisit_on: the first day on which time alone changes the decision; None where nothing does.
    """

    unit: str
    unit_id: str
    charge: str | None
    dated: date | None
    pack: str
    version: str
    outcome: str
    relief: str | None
    reason: str
    reason_text: str
    rule: str
    cite: str
    eligible_on: date | None
    revisit_on: date | None


def decide(
    person: Mapping[str, Any],
    *,
    as_of: date | str,
    packs: Sequence[str] = (),
    rules: str | PathLike[str] | None = None,
    config: str | PathLike[str] | None = None,
    spark: SparkSession | None = None,
) -> tuple[Decision, ...]:
    """The decisions about one person, by unit, then pack.

    The first call of a process starts Spark, which takes some seconds.

    Args:
        person: `rows` of the research file, `feeds` of other offices, and columns that are the
            same on every row; see docs/notebooks/decide-a-person.ipynb. A feed that is not there
            was never loaded, so that what depends on it is unknown; an empty one says that there
            is nothing.
        as_of: the date to decide as of; it never has a default.
        packs: ids of packs, `pack` or `pack@version`; empty for every pack of the settings.
        rules: the rules folder; None for the rules that come with Clearance.
        config: the configuration file; None for the one that comes with Clearance.
        spark: the session; None for the one that is open, else a new one for little data.

    Raises:
        UsageError: the person, the date, the settings or a pack is not valid.
        RulebookInvalid: the rules do not hold together.
        StoreFault: Spark does not start.
    """
    day = _day(as_of)
    folder = rules_folder() if rules is None else Path(rules)
    settings = load_settings(None if config is None else Path(config))
    plan = plan_sweep(load_rulebook(folder), settings, as_of=day, selected=packs)
    record_rules, statutes = load_record_rules(folder), load_statutes(folder)
    record = read_person(person, counties=record_rules.counties)
    session = session_or_new(spark, small=True)
    scope = Scope(frozenset(item.resolved.pack.pack for item in plan.assigned), None)
    with prepared_in_memory(
        record.source_rows(session),
        record=record_rules,
        statutes=statutes,
        feeds=record.side_feeds(session),
    ) as units:
        decided = decide_units(units, plan, as_of=day, scope=scope)
        described = describe_units(units["charges"], arrests=units["arrests"])
        joined = decided.join(described, on="unit_id", how="left")
        rows = joined.orderBy("unit_id", "pack").collect()
    texts, words = load_reason_texts(folder), _words(plan)
    return tuple(_decision(row, texts, words[row["pack_fingerprint"]]) for row in rows)


def _day(as_of: date | str) -> date:
    if isinstance(as_of, date):
        return as_of
    try:
        return date.fromisoformat(as_of)
    except ValueError as error:
        raise UsageError(
            f"Invalid date `{as_of}` for as_of.", 'Write as_of="2026-11-01", or give a date.'
        ) from error


def _words(plan: Plan) -> dict[str, PackWords]:
    """The texts of each pack by fingerprint."""
    return {
        fingerprint: read_pack_words(
            pack=resolved.pack.pack,
            version=resolved.pack.version,
            text=text,
            facts=[fact.name for fact in resolved.facts],
        )
        for fingerprint, (resolved, text) in plan.stored.items()
    }


def _decision(row: Row, texts: Mapping[str, str], words: PackWords) -> Decision:
    in_words = format_reason(row["reason"], texts, words.params)
    for placeholder in ("charge", "section"):
        in_words = in_words.replace(f"{{{placeholder}}}", row[placeholder] or "")
    return Decision(
        unit=row["unit"],
        unit_id=row["unit_id"],
        charge=row["charge"],
        dated=row["dated"],
        pack=row["pack"],
        version=row["pack_version"],
        outcome=row["outcome"],
        relief=row["relief"],
        reason=row["reason"],
        reason_text=in_words,
        rule=row["rule"],
        cite=row["cite"],
        eligible_on=row["eligible_on"],
        revisit_on=row["revisit_on"],
    )
