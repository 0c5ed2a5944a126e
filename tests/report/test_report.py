"""The report: complete, self-contained, and fit to be published."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from clearance.errors import UsageError
from clearance.platform.paths import rules_folder
from clearance.platform.store.store import Store
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.worklist import UNKNOWN
from clearance.publish.made_up import MADE_UP, is_made_up_name, is_made_up_path
from clearance.report.figures import (
    OTHER_REASONS,
    WITHHELD,
)
from clearance.report.map.county_map import load_outlines
from clearance.report.months import NOT_SHOWN
from clearance.report.state import NO_SECTION, REMEDIES
from clearance.report.step import write_report
from tests.report.read_pages import Tags, numbers, table
from tests.support.axe import findings
from tests.support.chromium import browser
from tests.support.literal_tables import (
    SWEEP,
    sweep,
    write,
)

FILES_OF_REMEDIES = ("code_books.yaml", "statutes/", "dispositions.yaml", "steps.yaml")


def test_it_fetches_nothing_and_is_well_formed(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.fetched == []
    assert {link.partition("/")[0] for link in tags.linked} == {"counties"}
    assert len(tags.ids) == len(set(tags.ids)) and set(tags.pointed) <= set(tags.ids)
    assert page.count("url(") == page.count("url(#") == 1
    assert "@import" not in page


@pytest.mark.parametrize("name", ["report.html", "counties/orange.html"])
def test_in_a_browser_no_request_leaves_nothing_is_wrong_and_the_page_fits_its_width(
    page: str, store_and_rules: tuple[Store, Path], name: str, tmp_path: Path
) -> None:
    path = store_and_rules[1] / "new" / name
    with browser() as chromium:
        chromium.open(path)
        for width, dark, printed in ((1280, False, False), (800, True, False), (390, False, False)):
            chromium.look(width=width, dark=dark, printed=printed)
            assert chromium.value("document.documentElement.scrollWidth") == width
            # Ink on paper, each of the scheme that the reader asked for.
            colours = chromium.value(
                "['color', 'backgroundColor'].map(n => getComputedStyle(document.body)[n]).join()"
            )
            light = [sum(map(int, re.findall(r"\d+", one))) for one in colours.split("),")]
            assert (light[0] > light[1]) == dark
            # Everything that scrolls by itself can be reached without a mouse.
            assert chromium.value(
                "[...document.querySelectorAll('.scroll')].every(one => one.tabIndex === 0)"
            )
        chromium.look(width=760, printed=True)
        assert chromium.value("document.documentElement.scrollWidth") == 760
        assert not chromium.value("document.querySelector('nav').offsetParent")
        drawn = chromium.value(
            "[...document.querySelectorAll('.map use')].filter(o => o.getBBox().width > 0).length"
        )
        assert drawn == path.read_text().count("<use ") > 0
        chromium.picture(tmp_path / "report.png")
        assert chromium.said == []
        for width, dark in ((1280, False), (390, True)):
            chromium.look(width=width, dark=dark)
            assert findings(chromium) == []
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    assert chromium.asked == [path.as_uri()]


def test_it_names_sweep_date_version_digest_and_escapes_what_it_prints(page: str) -> None:
    for words in (SWEEP, "2026-11-01", "0.1.0", "d1g357", "A &lt;note&gt;."):
        assert words in page


def test_it_names_the_extract_and_says_nothing_of_made_up_people(page: str) -> None:
    assert "by the extract of\n    <strong>2026-10-01</strong>" in page
    assert MADE_UP not in page


def test_rows_read_are_accepted_plus_quarantined(page: str) -> None:
    assert table(page, "The input")[1] == ["accepted", "1", "100", "97", "3", "yes"]
    assert "FIELD_COUNT" in page


def test_a_cell_of_ten_people_is_withheld_and_what_is_not_shown_is_a_part_of_the_bar(
    page: str,
) -> None:
    assert numbers(page, "County policies") == {
        ("ALPINE", "county_pilot"): ["withheld"] * 6,
        ("LOS ANGELES", "county_pilot"): ["40", "0", "40", "0", "0", "80"],
        ("MARIN", "county_pilot"): ["11", "0", "0", "0", "0", "11"],
        ("ORANGE", "county_pilot"): ["71", *["withheld"] * 3, "26", "97"],
        ("All that is shown", ""): [
            *("122 in 3 counties", "0 in 2 counties", "40 in 2 counties", "0 in 2 counties"),
            *("26 in 3 counties", "188 in 3 counties"),
        ],
    }
    orange = page[page.index('<th scope="row">ORANGE') :]
    bar = orange[: orange.index("</tr>")]
    assert 'aria-label="ORANGE: Eligible 71, Not shown 26"' in bar
    assert 'class="not-shown" style="width:26.8%"' in bar
    assert "Everything of 1 county is withheld" in page


def test_reasons_count_the_shown_cells_under_all_values_and_say_what_is_left_over(
    page: str,
) -> None:
    rows = table(page, "Reasons: County pilot")[1:]
    assert [(row[0], row[1], row[3], row[5]) for row in rows] == [
        ("Eligible", "No convictions in past 7 or 10 years NO_RECENT", "122", "3 counties"),
        ("For review", "No applicable eligibility criteria NO_CRITERIA", "23", "1 county"),
        ("For review", OTHER_REASONS, "17", ""),
    ]
    # How many are withheld, and which, bounds each of them.
    assert "NOT_A_FELONY" not in page and "MISSING_INFORMATION" not in page


def test_a_pack_of_which_nothing_can_be_shown_gets_a_sentence_and_no_table(page: str) -> None:
    section = page[page.index('<h2 id="s-no_law"') :]
    section = section[: section.index("</section>")]
    assert "No number can be shown here" in section
    assert "<table" not in section


def test_the_map_shades_the_counties_by_what_their_table_says(page: str) -> None:
    assert set(load_outlines().counties) == set(load_record_rules(rules_folder()).counties)
    section = page[page.index('id="s-policy"') :]
    drawing = section[section.index("<svg") : section.index("</svg>")]
    assert drawing.count("<use ") == 58
    says = dict(re.findall(r'class="shade-(\w+)"><title>(.*?)</title>', drawing)[::-1])
    assert "MARIN: 100 % eligible (11 of 11)" in drawing
    assert "ORANGE: 73 % eligible (71 of 97)" in drawing
    assert 'class="shade-withheld"><title>ALPINE: withheld' in drawing
    assert 'class="shade-none"><title>YOLO</title>' in drawing
    assert section[: section.index("</figure>")].count("nothing decided") == 1
    assert set(says) == {"0", "2", "4", "none", "withheld"}


def test_people_are_those_of_counties_that_show_who_is_eligible(page: str) -> None:
    section = page[page.index('id="people"') :]
    sentences = re.findall(r"<li>(.*?)</li>", section[: section.index("</section>")])
    assert [re.sub("<[^>]+>", "", one) for one in sentences[:3]] == [
        "50 people have a conviction that is eligible for relief.",
        "38 of them have a felony on their record today, in any county, and would have none left.",
        "38 of them would have no conviction left, in any county.",
    ]


def test_the_years_of_conviction_are_of_counties_that_show_who_is_eligible(page: str) -> None:
    said = " ".join(re.sub("<[^>]+>", "", page[page.index('id="people"') :]).split())
    assert (
        "eligible, by the year of conviction: 1990 to 1999: 14; years that are not shown: 36."
        in said
    )


def test_months_are_withheld_with_the_latest_large_one(page: str) -> None:
    rows = table(page, "What becomes eligible in the months ahead")[1:]
    assert [row[:2] for row in rows] == [
        ["2026-11", "15"],
        ["2028-10", "12"],
        [NOT_SHOWN, "17"],
    ]
    assert "44 convictions wait; the months go to 2028-10" in page


def test_the_worklist_has_those_first_that_keep_decisions_open_and_says_what_to_do(
    page: str,
) -> None:
    unread = "a charge that cannot be read"
    assert table(page, "What the rules could not read")[1:] == [
        [unread, "77 NO SUCH", "12", "11", REMEDIES["charge"]],
        [unread, "TEACHER", "30", "0", NO_SECTION],
    ]
    assert all((rules_folder() / name).exists() for name in FILES_OF_REMEDIES)
    assert set(REMEDIES) == set(UNKNOWN)
    assert set(re.findall(r"rules/([a-z_./]+?)[,.]? ", " ".join(REMEDIES.values()) + " ")) == set(
        FILES_OF_REMEDIES
    )


def test_where_a_court_may_be_asked_nothing_is_eligible_and_there_is_no_map(page: str) -> None:
    section = page[page.index('<h2 id="s-ask_a_court"') :]
    section = section[: section.index("</section>")]
    said = " ".join(re.sub("<[^>]+>", " ", section).split())
    assert "For 25 convictions in 1 county a court may be asked" in said
    assert "<svg" not in section
    assert "Eligible 0" not in said and "% eligible" not in said
    header, *rows = table(section, "ask_a_court")
    assert "Eligible" not in header
    assert [row[0:1] + row[2:] for row in rows] == [
        ["LOS ANGELES", "0", "25", "13", "0", "38"],
        ["MARIN", *["withheld"] * 5],
        [
            "All that is shown",
            "0 in 1 county",
            "25 in 1 county",
            "13 in 1 county",
            "0 in 1 county",
            "38 in 1 county",
        ],
    ]


def test_the_first_sentences_say_who_is_helped_who_waits_what_blocks_and_what_is_not_shown(
    page: str,
) -> None:
    short = page[page.index('<h2 id="short"') :]
    short = short[: short.index("</section>")]
    assert page.index('<h2 id="short"') < page.index("<table") and "<table" not in short
    sentences = [
        " ".join(re.sub("<[^>]+>", "", one).split()) for one in re.findall(r"<li>(.*?)</li>", short)
    ]
    law, policies = "(Automatic relief)", "(County policies)"
    assert sentences == [
        f"Eligible now: 50 convictions in 2 counties, of 50 people {law}; "
        f"122 convictions in 3 counties {policies}.",
        f"Waiting, until time alone makes them eligible: 44 convictions in 2 counties, "
        f"the latest month shown is 2028-10, for 17 of them the month is not shown {law}; "
        f"0 convictions in 2 counties {policies}.",
        f"Blocked, since a person has to look first: 0 convictions in 2 counties "
        f"{law}; 40 convictions in 2 counties, "
        f"most often shown: “No applicable eligibility criteria” (23 in 1 county) {policies}; "
        f"17 arrests, most often shown: “RELEASE” (17 in 1 county) (by_itself).",
        f"Not shown: 0 of 94 convictions in 2 counties {law}; 26 of 188 convictions in 3 counties "
        f"{policies}. They may be of any outcome.",
        "Signed off by a lawyer: nobody yet; none of the 3 sets of rules (the rules used).",
    ]
    assert "A number of fewer than 11 people is withheld" in short


def test_the_rules_used_say_since_when_they_are_the_law(page: str) -> None:
    law = next(row for row in table(page, "The rules used") if row[0] == "state_law")
    assert law == [
        *("state_law", "2024-10-01", "from 2024-10-01", "Automatic relief"),
        *("PC 1", "2026-05-04", "nobody yet"),
    ]


def test_evidence_stands_at_the_end(page: str) -> None:
    last = page[page.rindex("<h2") :]
    for words in (SWEEP, "d1g357", "f1", "f2", "l1", "U.S. Census Bureau"):
        assert words in last


def test_every_figure_equals_a_query_over_the_tables(
    spark: SparkSession, store_and_rules: tuple[Store, Path], page: str
) -> None:
    rows = store_and_rules[0].read(spark, "determinations").collect()
    cells = Counter((row.pack, row.county, row.outcome) for row in rows)
    lines = Counter((row.pack, row.county) for row in rows)
    outcomes = ("ELIGIBLE", "NOT_YET", "REVIEW", "NOT_ELIGIBLE")
    compared = 0
    for heading, pack in (
        ("County policies", "county_pilot"),
        ("Automatic relief", "state_law"),
        ("Dismiss all", "dismiss_all"),
    ):
        for (county, *_), shown in numbers(page, heading).items():
            if county == "All that is shown":
                continue
            true = [cells[pack, county, outcome] for outcome in outcomes]
            hidden = sum(n for n, figure in zip(true, shown, strict=False) if figure == WITHHELD)
            for figure, number in zip(shown, [*true, hidden, lines[pack, county]], strict=True):
                assert figure in (WITHHELD, f"{number:,}")
                compared += figure != WITHHELD
    assert compared > 25
    shown_counties = {
        line[0]
        for line, figures in numbers(page, "Automatic relief").items()
        if figures[0] != WITHHELD
    }
    some = {
        row.subject_id
        for row in rows
        if row.pack == "state_law" and row.outcome == "ELIGIBLE" and row.county in shown_counties
    }
    assert f"<strong>{len(some)}</strong> people have" in page
    convicted = {
        row.unit_id: row.conviction_date.year // 10 * 10
        for row in store_and_rules[0].read(spark, "charges").where("convicted").collect()
    }
    decades = Counter(
        convicted[row.unit_id]
        for row in rows
        if row.pack == "state_law" and row.outcome == "ELIGIBLE" and row.county in shown_counties
    )
    said = re.findall(r"(\d{4}) to \d{4}: <strong>(.*?)</strong>", page)
    assert said == [("1990", str(decades[1990]))]
    months = Counter(f"{row.eligible_on:%Y-%m}" for row in rows if row.eligible_on)
    for month, figure, _ in table(page, "What becomes eligible in the months ahead")[1:-1]:
        assert figure == str(months[month])


def test_made_up_people_are_labelled(
    spark: SparkSession, store_and_rules: tuple[Store, Path], tmp_path: Path
) -> None:
    assert is_made_up_name("/data/synthetic-0001.csv") and is_made_up_name("synthetic-0012.csv")
    assert not is_made_up_name("/data/research.csv") and not is_made_up_name(
        "my-synthetic-0001.csv"
    )
    paths = ["/data/synthetic-0001.csv", "synthetic-0001.csv", "a.csv", "my-synthetic-0001.csv"]
    frame = spark.createDataFrame([(path,) for path in paths], "path string")
    found = [row[0] for row in frame.select(is_made_up_path(frame.path)).collect()]
    assert found == [is_made_up_name(path) for path in paths]


def test_a_store_without_a_sweep_and_a_folder_as_file_are_usage_errors(
    spark: SparkSession, store_and_rules: tuple[Store, Path], tmp_path: Path
) -> None:
    store, folder = store_and_rules
    with pytest.raises(UsageError, match="no sweeps yet"):
        write_report(spark, Store(str(tmp_path / "none")), out=tmp_path / "a.html", rules=folder)
    (tmp_path / "inside").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(spark, store, out=tmp_path / "inside", rules=folder)
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


def test_what_a_later_sweep_of_another_pack_left_alone_keeps_date_notes_and_texts(
    spark: SparkSession, store_and_rules: tuple[Store, Path], page: str, tmp_path: Path
) -> None:
    store, folder = Store(str(tmp_path / "store")), store_and_rules[1]
    shutil.copytree(store_and_rules[0].uri, store.uri)
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
    assert {path.parent.name for path in tmp_path.glob("*/*.html")} == {"a-counties"}
    mixed = (tmp_path / "a.html").read_text()
    left = "ask_a_court, by_itself, county_pilot, no_law, state_law"
    assert f"2026-11-20 (dismiss_all); 2026-11-01 ({left})" in mixed
    assert f"<p>{left}, as of 2026-11-01: A &lt;note&gt;.</p>" in mixed
    assert "<p>dismiss_all, as of 2026-11-20: Of the later.</p>" in mixed
    assert table(mixed, "Reasons: County pilot") == table(page, "Reasons: County pilot")
    assert "No convictions in past 7 or 10 years" in mixed
    assert not re.search(r"\{[a-z_]+\}", mixed)
