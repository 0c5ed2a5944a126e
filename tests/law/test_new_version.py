"""A new version of the law is a YAML file: nothing else changes but the day the old one ends."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clearance.commands.rules.check import check_rules
from clearance.platform.paths import rules_folder
from clearance.rulebook.check.cases import find_failures, load_cases
from clearance.rulebook.english.pages import pages
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.loading.load import Rulebook, load_rulebook, read_rulebook
from clearance.rulebook.oracle import Determination, decide
from tests.law.test_law_packs import CONVICTION

LAST_DAY, FIRST_DAY = date(2026, 12, 31), date(2027, 1, 1)
OLD, NEW = "2024-10-01.yaml", "2027-01-01.yaml"
OPEN_END, ENDED = "{from: 2024-10-01, to: null}", "{from: 2024-10-01, to: 2026-12-31}"

# What a legislature might do: an earlier floor, two years for misdemeanors, three for felonies, one
# more excluded section, and a branch of its own for infractions.
BILL = """
pack: pc1203_425
version: "2027-01-01"
title: Convictions, automatic relief as a made-up bill has it
authority: {cite: PC 1203.425; a made-up bill, read_on: 2026-11-30, reviewed_by: null}
in_force: {from: 2027-01-01, to: null}
based_on: pc1203_425@2024-10-01
changes:
  - bill: a made-up bill
    section: PC 1203.425(a)(1)(B)(iv)
    says: An earlier floor, and other years.
    change:
      params:
        floor: {value: 1970-01-01}
        misdemeanor_years: {value: 2}
        felony_years: {value: 3}
  - bill: a made-up bill
    section: PC 1203.425(a)(1)(B)(iv)(II)
    says: Perjury is excluded as well.
    add:
      facts: {perjury: section is one of 118}
      rules:
        - {after: violent_felony, rule: perjury, when: perjury, then: NOT_ELIGIBLE,
           reason: SERIOUS_FELONY, cite: PC 1203.425(a)(1)(B)(iv)(II); PC 118}
      elements:
        - cite: PC 1203.425(a)(1)(B)(iv)(II); PC 118
          says: The felony is not perjury.
          rules: [perjury]
  - bill: a made-up bill
    section: PC 1203.425(a)(1)(B)(iv)(I)(ic)
    says: An infraction waits for no year.
    add:
      facts: {infraction: level is I}
      rules:
        - {before: year_since_judgment, rule: infraction, when: infraction,
           then: {ELIGIBLE: grant_conviction_relief}, reason: SENTENCE_AND_YEAR_OVER,
           cite: PC 1203.425(a)(1)(B)(iv)(I)(ic),
           states: [{holds: infraction, cite: PC 1203.425(a)(1)(B)(iv)(I)(ic)}]}
      elements:
        - cite: PC 1203.425(a)(1)(B)(iv)(I)(ic)
          says: The conviction is of an infraction.
          rules: [infraction]
"""
CASES = """
pack: pc1203_425
as_of: 2027-01-01
unit:
  {section: "484", level: M, conviction_date: 2010-01-01, sentence_end: 2010-01-01,
   last_serving_end: 2010-01-01,
   registration: none, supervision: none, petition_granted: false, every_open_arrest_dated: true}
cases:
  - case: Two years after the judgment a misdemeanor is relieved
    given: {conviction_date: 2025-01-01}
    expect: {outcome: ELIGIBLE, rule: misdemeanor_or_infraction, eligible_on: 2027-01-01}
  - case: A day before the two years are over it is not yet
    given: {conviction_date: 2025-01-02}
    expect: {outcome: NOT_YET, rule: year_since_judgment, eligible_on: 2027-01-02}
