"""Thirty counties with options of their own, and a policy added by files alone, to the packets."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import Row, SparkSession

from clearance.determine.step import SweepResult, determine
from clearance.explain.step import explain
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.publish.step import publish
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.loading.stored import parse_stored_pack
from clearance.settings import load_settings
from tests.support.literal_tables import AS_OF, charge, court, source_row, write

# A policy that no line of Python knows: dismissed when the years that the county sets are over.
QUIET_YAML = """
pack: quiet_years
version: "2026-01-01"
kind: policy
title: Quiet years
authority: {cite: office policy, read_on: 2026-11-23, reviewed_by: null}
in_force: {from: 2000-01-01, to: null}
unit: conviction
scope: [tags includes p64]
leap_day: down
options:
  quiet_years: {type: number, range: [1, 30], key: relief.quietYears, cite: office policy}
facts:
  quiet: latest_conviction is at least quiet_years years before as-of
flow:
  - {rule: quiet, when: quiet, then: {ELIGIBLE: dismiss}, reason: QUIET_YEARS, cite: office policy}
unknown: {then: REVIEW, reason: MISSING_INFORMATION, cite: office policy}
otherwise: {then: REVIEW, label: To be looked at, reason: MISSING_INFORMATION, cite: office policy}
"""
QUIET, OTHERS, PLAIN = "MARIN", "ALAMEDA", "NAPA"
AGES = range(40, 66)
SECTION = "11359"


def choices(counties: list[str]) -> dict[str, dict[str, Any]]:
    """Thirty counties' option files: every age there is, and four of other kinds."""
    ages = [{"additionalRelief": {"subjectAgeThreshold": age}} for age in AGES]
    others: list[dict[str, Any]] = [
        {"baselineEligibility": {"dismiss": [SECTION]}},
        {"baselineEligibility": {"dismiss": ["11357"], "reduce": ["11358", SECTION]}},
        {"additionalRelief": {"yearsSinceConvictionThreshold": 10}},
        {"additionalRelief": {"yearsCrimeFreeThreshold": 15}},
    ]
    return dict(zip(counties, [*ages, *others], strict=True))


def configured(folder: Path, rules: Path, files: dict[str, dict[str, Any]]) -> Path:
    """A configuration with its option files; the new policy is a YAML file and one of these."""
    (rules / "prop64" / "policies" / "quiet_years.yaml").write_text(QUIET_YAML)
    with (rules / "reasons.yaml").open("a") as reasons:
        reasons.write('QUIET_YEARS: "Nothing in {quiet_years} years"\n')
    (folder / "counties").mkdir(exist_ok=True)
    for county, content in files.items():
        (folder / "counties" / f"{county}.json").write_text(json.dumps(content))
    counties = {
        county: {"policy": "configurable", "options": f"counties/{county}.json"} for county in files
    }
    counties[QUIET]["policy"] = "quiet_years"
    counties[PLAIN] = {"policy": "configurable"}
    path = folder / "mine.yaml"
    policies = {"default": {"policy": "prop64_statute"}, "counties": counties}
    path.write_text(yaml.safe_dump({"county_policies": policies, "scenarios": []}))
    return path


@dataclass(frozen=True)
class Swept:
    """What came out, and what is asked of it."""

    store: Store
    rules: Path
    out: Path
    config: Path
    counties: list[str]
    result: SweepResult
    rows: dict[str, Row]

    def reason(self, county: str) -> tuple[str, str]:
        """Determination and reason in the county's packet."""
        folder = self.out / "packets" / county.lower().replace(" ", "-")
        with (folder / "prop64.csv").open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        return row["Eligibility Determination"], row["Eligibility Reason"]


