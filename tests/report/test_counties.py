"""The page of a county: figures that are public elsewhere, and links that lead somewhere."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from clearance.platform.store.store import Store
from clearance.publish.figures.counted import Figures, count_figures
from clearance.report.figures import OTHER_REASONS, WITHHELD, WORDS
from clearance.report.step import write_report
from tests.report.read_pages import Tags, numbers, table

COUNTIES = {"los-angeles.html": "LOS ANGELES", "marin.html": "MARIN", "orange.html": "ORANGE"}
SECTIONS = {
    "County pilot": "County policies",
    "Automatic relief": "Automatic relief",
    "Dismiss all": "Dismiss all",
}

PACKS = {
    "County pilot": "county_pilot",
    "Automatic relief": "state_law",
    "Dismiss all": "dismiss_all",
}


@pytest.fixture(scope="module")
def figures(spark: SparkSession, store_and_rules: tuple[Store, Path]) -> Figures:
    return count_figures(store_and_rules[0].read(spark, "determinations"))


def sections(page: str) -> dict[str, str]:
    """The content of each section by its heading."""
    found = re.findall(r"<section [^>]*>\s*<h2 [^>]*>(.*?)</h2>(.*?)</section>", page, re.DOTALL)
    return {unescape(heading): body for heading, body in found}


def words(part: str) -> str:
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<title>.*?</title>", "", part))
    return " ".join(unescape(text).split())


def test_a_county_of_which_a_figure_may_be_shown_has_a_page_and_any_other_a_sentence(
    page: str, county_pages: dict[str, str]
) -> None:
    assert list(county_pages) == list(COUNTIES)
    listed = sections(page)["A page for each county"]
    assert re.findall(r'<a href="counties/(.*?)">(.*?)</a>', listed) == list(COUNTIES.items())
    assert "No page, since no figure can be shown: ALPINE." in words(listed)


def test_every_figure_of_a_county_is_that_of_the_statewide_page(
    page: str, county_pages: dict[str, str]
) -> None:
    compared = 0
    for file, county in COUNTIES.items():
        for title, heading in SECTIONS.items():
            statewide = {
                line[0]: shown for line, shown in numbers(page, heading).items() if line[0]
            }
            if county not in statewide or statewide[county][-1] == WITHHELD:
                continue
            of_county = sections(county_pages[file])[title]
            (shown,) = re.findall(r"<tbody><tr>(.*?)</tr></tbody>", of_county, re.DOTALL)
            assert re.findall(r"<td[^>]*>(.*?)</td>", shown) == statewide[county]
            compared += 1
    assert compared == 6


def test_the_reasons_of_a_county_are_the_rows_of_statistics_csv_and_what_they_leave_over(
    county_pages: dict[str, str], figures: Figures
) -> None:
    outcomes = {word: outcome for outcome, word in WORDS.items()}
    compared, left_over = 0, 0
    for file, county in COUNTIES.items():
        public = {
            (pack, outcome, reason): units
            for _, pack, outcome, reason, units, _ in figures.public_statistics(counties=[county])
        }
        for title, pack in PACKS.items():
            of_county = sections(county_pages[file]).get(title, "")
            if "<h3>Reasons</h3>" not in of_county:
                continue
            for word, text, _, units, _ in table(of_county, "Reasons")[1:]:
                outcome = outcomes[word]
                number = int(units.replace(",", ""))
                if text == OTHER_REASONS:
                    cell = figures.public.outcomes[county, pack, outcome]
                    assert cell is not None
                    shown = sum(rows for key, rows in public.items() if key[:2] == (pack, outcome))
                    assert number == cell.units - shown
                    left_over += 1
                else:
                    assert public[pack, outcome, text.split()[-1]] == number
                    compared += 1
    assert (compared, left_over) == (8, 2)


def test_a_county_page_names_no_number_that_is_public_nowhere_else(
    page: str, county_pages: dict[str, str], figures: Figures
) -> None:
    rows = figures.public_statistics(counties=None)
    public = set(re.findall(r"[0-9][0-9,]*", words(page)))
    public |= {f"{number:,}" for row in rows for number in row[-2:]}
    for file in COUNTIES:
        parts = sections(county_pages[file])
        body = "".join(parts[name] for name in ("In short", *SECTIONS) if name in parts)
        found = set(re.findall(r"[0-9][0-9,]*", words(body)))
        assert len(found) > 2
        assert found <= public


def test_withheld_reasons_and_packs_are_named_on_no_county_page(
    county_pages: dict[str, str],
) -> None:
    for content in county_pages.values():
        assert "NOT_A_FELONY" not in content and "MISSING_INFORMATION" not in content
        assert "AFTER_PROP64" not in content
    assert "no_law" not in "".join(county_pages.values())


def test_headlines_say_what_is_eligible_and_a_withheld_figure_is_not_guessed(
    county_pages: dict[str, str],
) -> None:
    sentences = {file: words(sections(text)["In short"]) for file, text in county_pages.items()}
    assert (
        "Automatic relief: 50 of 50 convictions are eligible for relief."
        in (sentences["los-angeles.html"])
    )
    assert "County pilot: 71 of 97 convictions are eligible for relief." in sentences["orange.html"]
    assert "Automatic relief: 0 of 44 convictions are eligible" in sentences["marin.html"]
    assert "The county's policy is County pilot" in sentences["orange.html"]
    assert (
        "Dismiss all: 61 of 61 convictions would be eligible for relief."
        in (sentences["los-angeles.html"])
    )


def test_a_county_has_its_own_values_in_its_reasons(county_pages: dict[str, str]) -> None:
    assert "No convictions in past 7 years" in county_pages["marin.html"]
    assert "No convictions in past 10 years" in county_pages["orange.html"]
    assert "7 or 10" not in "".join(county_pages.values())


def test_evidence_is_that_of_the_county(county_pages: dict[str, str]) -> None:
    last = {file: sections(text)["Evidence"] for file, text in county_pages.items()}
    assert "f2" in last["marin.html"] and "f2" not in last["orange.html"]
    assert all("d1g357" in evidence for evidence in last.values())


def test_links_lead_to_files_and_places_and_nothing_is_fetched(
    page: str, county_pages: dict[str, str], store_and_rules: tuple[Store, Path]
) -> None:
    folder = store_and_rules[1] / "new"
    files = {"report.html": page, **{f"counties/{name}": c for name, c in county_pages.items()}}
    followed = 0
    for name, content in files.items():
        tags = Tags()
        tags.feed(content)
        assert (tags.open, tags.fetched) == ([], [])
        assert len(tags.ids) == len(set(tags.ids)) and set(tags.pointed) <= set(tags.ids)
        for link in tags.linked:
            target, _, anchor = link.partition("#")
            path = (folder / name).parent / target
            assert path.is_file()
            assert not anchor or f'id="{anchor}"' in path.read_text()
            followed += 1
    assert followed == 3 + 4 * 3


def test_pages_of_an_earlier_report_go_and_other_files_stay(
    spark: SparkSession,
    store_and_rules: tuple[Store, Path],
    county_pages: dict[str, str],
    tmp_path: Path,
) -> None:
    counties = tmp_path / "page-counties"
    counties.mkdir()
    (counties / "alpine.html").write_text(county_pages["orange.html"])
    (counties / "notes.html").write_text("<p>The office's own.</p>")
    write_report(spark, store_and_rules[0], out=tmp_path / "page.html", rules=store_and_rules[1])
    assert {path.name for path in counties.iterdir()} == {*COUNTIES, "notes.html"}
    assert 'href="../page.html"' in (counties / "orange.html").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"page.html", "page-counties"}