"""


def ended(day: date) -> dict[str, Any]:
    """A felony whose sentence ended on a day."""
    names = ("sentence_end", "last_serving_end", "terms_end")
    return {**CONVICTION, **dict.fromkeys(names, day)}


def judged(day: date, **more: Any) -> dict[str, Any]:
    """A misdemeanor whose sentence was served long ago."""
    return {**CONVICTION, "level": "M", "conviction_date": day, **more}


def copied(folder: Path, *, end_the_old: bool) -> Path:
    """The project's rules with the new version in its file."""
    rules = folder / "rules"
    shutil.copytree(rules_folder(), rules)
    old = rules / "pc1203_425" / OLD
    text = old.read_text(encoding="utf-8")
    assert text.count(OPEN_END) == 1
    if end_the_old:
        old.write_text(text.replace(OPEN_END, ENDED), encoding="utf-8")
    new = old.with_name(NEW)
    new.write_text(BILL, encoding="utf-8")
    new.with_suffix(".cases.yaml").write_text(CASES, encoding="utf-8")
    return rules


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return load_rulebook(copied(tmp_path_factory.mktemp("next"), end_the_old=True))


def version_on(rulebook: Rulebook, day: date) -> ResolvedPack:
    found = rulebook.find("pc1203_425", as_of=day)
    assert found is not None
    return rulebook.resolve(found.pack, switches={})


def decided(rulebook: Rulebook, row: dict[str, Any], day: date) -> Determination:
    got = decide(version_on(rulebook, day), row, day)
    assert got is not None
    return got


def test_the_version_of_the_day_is_the_one_in_force_on_it(changed: Rulebook) -> None:
    assert version_on(changed, LAST_DAY).pack.version == "2024-10-01"
    assert version_on(changed, FIRST_DAY).pack.version == "2027-01-01"
    assert version_on(changed, date(2024, 10, 1)).pack.version == "2024-10-01"
    assert version_on(changed, date(2040, 1, 1)).pack.version == "2027-01-01"


@pytest.mark.parametrize(
    ("row", "before", "after"),
    [
        # Three years for felonies instead of four: the anniversary itself, and the day after.
        (ended(date(2024, 1, 1)), ("NOT_YET", date(2028, 1, 1)), ("ELIGIBLE", date(2027, 1, 1))),
        (ended(date(2024, 1, 2)), ("NOT_YET", date(2028, 1, 2)), ("NOT_YET", date(2027, 1, 2))),
        (ended(date(2022, 12, 31)), ("ELIGIBLE", LAST_DAY), ("ELIGIBLE", FIRST_DAY)),
        (ended(date(2023, 1, 1)), ("NOT_YET", FIRST_DAY), ("ELIGIBLE", FIRST_DAY)),
        # Two years for misdemeanors instead of one.
        (judged(date(2025, 1, 1)), ("ELIGIBLE", date(2026, 1, 1)), ("ELIGIBLE", FIRST_DAY)),
        (judged(date(2025, 1, 2)), ("ELIGIBLE", date(2026, 1, 2)), ("NOT_YET", date(2027, 1, 2))),
        (judged(date(2025, 12, 31)), ("ELIGIBLE", LAST_DAY), ("NOT_YET", date(2027, 12, 31))),
        (judged(date(2026, 1, 1)), ("NOT_YET", FIRST_DAY), ("NOT_YET", date(2028, 1, 1))),
        # The floor, three years earlier.
        (judged(date(1973, 1, 1)), ("ELIGIBLE", date(2024, 10, 1)), ("ELIGIBLE", FIRST_DAY)),
        (judged(date(1972, 12, 31)), ("NOT_ELIGIBLE", None), ("ELIGIBLE", FIRST_DAY)),
        (judged(date(1970, 1, 1)), ("NOT_ELIGIBLE", None), ("ELIGIBLE", FIRST_DAY)),
        (judged(date(1969, 12, 31)), ("NOT_ELIGIBLE", None), ("NOT_ELIGIBLE", None)),
    ],
)
def test_the_last_day_of_the_old_law_and_the_first_of_the_new_decide_each_by_its_own(
    changed: Rulebook,
    row: dict[str, Any],
    before: tuple[str, date | None],
    after: tuple[str, date | None],
) -> None:
    for day, (outcome, eligible_on) in ((LAST_DAY, before), (FIRST_DAY, after)):
        got = decided(changed, row, day)
        assert got.outcome == outcome, day
        assert got.eligible_on == eligible_on, day