def run(spark: SparkSession, store: Store, config: Path, rules: Path) -> SweepResult:
    return determine(
        spark,
        store,
        as_of=AS_OF,
        rules=rules,
        settings=load_settings(config),
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def swept(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Swept:
    """A person in every county, alike in all: 52 years old today, convicted in 2008 and 2014."""
    folder = tmp_path_factory.mktemp("options")
    rules = folder / "rules"
    shutil.copytree(rules_folder(), rules)
    with (rules / "counties.csv").open(newline="") as lines:
        known = sorted(row["county"] for row in csv.DictReader(lines))
    thirty = [name for name in known if name not in (QUIET, OTHERS, PLAIN)][:30]
    quiet = {QUIET: {"relief": {"quietYears": 12}}}
    config = configured(folder, rules, {**choices(thirty), **quiet})
    counties = [*thirty, QUIET, OTHERS, PLAIN]
    store = Store(str(folder / "store"))
    write(
        spark,
        store,
        "charges",
        [
            charge(
                *(county, "101002001000", county, SECTION),
                turned_20_on=date(1994, 11, 1),
                latest_conviction=date(2014, 3, 2),
                convictions_on_record=2,
                sentence_end=date(2012, 1, 1),
                super_strike_before=False,
                registrable_before=False,
                earlier_same_section=0,
                only_p64=False,
                status="convicted",
                record_incomplete=False,
            )
            for county in counties
        ],
    )
    write(spark, store, "arrests", [])
    rows = [
        source_row(i, court(county, "101002001000", county, f"{SECTION} HS"))
        for i, county in enumerate(counties, start=1)
    ]
    write(spark, store, "source_rows", rows)
    result = run(spark, store, config, rules)
    found = {row["county"]: row for row in store.read(spark, "determinations").collect()}
    out = folder / "out"
    shown = [thirty[12], thirty[26], thirty[27], thirty[28], thirty[29], QUIET, PLAIN]
    publish(spark, store, out=out, rules=rules, counties=shown)
    return Swept(store, rules, out, config, counties, result, found)


def test_each_of_thirty_counties_gets_its_own_answer(swept: Swept) -> None:
    assert len(swept.rows) == len(swept.counties) == 33
    for county, age in zip(swept.counties, AGES, strict=False):
        row = swept.rows[county]
        birthday = date(1994 - 20 + age, 11, 1)
        if age <= 52:
            since = max(birthday, date(2016, 11, 9))
            said = ("ELIGIBLE", "dismiss", "old_enough", since, None)
        else:
            said = ("REVIEW", None, "otherwise", birthday, birthday)
        got = (row["outcome"], row["relief"], row["rule"], row["eligible_on"], row["revisit_on"])
        assert got == said, county
    rules = [swept.rows[county]["rule"] for county in swept.counties[26:]]
    assert rules == [
        "section_dismissed",
        "section_reduced",
        "old_conviction",
        "otherwise",
        "quiet",
        "otherwise",
        "otherwise",
    ]
    packs = [swept.rows[county]["pack"] for county in (QUIET, OTHERS, PLAIN)]
    assert packs == ["quiet_years", "prop64_statute", "configurable"]


def test_the_packet_says_the_reason_with_the_countys_own_section_and_number(swept: Swept) -> None:
    thirty = swept.counties
    assert swept.reason(thirty[12]) == ("Eligible for Dismissal", "52 years or older")
    assert swept.reason(thirty[26]) == (
        "Eligible for Dismissal",
        "Dismiss all HS 11359 convictions",
    )
    assert swept.reason(thirty[27]) == ("Eligible for Reduction", "Reduce all HS 11359 convictions")
    assert swept.reason(thirty[28]) == (
        "Eligible for Dismissal",
        "Conviction occurred 10 or more years ago",
    )
    nothing = ("Hand Review", "No applicable eligibility criteria")
    assert swept.reason(thirty[29]) == swept.reason(PLAIN) == nothing


def test_a_policy_of_a_yaml_file_and_an_option_file_alone_reaches_the_packet(swept: Swept) -> None:
    assert swept.reason(QUIET) == ("Eligible for Dismissal", "Nothing in 12 years")


def test_the_sweep_names_a_fingerprint_a_county_and_the_rows_carry_it(
    spark: SparkSession, swept: Swept
) -> None:
    (sweep,) = swept.store.read(spark, "sweeps").collect()
    prints = sweep["pack_fingerprints"]
    # One more for where the county cannot be read.
    assert len(prints) == 34
    for county in swept.counties:
        row = swept.rows[county]
        key = f"configurable/{county}" if row["pack"] == "configurable" else row["pack"]
        assert row["pack_fingerprint"] == prints[key], county
    assert "configurable" not in prints


def test_the_packs_table_is_enough_to_bind_each_countys_pack_again(
    spark: SparkSession, swept: Swept
) -> None:
    catalogue = load_rulebook(swept.rules).catalogue
    stored = {row["fingerprint"]: row for row in swept.store.read(spark, "packs").collect()}
    assert set(stored) == {row["pack_fingerprint"] for row in swept.rows.values()}
    for fingerprint, row in stored.items():
        bound = parse_stored_pack(row["yaml"], catalogue=catalogue)
        assert bound.fingerprint == fingerprint
        assert [fact.name for fact in bound.facts] == row["facts"]


def test_explain_prints_the_countys_value_in_the_reason_and_beside_the_question(
    spark: SparkSession, swept: Swept
) -> None:
    old, dismissed = swept.counties[12], swept.counties[26]
    (decision,) = explain(spark, swept.store, subject_id=old, rules=swept.rules).decisions
    assert decision.reason_text == "52 years or older"
    asked = {fact.question: fact.holds for fact in decision.facts}
    assert asked["age at as-of is at least subject_age_threshold (52)"] == "yes"
    assert asked["section is one of dismiss (off)"] == "no"
    (decision,) = explain(spark, swept.store, subject_id=dismissed, rules=swept.rules).decisions
    assert decision.reason_text == "Dismiss all HS 11359 convictions"


def test_changed_options_are_a_new_sweep_that_writes_only_that_countys_rows(
    spark: SparkSession, swept: Swept, tmp_path: Path
) -> None:
    assert run(spark, swept.store, swept.config, swept.rules).nothing_new
    folder = tmp_path / "conf"
    shutil.copytree(swept.config.parent / "counties", folder / "counties")
    shutil.copy(swept.config, folder / "mine.yaml")
    county = swept.counties[0]
    (folder / "counties" / f"{county}.json").write_text('{"subject_is_deceased": true}')
    second = run(spark, swept.store, folder / "mine.yaml", swept.rules)
    assert not second.nothing_new
    rows = swept.store.read(spark, "determinations")
    (fresh,) = rows.where(rows["sweep_id"] == second.sweep_id).collect()
    assert (fresh["county"], fresh["outcome"]) == (county, "REVIEW")
