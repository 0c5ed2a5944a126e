"""The numbers of each county's `summary.json`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from clearance.publish.column_order import format_charge
from clearance.publish.figures.counted import Figures
from clearance.publish.figures.impact import count_impact_of_packs
from clearance.publish.figures.together import collect_parts
from clearance.rulebook.english.office_words import DISMISSAL, REDUCTION

IMPACT = (
    "people_with_some_relief",
    "people_left_with_no_felony",
    "people_left_with_no_conviction",
    "people_left_with_no_conviction_in_7_years",
)
NOTHING_DECIDED = (
    "In this sweep the county's policy has decided no conviction of its courts. The rows of people "
    "with a count in its courts, if there are any, stand here without a determination."
)
_LEVELS = {"F": "felony", "M": "non_felony", "I": "non_felony", None: "unknown_level"}


def _section() -> Column:
    shown = format_charge(F.col("code_book"), F.col("section"), F.array().cast("array<string>"))
    return F.coalesce(shown, F.lit("unknown")).alias("section")


def select_convictions(charges: DataFrame) -> DataFrame:
    """One row per conviction, in the columns that people, summaries and impact are counted by.

    Args:
        charges: `charges`.
    """
    return charges.where("convicted").select(
        *("subject_id", "unit_id", "county", "convicted", "level", "conviction_date"),
        *("code_book", "section"),
        F.array_contains("tags", "p64").alias("p64"),
        "record_incomplete",
    )


def county_summaries(
    determinations: DataFrame,
    *,
    convictions: DataFrame,
    decided: DataFrame,
    figures: Figures,
    counties: Iterable[str],
    days: Mapping[str, date],
) -> dict[str, dict[str, Any]]:
    """The numbers of `summary.json` by county, from one query.

    Args:
        determinations: of every pack.
        convictions: see `select_convictions`.
        decided: counts with their decision and words.
        figures: counts of the determinations.
        counties: the counties to summarise.
        days: by policy and scenario, the date of the sweep that decided it.
    """
    p64 = convictions.where("p64")
    parts = {
        "sections": p64.groupBy("county", _section(), "level").agg(
            F.count("*").alias("counts"), F.min("conviction_date").alias("earliest")
        ),
        "people": p64.groupBy("county").agg(F.countDistinct("subject_id").alias("people")),
        "decisions": decided.groupBy(
            F.col("own_county").alias("county"), _section(), "word", "sentence", "pack"
        ).agg(F.count("*").alias("counts")),
        "incomplete": convictions.where("record_incomplete")
        .groupBy("county")
        .agg(F.countDistinct("subject_id").alias("people")),
    }
    if days:
        parts["impact"] = count_impact_of_packs(determinations, charges=convictions, days=days)
    by_part = {name: _by_county(rows) for name, rows in collect_parts(parts).items()}
    by_part.setdefault("impact", _by_county([]))
    ran = _by_county(_packs_that_ran(figures))
    scenarios = sorted({row.pack for row in figures.of_kind("scenario")})
    return {
        county: {
            **_policy(ran[county]),
            **_convictions(by_part["sections"][county]),
            "people_with_a_prop64_conviction": sum(row.people for row in by_part["people"][county]),
            "people_with_an_incomplete_record": sum(
                row.people for row in by_part["incomplete"][county]
            ),
            **_decisions(by_part["decisions"][county]),
            "impact": _impact(by_part["impact"][county], scenarios),
        }
        for county in counties
    }


def _packs_that_ran(figures: Figures) -> list[Row]:
    columns = ("county", "kind", "pack", "pack_version", "pack_fingerprint")
    ran = {tuple(row[name] for name in columns) for row in figures.of_kind("policy", "scenario")}
    return [Row(*columns)(*values) for values in ran]


def _by_county(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    by_county: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_county[row.county].append(row)
    for group in by_county.values():
        group.sort(key=str)
    return by_county


def _policy(ran: list[Row]) -> dict[str, Any]:
    policies = [row for row in ran if row.kind == "policy"]
    return {
        name: ", ".join(row[column] for row in policies) or None
        for name, column in (
            ("policy", "pack"),
            ("policy_version", "pack_version"),
            ("policy_fingerprint", "pack_fingerprint"),
        )
    }


def _convictions(rows: list[Row]) -> dict[str, Any]:
    zeros = {"total": 0, **dict.fromkeys(_LEVELS.values(), 0)}
    all_sections: dict[str, int] = dict(zeros)
    sections: dict[str, dict[str, int]] = {}
    for row in rows:
        section = sections.setdefault(row.section, dict(zeros))
        for counts in (all_sections, section):
            counts["total"] += row.counts
            counts[_LEVELS[row.level]] += row.counts
    dates = [row.earliest for row in rows if row.earliest is not None]
    return {
        "earliest_prop64_conviction": min(dates).isoformat() if dates else None,
        "prop64_convictions": all_sections,
        "prop64_convictions_by_section": sections,
    }


def _decisions(rows: list[Row]) -> dict[str, Any]:
    words: dict[str, dict[str, Any]] = {}
    for word in (DISMISSAL, REDUCTION, *(row.word for row in rows)):
        words.setdefault(word, {"total": 0, "by_section": {}, "by_reason": {}})
    for row in rows:
        counts = words[row.word]
        counts["total"] += row.counts
        for name, key in (("by_section", row.section), ("by_reason", row.sentence)):
            counts[name][key] = counts[name].get(key, 0) + row.counts
    return {
        "note": None if rows else NOTHING_DECIDED,
        "determinations": sum(row.counts for row in rows),
        "by_determination": words,
    }


def _impact(rows: list[Row], scenarios: list[str]) -> dict[str, Any]:
    counts = {(row.kind, row.pack): row.asDict() for row in rows}
    policies = [people for (kind, _), people in counts.items() if kind == "policy"]
    return {
        "policy": _people(next(iter(policies), {})),
        "scenarios": {pack: _people(counts.get(("scenario", pack), {})) for pack in scenarios},
    }


def _people(counts: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(counts.get(name, 0)) for name in IMPACT}
