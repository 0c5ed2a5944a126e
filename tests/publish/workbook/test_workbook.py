"""The packet as a workbook: what an office sees when it opens it. Needs no Spark."""

from __future__ import annotations

import errno
import tempfile
import tracemalloc
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from clearance.ingest.layout import FIELDS
from clearance.publish.column_order import CONDENSED, HEADERS, RELIEF
from clearance.publish.workbook.workbook import FILE
from tests.publish.workbook.made_workbooks import DECIDED, line, made, row_of, texts_of, write


def test_dates_are_dates_numbers_are_numbers_and_everything_else_is_text(tmp_path: Path) -> None:
    given = {
        **DECIDED,
        "CII_NUMBER": "0012345678",
        "PRI_NAME": "  DOE, JO  ",
        "PRI_DOB": "19800229",
        "CYC_DATE": "20080500",
        "STP_EVENT_DATE": " 20080506 ",
        "DISP_DATE": "00000000",
        "REQ_DOB": "18991231",
        "CYC_AGE": "28",
        "COMMENT_TEXT": "   ",
    }
    book = made(tmp_path / "yolo", {"prop64": [given]})
    row = row_of(book["Prop 64"], 2)
    values = {name: cell.value for name, cell in row.items() if cell.value is not None}
    assert values == {
        **DECIDED,
        "# of convictions on record": 3,
        "Date of Conviction": datetime(2008, 5, 6),
        "Years Since This Conviction": 18.5,
        "Years Since Any Conviction": -1.0,
        "CII_NUMBER": "0012345678",
        "PRI_NAME": "DOE, JO",
        "PRI_DOB": datetime(1980, 2, 29),
        "CYC_DATE": "20080500",
        "STP_EVENT_DATE": datetime(2008, 5, 6),
        "DISP_DATE": "00000000",
        "REQ_DOB": "18991231",
        "CYC_AGE": "28",
    }
    assert row["PRI_DOB"].number_format == "mm/dd/yyyy"
    assert row["Years Since This Conviction"].number_format == "0.0"


HARMFUL = [
    '=HYPERLINK("http://x","y")',
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
    "http://example.org/",
    "{=A1}",
    "<r><t>markup</t></r>",
    "<r>5 < 6 & 7</r>",
    "_x000D_ and \x01 and \ufffe",
    "</t></is></c>",
]


def test_no_text_becomes_a_formula_a_link_or_markup(tmp_path: Path) -> None:
    rows = [{"PRI_NAME": text, "COMMENT_TEXT": text} for text in HARMFUL]
    sheet = made(tmp_path / "yolo", {"condensed": rows})["Condensed"]
    cells = [row_of(sheet, at)["COMMENT_TEXT"] for at in range(2, 2 + len(rows))]
    assert [unescape(str(cell.value)).strip(" ") for cell in cells] == [
        text.replace("\ufffe", "\ufffd") for text in HARMFUL
    ]
    assert all(cell.data_type in ("s", "inlineStr") for cell in cells)
    assert all(cell.hyperlink is None for cell in cells)
    assert [cell.quotePrefix for cell in cells] == [text[0] in "=+-@\t\r" for text in HARMFUL]


def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    fits, long = "x" * 32_767, "y" * 140_000
    sheet = made(tmp_path / "yolo", {"condensed": [{"COMMENT_TEXT": t} for t in (fits, long)]})
    values = [row_of(sheet["Condensed"], at)["COMMENT_TEXT"].value for at in (2, 3)]
    assert values[0] == fits
    assert len(values[1]) == 32_767
    assert values[1].endswith("y [cut here; the CSV file has all of it]")