def test_what_the_new_file_does_not_change_is_decided_as_before(changed: Rulebook) -> None:
    old = load_rulebook(rules_folder())
    assert changed.inputs_fingerprint == old.inputs_fingerprint
    kept = {item.name: item.pack for item in old.packs if item.name != f"pc1203_425/{OLD}"}
    now = {item.name: item.pack for item in changed.packs}
    assert {name: now[name] for name in kept} == kept
    assert set(now) == {*kept, f"pc1203_425/{OLD}", f"pc1203_425/{NEW}"}


def test_the_check_of_the_rules_is_clean_and_its_cases_hold(
    changed: Rulebook, tmp_path: Path
) -> None:
    # What the others say of themselves is in test_check.py; the solver takes a second a pack.
    rules = Path(shutil.copytree(changed.folder, tmp_path / "rules"))
    for other in ("effects", "pc851_93", "prop64"):
        shutil.rmtree(rules / other)
    result = check_rules(rules, overlaps=False)
    assert result.audit.problems == ()
    assert not [note for note in result.audit.notes if note.file.endswith(NEW)]
    assert result.audit.packs < len(changed.packs)
    new = next(item for item in changed.packs if item.name.endswith(NEW))
    bound = version_on(changed, FIRST_DAY)
    cases = load_cases(new.cases, resolved=bound, catalogue=changed.catalogue)
    assert len(cases) == 2 and find_failures(bound, cases) == []


def test_the_new_version_has_its_page(changed: Rulebook) -> None:
    page = pages(changed)["pc1203_425-2027-01-01.md"]
    assert "\n- Time: in force from 2027-01-01.\n" in page
    assert "| `felony_years` | 3 |" in page


def test_its_page_has_the_difference_bill_by_bill(changed: Rulebook) -> None:
    page = pages(changed)["pc1203_425-2027-01-01.md"]
    difference = page.split("## What changed")[1]
    assert "[pc1203_425@2024-10-01](pc1203_425-2024-10-01.md)" in difference
    assert "PC 1203.425(a)(1)(B)(iv)(II): Perjury is excluded as well.\n" in difference
    assert "    - Adds the rule `perjury`.\n" in difference
    assert "    - Changes the values `floor`, `misdemeanor_years`, `felony_years`.\n" in difference


def test_what_the_bill_adds_decides(changed: Rulebook) -> None:
    perjury = {**ended(date(2010, 1, 1)), "section": "118"}
    assert decided(changed, perjury, LAST_DAY).outcome == "ELIGIBLE"
    assert decided(changed, perjury, FIRST_DAY).rule == "perjury"
    infraction = {**judged(date(2026, 6, 1)), "level": "I"}
    assert decided(changed, infraction, LAST_DAY).rule == "year_since_judgment"
    assert decided(changed, infraction, FIRST_DAY).rule == "infraction"


def test_two_versions_in_force_on_the_same_day_are_refused_with_file_and_line(
    tmp_path: Path,
) -> None:
    _, problems = read_rulebook(copied(tmp_path, end_the_old=False))
    assert len(problems) == 1
    assert problems[0].startswith(f"pc1203_425/{NEW}:3: ")
    assert "2024-10-01 and 2027-01-01 are in force on the same day" in problems[0]


def test_another_window_without_a_felony_is_the_bill_s_alone(changed: Rulebook) -> None:
    row = {**ended(date(2020, 1, 1)), "later_felonies": [date(2023, 6, 1)]}
    before, after = date(2026, 12, 31), date(2027, 1, 1)
    assert decided(changed, row, before).reason == "FOUR_YEARS_NOT_OVER"
    assert decided(changed, row, after).outcome == "ELIGIBLE"
