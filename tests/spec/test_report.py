"""The report: complete, self-contained, and fit to be published."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from literal_tables import PACKS, REASONS, SWEEP, determination, sweep, write
from pyspark.sql import SparkSession

from clearance.errors import UsageError
from clearance.report.chart import chart, tick_step
from clearance.report.figures import Cell, CountyLine, county_lines, totals
from clearance.report.page import write_report
from clearance.store import Store


def people(
    county: str, number: int, outcome: str, relief: str | None, reason: str, **more: object
) -> list[dict]:
    """One decided conviction of each of `number` people."""
    start = f"{county}{outcome}{reason}".replace(" ", "")
    return [
        determination(
            f"{start}{i}-101002001000", county, "quiet_record", outcome, relief, reason, **more
        )
        for i in range(number)
    ]


# Marin has set the years itself: the same pack under another fingerprint.
MARIN = {
    **PACKS[0],
    "fingerprint": "f2",
    "yaml": PACKS[0]["yaml"] + 'settled: {"options": {"years_quiet": 7}}\n',
}
SCENARIO = {"pack": "dismiss_all", "kind": "scenario", "pack_fingerprint": "s1"}
DETERMINATIONS = [
    *people("LOS ANGELES", 40, "ELIGIBLE", "dismiss", "NO_RECENT"),
    *people("LOS ANGELES", 23, "REVIEW", None, "NO_CRITERIA"),
    *people("LOS ANGELES", 14, "REVIEW", None, "NOT_A_FELONY"),
    *people("LOS ANGELES", 3, "REVIEW", None, "MISSING_INFORMATION"),
    *people("ALPINE", 10, "ELIGIBLE", "dismiss", "NO_RECENT"),
    *people("MARIN", 11, "ELIGIBLE", "dismiss", "NO_RECENT", pack_fingerprint="f2"),
    *people("LOS ANGELES", 61, "ELIGIBLE", "dismiss", "EVERY", **SCENARIO),
]


@pytest.fixture(scope="module")
def told(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    folder = tmp_path_factory.mktemp("report")
    store = Store(str(folder / "store"))
    (folder / "reasons.yaml").write_text(REASONS)
    write(spark, store, "determinations", DETERMINATIONS)
    write(spark, store, "packs", [*PACKS, MARIN])
    used = {"county_pilot": "f1", "county_pilot/MARIN": "f2", "dismiss_all": "s1"}
    write(
        spark,
        store,
        "sweeps",
        [sweep(pack_fingerprints=used, notes=["A <note>."])],
    )
    write(
        spark,
        store,
        "source_files",
        [
            {
                "sha256": "1",
                "path": "a.csv",
                "bytes": 9,
                "rows_read": 100,
                "rows_accepted": 97,
                "rows_quarantined": 3,
                "extract": "1",
                "extract_date": date(2026, 10, 1),
                "status": "accepted",
            }
        ],
    )
    write(
        spark,
        store,
        "quarantine",
        [{"source_file": "a.csv", "position": 1, "extract": "1", "code": "FIELD_COUNT"}] * 3,
    )
    return store, folder


@pytest.fixture(scope="module")
def page(spark: SparkSession, told: tuple[Store, Path]) -> str:
    store, folder = told
    out = folder / "new" / "report.html"
    result = write_report(spark, store, out=out, rules=folder)
    assert result.as_dict() == {"out": str(out), "sweep_id": SWEEP, "cells": 4, "withheld": 1}
    return out.read_text()


class _Tags(HTMLParser):
    """Which tags are open, and what a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.fetched += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "data")]
        assert tag not in ("script", "link", "iframe", "img", "object")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def table(page: str, heading: str) -> list[list[str]]:
    """Cells of the first table after a heading."""
    body = page[page.index(f"{heading}</h") :]
    rows = re.findall(r"<tr>(.*?)</tr>", body[: body.index("</table>")], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_it_fetches_nothing_and_is_well_formed(page: str) -> None:
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.fetched == []
    assert "url(" not in page
    assert "@import" not in page


def test_it_names_sweep_date_version_digest_and_escapes_what_it_prints(page: str) -> None:
    for words in (SWEEP, "2026-11-01", "0.1.0", "d1g357", "A &lt;note&gt;."):
        assert words in page


def test_rows_read_are_accepted_plus_quarantined(page: str) -> None:
    assert table(page, "The input")[1] == ["accepted", "1", "100", "97", "3", "yes"]
    assert "FIELD_COUNT" in page


def test_a_cell_of_ten_people_is_withheld_and_one_of_eleven_is_not(page: str) -> None:
    assert table(page, "County policies")[1:] == [
        ["ALPINE", "county_pilot", "withheld", "0", "0", "0"],
        ["LOS ANGELES", "county_pilot", "40", "0", "40", "0"],
        ["MARIN", "county_pilot", "11", "0", "0", "0"],
        ["Cells shown", "", "51", "0", "40", "0"],
    ]


def test_reasons_count_the_shown_cells_under_all_values_and_a_rare_one_takes_the_next_with_it(
    page: str,
) -> None:
    rows = table(page, "Reasons: County pilot")[1:]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("ELIGIBLE", "No convictions in past 7 or 10 years NO_RECENT", "51"),
        ("REVIEW", "No applicable eligibility criteria NO_CRITERIA", "23"),
    ]
    # How many are withheld, and which, bounds each of them.
    assert "NOT_A_FELONY" not in page and "MISSING_INFORMATION" not in page


