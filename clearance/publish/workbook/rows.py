"""A packet's CSV file as sheets of a workbook, row by row, in several sheets if it needs them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from clearance.ingest.layout import FIELDS
from clearance.publish.column_order import APPENDED
from clearance.publish.workbook.cells import CellParser, Styles, typed_columns, write_text
from clearance.publish.workbook.columns import Layout, sheet_layout

SHEET_ROWS = 1_048_576
"""The most rows of an Excel sheet, header included."""

_SAMPLED_ROWS = 300
_NARROWEST, _WIDEST = 9, 46
_HEADER_HEIGHT = 48
_LONGEST_FIELD = 1 << 20
_FOLDED = {"level": 1, "hidden": True}


@dataclass(frozen=True)
class CsvFile:
    """A packet's file, to be written as a sheet.

    Attributes:
        path: the CSV file.
        title: the sheet's name; `TITLE 1`, `TITLE 2` if there are several sheets.
        header: the names of its columns.
        rows: the number of rows below the header.
        encoding: of the file.
    """

    path: Path
    title: str
    header: tuple[str, ...]
    rows: int
    encoding: str

    def sheets(self, sheet_rows: int) -> int:
        """The number of sheets that its rows need, at least one.

        Args:
            sheet_rows: the most rows of a sheet, header included.
        """
        return max(1, -(-self.rows // (sheet_rows - 1)))


def write_rows(book: Workbook, file: CsvFile, *, styles: Styles, sheet_rows: int) -> None:
    """Writes a file's rows to one or several sheets, each with header and filter.

    The columns are in the order of `sheet_layout`.

    Args:
        book: the workbook.
        file: the file to write.
        styles: of the workbook.
        sheet_rows: the most rows of a sheet, header included.
    """
    count = file.sheets(sheet_rows)
    titles = [file.title if count == 1 else f"{file.title} {n}" for n in range(1, count + 1)]
    layout = sheet_layout(file.header)
    with file.path.open("rb") as lines:
        next(lines)
        rows = _fields(lines, layout, encoding=file.encoding)
        sample = list(islice(rows, _SAMPLED_ROWS))
        widths = _widths(layout.header, sample)
        all_rows = chain(sample, rows)
        for title in titles:
            sheet = _add_sheet(book, title, layout, widths=widths, styles=styles)
            last = _write_below_header(sheet, islice(all_rows, sheet_rows - 1), layout, styles)
            sheet.autofilter(0, 0, last, len(layout.header) - 1)


def _fields(lines: Iterator[bytes], layout: Layout, *, encoding: str) -> Iterator[list[str]]:
    """The stripped fields of each line, in the order of the sheet.

    Each line is parsed alone, so that a stray quote cannot affect the next line.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    width = len(layout.header)
    for line in lines:
        fields = _split(line.decode(encoding).rstrip("\n"))
        if len(fields) != width:
            fields = _align(fields, width)
        yield [fields[column].strip(" ") for column in layout.file_columns]


def _split(text: str) -> list[str]:
    try:
        return next(csv.reader([text]))
    except csv.Error:  # a carriage return outside quotes
        return next(csv.reader([text.replace("\r", " ")]))


def _align(fields: list[str], width: int) -> list[str]:
    """The fields of a line with stray quotes, with the appended fields in their columns."""
    record_width = width - len(APPENDED)
    record, appended = fields[: -len(APPENDED)], fields[-len(APPENDED) :]
    joined = [*record[: record_width - 1], ",".join(record[record_width - 1 :])]
    return [*joined, *[""] * (record_width - len(joined)), *appended]


def _widths(header: tuple[str, ...], rows: list[list[str]]) -> list[int]:
    """The width of each column: of the longest sampled value, or of the name's longest word."""
    names = [max(len(word) for word in name.split(" ")) + 3 for name in header]
    values = [max((len(row[i]) for row in rows), default=0) + 2 for i in range(len(header))]
    return [
        min(max(name, value, _NARROWEST), _WIDEST)
        for name, value in zip(names, values, strict=True)
    ]


def _add_sheet(
    book: Workbook, title: str, layout: Layout, *, widths: list[int], styles: Styles
) -> Worksheet:
    sheet: Worksheet = book.add_worksheet(title)
    sheet.freeze_panes(1, layout.frozen)
    sheet.set_row(0, _HEADER_HEIGHT)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{SHEET_ROWS}"})
    folded = len(layout.header) if layout.folded is None else layout.folded
    for column, (name, width) in enumerate(zip(layout.header, widths, strict=True)):
        sheet.set_column(column, column, width, None, _FOLDED if column >= folded else {})
        sheet.write_string(0, column, name, styles.header if name in FIELDS else styles.added)
    if layout.folded is not None:  # Excel puts the button to unfold on the next column
        sheet.set_column(len(layout.header), len(layout.header), None, None, {"collapsed": True})
    return sheet


def _write_below_header(
    sheet: Worksheet, rows: Iterator[list[str]], layout: Layout, styles: Styles
) -> int:
    """Writes the rows below the header; returns the index of the last row."""
    typed = typed_columns(layout.header, styles=styles)
    outcome, reason = layout.decision
    last = 0
    for last, fields in enumerate(rows, start=1):
        word = fields[outcome]
        for column, text in enumerate(fields):
            if not text:
                continue
            if column in typed and _write_value(sheet, last, column, typed[column], text):
                continue
            in_decision = bool(word) and column in (outcome, reason)
            style = styles.outcome(word) if in_decision else styles.text
            write_text(sheet, last, column, text, styles=styles, style=style)
    return last


def _write_value(
    sheet: Worksheet, row: int, column: int, column_type: tuple[CellParser, Format], text: str
) -> bool:
    """Writes a date or a number; False if the text is neither."""
    parse, style = column_type
    value = parse(text)
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif value is not None:
        sheet.write_number(row, column, value, style)
    return value is not None