def test_a_county_too_large_for_a_sheet_is_split_and_all_rows_are_left_to_the_csv(
    tmp_path: Path,
) -> None:
    rows = [{"PRI_NAME": f"N{n}", **(DECIDED if n % 2 else {})} for n in range(250)]
    files = {"prop64": rows[:100], "condensed": rows, "all": rows[:101]}
    book = made(tmp_path / "yolo", files)
    assert book.sheetnames == [
        *("Summary", "Prop 64", "Condensed 1", "Condensed 2", "Condensed 3", "Reasons", "Columns")
    ]
    parts = [book[f"Condensed {n}"] for n in (1, 2, 3)]
    assert [sheet.max_row for sheet in parts] == [101, 101, 51]
    names = [row_of(sheet, at)["PRI_NAME"].value for sheet in parts for at in (2, sheet.max_row)]
    assert names == ["N0", "N99", "N100", "N199", "N200", "N249"]
    for sheet in [*parts, book["Prop 64"]]:
        assert sheet.freeze_panes in ("E2", "F2")
        assert (
            sheet.auto_filter.ref == f"A1:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"
        )
    lines = texts_of(book["Summary"])
    assert ["condensed", "in 3 sheets, since one holds 101 rows", 250] in lines
    assert [
        "all",
        "more rows than the 101 of a sheet: see all.csv beside this workbook",
        101,
    ] in lines
    assert ["prop64", 100] in lines


def test_all_rows_stand_in_the_workbook_where_they_fit_and_only_files_asked_for(
    tmp_path: Path,
) -> None:
    book = made(tmp_path / "yolo", {"all": [{"PRI_NAME": "N"}] * 100})
    assert book.sheetnames == ["Summary", "All rows", "Reasons", "Columns"]
    assert book["All rows"].max_row == 101


def folded(sheet: Worksheet) -> set[str]:
    """The columns that are folded away."""
    found = set()
    for letters, width in sheet.column_dimensions.items():
        if width.hidden:
            assert width.outlineLevel == 1
            first = column_index_from_string(letters)
            last = width.max or first
            found |= {str(cell.value) for cell in sheet[1][first - 1 : last]}
    return found


def test_who_it_is_and_what_was_decided_stand_first_and_the_record_is_folded_behind(
    tmp_path: Path,
) -> None:
    who = ("SUBJECT_ID", "CII_NUMBER", "PRI_NAME", "PRI_DOB")
    given = {**DECIDED, **{name: f"{at}" for at, name in enumerate(FIELDS)}}
    book = made(tmp_path / "yolo", {name: [given] for name in ("prop64", "condensed", "all")})
    for title, fields in (("Prop 64", FIELDS), ("Condensed", CONDENSED), ("All rows", FIELDS)):
        sheet, first = book[title], [name for name in who if name in fields]
        header = [cell.value for cell in sheet[1]]
        shown = [*first, "Eligibility Determination", "Eligibility Reason", "Case Number"]
        assert header[: len(shown)] == shown
        # The outcome stays in view, its reason does not.
        assert sheet.freeze_panes == f"{get_column_letter(len(first) + 2)}2"
        behind = [name for name in fields if name not in first]
        assert header[-len(behind) :] == behind
        assert folded(sheet) == set(behind)
        assert row_of(sheet, 2)["OFN"].value == str(FIELDS.index("OFN"))


def test_relief_is_a_sheet_with_dates_and_colours_unless_it_is_larger_than_one(
    tmp_path: Path,
) -> None:
    row = {"subject_id": "1", "outcome": "NOT_YET", "eligible_on": "2027-05-06", "cite": "PC 1"}
    sheet = made(tmp_path / "yolo", {"relief": [row, {**row, "outcome": "ELIGIBLE"}]})["Relief"]
    assert [cell.value for cell in sheet[1]] == list(RELIEF)
    assert sheet.freeze_panes == "F2"
    assert folded(sheet) == set()
    cells = row_of(sheet, 2)
    assert cells["eligible_on"].value == datetime(2027, 5, 6)
    colours = [row_of(sheet, at)["outcome"].fill.fgColor.rgb for at in (2, 3)]
    assert len(set(colours)) == 2
    book = made(tmp_path / "large", {"relief": [row] * 101})
    assert book.sheetnames == ["Summary", "Reasons", "Columns"]
    note = "more rows than the 101 of a sheet: see relief.csv beside this workbook"
    assert ["relief", note, 101] in texts_of(book["Summary"])


