"""The page of a comparison in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clearance.diff.step import COUNTED, DiffResult, PackDiff
from clearance.diff.written import comparison_page
from tests.support.axe import assert_page_serves_every_reader

YES = {"pack_version": "2024-10-01", "outcome": "ELIGIBLE", "rule": "two_years", "reason": "QUIET"}
NO = {"pack_version": "2024-10-01", "outcome": "NOT_ELIGIBLE", "rule": "barred", "reason": "BAR"}
REASONS = {"QUIET": "No convictions in past {years} years", "BAR": "A listed conviction bars it"}


def change(before: dict[str, str], after: dict[str, str]) -> dict[str, Any]:
    """A kind of change in a county; a side without values has no such unit."""
    sides = {
        f"{name}_{side}": value
        for side, values in (("before", before), ("after", after))
        for name, value in values.items()
    }
    counted = {"pack": "pc1203_425", "county": "SAN LUIS OBISPO", "units": 1204, "people": 1032}
    return dict.fromkeys(COUNTED) | counted | sides


def test_in_a_browser_the_page_fits_its_width_and_axe_core_finds_nothing(tmp_path: Path) -> None:
    kinds = (change(YES, NO), change({}, NO), change(YES, YES))
    result = DiffResult(
        before="sweep 0123456789abcdef as of 2026-11-01",
        after="the record of sweep 0123456789abcdef by rules, felony_years=7",
        units=1204,
        people=1032,
        packs=(PackDiff("pc1203_425", 1204, 1032, 5210, 4178), PackDiff("pc851_93", 0, 0, 3, 3)),
        changes=kinds,
        notes=("These packs are not as the sweep used them.",),
    )
    path = tmp_path / "changes.html"
    path.write_text(comparison_page(result, reasons=REASONS), encoding="utf-8")
    assert_page_serves_every_reader(path)
