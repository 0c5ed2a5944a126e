"""A county's packet in numbers: `summary.json`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from clearance.publish.columns import charge_shown
from clearance.publish.impact import impacts

NO_IMPACT = {
    "people_with_some_relief": 0,
    "people_left_with_no_felony": 0,
    "people_left_with_no_conviction": 0,
    "people_left_with_no_conviction_in_7_years": 0,
}
_KINDS = {
    "felony": "felony",
    "misdemeanor": "non_felony",
    "infraction": "non_felony",
    "unknown": "unknown_level",
}
_LEVELS = {"F": "felony", "M": "misdemeanor", "I": "infraction", None: "unknown"}


def _section() -> Column:
    shown = charge_shown(F.col("code_book"), F.col("section"), F.array().cast("array<string>"))
    return F.coalesce(shown, F.lit("unknown")).alias("section")


def summaries(
    determinations: DataFrame,
    *,
    charges: DataFrame,
    decided: DataFrame,
    counties: Iterable[str],
    as_of: date,
) -> dict[str, dict[str, Any]]:
    """The numbers of each county, all of them counted in four passes.

    Args:
        determinations: of every pack.
        charges: `charges`.
        decided: counts with their decision and words.
        counties: those to summarise.
        as_of: the sweep's date.
    """
    p64 = charges.where("convicted AND array_contains(tags, 'p64')")
    by_section = _by_county(
        p64.groupBy("county", _section(), "level").agg(
            F.count("*").alias("counts"), F.min("conviction_date").alias("earliest")
        )
    )
    people = _by_county(p64.groupBy("county").agg(F.countDistinct("subject_id").alias("people")))
    decisions = _by_county(
        decided.groupBy(
            F.col("own_county").alias("county"), _section(), "word", "sentence", "pack"
        ).agg(F.count("*").alias("counts"))
    )
    impact = _by_county(impacts(determinations, charges=charges, as_of=as_of))
    ran = _by_county(
        determinations.where("kind IN ('policy', 'scenario')")
        .select("county", "kind", "pack", "pack_version")
        .distinct()
    )
    return {
        county: {
            **_policy(ran[county]),
            **_convictions(by_section[county]),
            "people_with_a_prop64_conviction": sum(row.people for row in people[county]),
            **_decisions(decisions[county]),
            "impact": _impact(impact[county], ran[county]),
        }
        for county in counties
    }


def _by_county(rows: DataFrame) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows.collect():
        found[row.county].append(row)
    for group in found.values():
        group.sort(key=str)
    return found


def _policy(ran: list[Row]) -> dict[str, Any]:
    policies = [row for row in ran if row.kind == "policy"]
    return {
        "policy": ", ".join(row.pack for row in policies) or None,
        "policy_version": ", ".join(row.pack_version for row in policies) or None,
    }


def _convictions(rows: list[Row]) -> dict[str, Any]:
    levels: dict[str, int] = dict.fromkeys(("felony", "non_felony", "unknown_level"), 0)
    sections: dict[str, dict[str, int]] = {}
    for row in rows:
        of = sections.setdefault(row.section, {"total": 0})
        level = _LEVELS[row.level]
        of["total"] += row.counts
        of[level] = of.get(level, 0) + row.counts
        levels[_KINDS[level]] += row.counts
    dates = [row.earliest for row in rows if row.earliest is not None]
    return {
        "earliest_prop64_conviction": min(dates).isoformat() if dates else None,
        "prop64_convictions": {"total": sum(row.counts for row in rows), **levels},
        "prop64_convictions_by_section": sections,
    }


def _decisions(rows: list[Row]) -> dict[str, Any]:
    words: dict[str, dict[str, Any]] = {}
    for row in rows:
        of = words.setdefault(row.word, {"total": 0, "by_section": {}, "by_reason": {}})
        of["total"] += row.counts
        for name, key in (("by_section", row.section), ("by_reason", row.sentence)):
            of[name][key] = of[name].get(key, 0) + row.counts
    return {"determinations": sum(row.counts for row in rows), "by_determination": words}


def _impact(rows: list[Row], ran: list[Row]) -> dict[str, Any]:
    counted = {(row.kind, row.pack): row.asDict() for row in rows}
    result: dict[str, Any] = {"policy": dict(NO_IMPACT), "scenarios": {}}
    for row in ran:
        found = counted.get((row.kind, row.pack), {})
        numbers = {name: int(found.get(name, 0)) for name in NO_IMPACT}
        if row.kind == "policy":
            result["policy"] = numbers
        else:
            result["scenarios"][row.pack] = numbers
    return result
