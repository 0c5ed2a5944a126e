"""The pages beside the rows: the summary with its charts, reasons and columns explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row

from clearance.errors import RulebookInvalid
from clearance.ingest.layout import FIELDS
from clearance.platform.paths import rules_folder
from clearance.publish.column_meanings import load_column_meanings
from clearance.publish.column_order import APPENDED, HEADERS, RELIEF
from clearance.publish.figures.summary import IMPACT, NOTHING_DECIDED
from clearance.rulebook.english.office_words import load_reason_texts
from clearance.rulebook.english.reasons import list_reasons
from clearance.rulebook.language.resolved import resolve
from clearance.rulebook.loading.load import load_rulebook
from clearance.rulebook.loading.stored import stored_text
from tests.publish.workbook.made_workbooks import DECIDED, NO_LEVELS, made, texts_of

NOTHING = {
    "policy": None,
    "policy_version": None,
    "policy_fingerprint": None,
    "note": NOTHING_DECIDED,
    "earliest_prop64_conviction": None,
    "prop64_convictions": NO_LEVELS,
    "prop64_convictions_by_section": {},
    "people_with_a_prop64_conviction": 0,
    "by_determination": {
        word: {"total": 0, "by_section": {}, "by_reason": {}}
        for word in ("Eligible for Dismissal", "Eligible for Reduction")
    },
    "impact": {"policy": dict.fromkeys(IMPACT, 0), "scenarios": {}},
    "relief": {},
    "petitions": {},
}


def test_the_summary_says_what_summary_json_says_with_charts(tmp_path: Path) -> None:
    sheet = made(tmp_path / "yolo", {"prop64": [DECIDED]})["Summary"]
    lines = texts_of(sheet)
    assert lines[0] == ["YOLO: county packet"]
    assert ["As of 2026-11-01, sweep s1"] in lines
    assert ["Policy: county_pilot 2019"] in lines
    assert ["11358 HS", 2, 2, 0, 0] in lines
    assert ["All sections", 2, 2, 0, 0] in lines
    assert ["Earliest such conviction", "2008-05-06"] in lines
    assert ["Eligible for Reduction", 0] in lines
    assert ["Eligible for Dismissal", "No convictions in past 10 years", 1] in lines
    assert ["What relief changes", "County's policy", "dismiss_all_p64"] in lines
    assert ["Automatic relief (state_law 2024)", "law", 3, 0, 0, 4] in lines
    assert ["Dismissal after probation", "pc1203_4"] in lines
    assert ["People left with no conviction in 7 years", 1, 1] in lines
    assert len(sheet._charts) == 3
    series = sheet._charts[1].series[0]
    assert [point.v for point in series.val.numRef.numCache.pt] == [1, 0]
    assert series.cat.strRef.f.startswith("Summary!$A$")


def test_a_county_without_determinations_gets_a_workbook_that_says_so(tmp_path: Path) -> None:
    book = made(tmp_path / "yolo", {"prop64": [], "condensed": []}, summary=NOTHING)
    assert [NOTHING_DECIDED] in texts_of(book["Summary"])
    assert book["Summary"]._charts == []
    assert book["Prop 64"].max_row == 1
    assert {cell.value for cell in book["Prop 64"][1]} == set(HEADERS["prop64"])
    assert texts_of(book["Reasons"])[0] == [
        "No policy has decided anything here, so there are no reasons to explain."
    ]


def test_every_reason_of_the_policy_is_explained_in_the_order_of_its_rules(tmp_path: Path) -> None:
    sheet = made(tmp_path / "yolo", {"prop64": []})["Reasons"]
    assert texts_of(sheet)[2:] == [
        [*line, "county_pilot 2019"]
        for line in (
            (
                *("To be reviewed by City Attorneys", "Misdemeanor or Infraction"),
                *("MINOR", "minor", "office policy"),
            ),
            (
                *("Eligible for Dismissal", "No convictions in past 10 years"),
                *("QUIET", "quiet", "HSC 11361.9"),
            ),
            (
                *("Maybe Eligible - Flag for Review", "Missing information"),
                *("MISSING", "unknown", "policy"),
            ),
            ("Eligible for Reduction", "=WEBSERVICE(A1)", "REST", "otherwise", "policy"),
        )
    ]
    assert sheet["B6"].data_type != "f"


def test_every_column_of_every_packet_file_is_explained(tmp_path: Path) -> None:
    assert set(load_column_meanings(rules_folder())) == {*FIELDS, *APPENDED, *RELIEF}
    files: dict[str, list[dict[str, str]]] = {name: [] for name in HEADERS}
    rows = texts_of(made(tmp_path / "yolo", files)["Columns"])[2:]
    assert [row[0] for row in rows] == [*FIELDS, *APPENDED, *RELIEF]
    assert {row[0] for row in rows if row[1] == "research file"} == set(FIELDS)
    assert rows[0][1:] == [
        *("research file", load_column_meanings(rules_folder())["RECORD_ID"], "all, prop64")
    ]
    assert all(len(row) in (4, 5) for row in rows)


def stored(**options: Any) -> list[Row]:
    """Every shipped pack as a sweep would store it."""
    book = load_rulebook(rules_folder())
    found = []
    for item in book.packs:
        mine = options if item.pack.options else {}
        bound = resolve(item.pack, book.catalogue, switches={}, inputs_fingerprint="", options=mine)
        text = stored_text(bound, text=item.document.text)
        words = {"pack": item.pack.pack, "version": item.pack.version, "yaml": text}
        found.append(Row(fingerprint=item.name, **words, facts=list(item.pack.facts)))
    return found


def test_every_reason_of_every_shipped_pack_has_its_words_and_a_cite() -> None:
    explained = list_reasons(stored(), texts=load_reason_texts(rules_folder()))
    assert len(explained) >= 3
    for reasons in explained.values():
        assert reasons
        for reason in reasons:
            assert reason.text != reason.code
            assert reason.cite
            assert "{" not in reason.text


def test_a_rule_whose_option_is_off_is_no_reason_of_the_county() -> None:
    options = {"subject_age_threshold": 57, "reduce": ("11359",)}
    explained = list_reasons(stored(**options), texts=load_reason_texts(rules_folder()))
    texts = [reason.text for reason in explained["prop64/policies/configurable.yaml"]]
    assert texts == [
        "The record is incomplete: a row of this person could not be read",
        "Missing information",
        "Misdemeanor or Infraction",
        "57 years or older",
        "Reduce all HS (section) convictions",
        "Missing information",
        "No applicable eligibility criteria",
    ]


def test_a_broken_file_of_meanings_is_refused_and_an_absent_one_says_nothing(
    tmp_path: Path,
) -> None:
    assert load_column_meanings(tmp_path) == {}
    (tmp_path / "packet_columns.yaml").write_text("A: {text: x}")
    with pytest.raises(RulebookInvalid, match=r"packet_columns\.yaml"):
        load_column_meanings(tmp_path)
