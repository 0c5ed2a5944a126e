"""Head counts of made-up people on the pages: of the packs as they are, and of no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearance.platform.paths import rules_folder
from clearance.rulebook.english.head_counts import HeadCounts, load_head_counts
from clearance.rulebook.english.pages import pages
from clearance.rulebook.loading.load import Rulebook

AGAIN = "count anew: scripts/head-counts, then clearance rules pages --out docs/law"
PACK = "pc849_5@1976-01-01"


@pytest.fixture(scope="module")
def counted() -> HeadCounts:
    found = load_head_counts(rules_folder())
    assert found is not None, AGAIN
    return found


def test_the_counts_are_of_the_packs_as_they_are(rulebook: Rulebook, counted: HeadCounts) -> None:
    packs = {f"{item.pack.pack}@{item.pack.version}": item.pack for item in rulebook.packs}
    stale = [
        name
        for name in counted.packs
        if name not in packs or counted.of(rulebook.resolve(packs[name], switches={})) is None
    ]
    assert stale == [], AGAIN
    in_force = {
        name
        for name, pack in packs.items()
        if pack.in_force_on(counted.as_of) and pack.kind == "law"
    }
    assert in_force <= set(counted.packs), AGAIN


def test_a_page_says_how_many_each_rule_in_question_decides(
    rulebook: Rulebook, counted: HeadCounts
) -> None:
    counts = counted.packs[PACK]
    rule = counts.rules["turned_over"]
    page = pages(rulebook)["pc849_5-1976-01-01.md"]
    assert f"{counted.people:,} made-up people" in page
    assert f"{counts.units:,} arrests" in page
    (line,) = [line for line in page.splitlines() if line.startswith("- The rule `turned_over`")]
    assert f"It decides {rule.units:,} arrest" in line and f" of {rule.people:,} " in line
    assert sum(count.units for count in counts.rules.values()) == counts.units


def test_a_pack_that_was_changed_has_no_counts_on_its_page(rulebook: Rulebook) -> None:
    changed = replace(rulebook, inputs_fingerprint="changed")
    assert "made-up people" not in "".join(pages(changed).values())