def test_the_chart_has_a_text_alternative_and_leaves_small_counties_out(page: str) -> None:
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert 'role="img"' in drawing
    assert "LOS ANGELES 80; MARIN 11." in re.sub(r"\s+", " ", drawing)
    assert "ALPINE" not in drawing


def test_every_scenario_has_a_table_of_its_own(page: str) -> None:
    assert table(page, "Dismiss all")[1] == ["LOS ANGELES", "61", "0", "0", "0"]


def test_a_store_without_a_sweep_and_a_folder_as_file_are_usage_errors(
    spark: SparkSession, told: tuple[Store, Path], tmp_path: Path
) -> None:
    store, folder = told
    with pytest.raises(UsageError, match="no sweeps yet"):
        write_report(spark, Store(str(tmp_path / "none")), out=tmp_path / "a.html", rules=folder)
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(spark, store, out=tmp_path, rules=folder)


def test_what_a_later_sweep_of_another_pack_left_alone_keeps_date_notes_and_texts(
    spark: SparkSession, told: tuple[Store, Path], page: str, tmp_path: Path
) -> None:
    store, folder = Store(str(tmp_path / "store")), told[1]
    shutil.copytree(told[0].uri, store.uri)
    later = sweep(
        sweep_id="later",
        as_of=date(2026, 11, 20),
        started_at=datetime(2026, 11, 20, 8, 0),
        selected=["dismiss_all"],
        pack_fingerprints={"dismiss_all": "s1"},
        notes=["Of the later."],
    )
    write(spark, store, "sweeps", [later])
    result = write_report(spark, store, out=tmp_path / "a.html", rules=folder)
    assert result.sweep_id == "later"
    mixed = (tmp_path / "a.html").read_text()
    assert "2026-11-20 (dismiss_all); 2026-11-01 (county_pilot)" in mixed
    assert "<p>county_pilot, as of 2026-11-01: A &lt;note&gt;.</p>" in mixed
    assert "<p>dismiss_all, as of 2026-11-20: Of the later.</p>" in mixed
    assert table(mixed, "Reasons: County pilot") == table(page, "Reasons: County pilot")
    assert "No convictions in past 7 or 10 years" in mixed
    assert not re.search(r"\{[a-z_]+\}", mixed)


def test_totals_are_sums_of_shown_cells() -> None:
    cells = [
        Cell("law", "p", "ALPINE", "ELIGIBLE", None),
        Cell("law", "p", "MARIN", "ELIGIBLE", 30),
        Cell("law", "p", "MARIN", "REVIEW", 12),
    ]
    lines = county_lines(cells)
    assert [line.units for line in lines] == [(None, 0, 0, 0), (30, 0, 12, 0)]
    assert [line.total for line in lines] == [0, 42]
    assert totals(lines) == (30, 0, 12, 0)


@pytest.mark.parametrize(
    ("largest", "step"), [(1, 1), (5, 1), (6, 2), (10, 2), (11, 5), (26, 10), (1234, 500)]
)
def test_the_axis_has_at_most_five_round_steps(largest: int, step: int) -> None:
    assert tick_step(largest) == step


def test_bars_stack_outcomes_largest_county_first_and_nothing_gives_no_chart() -> None:
    lines = [
        CountyLine("ALPINE", "a", (1, 0, None, 3)),
        CountyLine("MARIN", "b", (10, 0, 0, 0)),
        CountyLine("YOLO", "b", (None, 0, 0, 0)),
    ]
    drawing = chart(lines)
    assert drawing is not None
    assert [(bar.county, bar.total, len(bar.pieces)) for bar in drawing.bars] == [
        ("MARIN", "10", 1),
        ("ALPINE", "4", 2),
    ]
    first, second = drawing.bars[1].pieces
    assert second.x == pytest.approx(first.x + first.width, abs=0.2)
    assert second.width == pytest.approx(3 * first.width, abs=0.2)
    assert chart(lines[2:]) is None