def test_determinations_are_coloured_by_the_offices_word_and_headers_by_where_they_come_from(
    tmp_path: Path,
) -> None:
    words = ("Eligible for Dismissal", "Not eligible", "Hand Review", "Maybe Eligible")
    rows = [{**DECIDED, "Eligibility Determination": word} for word in words]
    sheet = made(tmp_path / "yolo", {"prop64": rows})["Prop 64"]
    fills = [row_of(sheet, at)["Eligibility Determination"].fill.fgColor.rgb for at in range(2, 6)]
    assert len(set(fills[:3])) == 3
    assert fills[2] == fills[3]
    header = {cell.value: cell.fill.fgColor.rgb for cell in sheet[1]}
    assert header["PRI_NAME"] == header["CII_NUMBER"] != header["Case Number"]


def test_the_same_packet_gives_the_same_bytes_and_no_time_of_its_making(tmp_path: Path) -> None:
    files = {"prop64": [DECIDED] * 3, "condensed": [DECIDED] * 150}
    books = [made(tmp_path / name, files) for name in ("a", "b")]
    assert (tmp_path / "a" / FILE).read_bytes() == (tmp_path / "b" / FILE).read_bytes()
    assert books[0].properties.created == books[0].properties.modified == datetime(2026, 11, 1)


def test_letters_of_another_encoding_come_out_right(tmp_path: Path) -> None:
    for encoding in ("utf-8", "iso-8859-1"):
        rows = [{"PRI_NAME": "PEÑA, JOSÉ"}]
        sheet = made(tmp_path / encoding, {"condensed": rows}, encoding=encoding)["Condensed"]
        assert row_of(sheet, 2)["PRI_NAME"].value == "PEÑA, JOSÉ"


def test_a_line_with_stray_quotes_keeps_the_decision_in_its_columns(tmp_path: Path) -> None:
    folder, header = tmp_path / "yolo", HEADERS["condensed"]
    folder.mkdir()
    (folder / "condensed.csv").write_text(
        line(header, dict(zip(header, header, strict=True)))
        + 'A,"DOE "JO, M",'
        + line(header, DECIDED).split(",", 2)[2]
        + "B\rB"
        + line(header, DECIDED)
        + line(header, {**DECIDED, "CII_NUMBER": "NEXT"}),
        newline="",
    )
    sheet = load_workbook(write(folder, {"condensed": 3}))["Condensed"]
    for at in (2, 3, 4):
        assert row_of(sheet, at)["Case Number"].value == "B-777; 888"
        assert row_of(sheet, at)["Eligibility Determination"].value == "Eligible for Dismissal"
    assert row_of(sheet, 4)["CII_NUMBER"].value == "NEXT"


def test_rows_are_never_held_all_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "yolo"
    rows = [{"COMMENT_TEXT": f"{n}" + "x" * 20_000} for n in range(1_500)]
    folder.mkdir()
    header = HEADERS["condensed"]
    names = line(header, dict(zip(header, header, strict=True)))
    (folder / "condensed.csv").write_text(names + "".join(line(header, row) for row in rows))
    del rows
    tracemalloc.start()
    try:
        write(folder, {"condensed": 1_500}, sheet_rows=2_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 15_000_000, "the file has 30 MB"


def test_a_full_disk_is_told_as_what_it_is_and_nothing_lies_in_the_systems_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, system = tmp_path / "yolo", tmp_path / "system"
    system.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(system))
    made(folder, {"condensed": []})

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("zipfile.ZipFile.write", full)
    with pytest.raises(OSError, match="No space left") as error:
        write(folder, {"condensed": 0})
    assert error.value.errno == errno.ENOSPC
    assert list(system.iterdir()) == []
