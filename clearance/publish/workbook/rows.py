"""A packet's CSV file as sheets of a workbook, row by row; what does not fit one sheet is split."""

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
"""The rows that a sheet of Excel holds, its header among them."""

_LOOKED_AT = 300
_NARROWEST, _WIDEST = 9, 46
_HEADER_HEIGHT = 48
_LONGEST_FIELD = 1 << 20
_FOLDED = {"level": 1, "hidden": True}


@dataclass(frozen=True)
class CsvFile:
    """A packet's file and how it goes into the workbook.

    Attributes:
        path: the CSV file.
        title: the sheet's name; `TITLE 1`, `TITLE 2` where there are several.
        header: its columns.
        rows: how many rows follow the header.
        encoding: of the file.
    """

    path: Path
    title: str
    header: tuple[str, ...]
    rows: int
    encoding: str

    def sheets(self, sheet_rows: int) -> int:
        """How many sheets its rows need, at least one.

        Args:
            sheet_rows: rows of a sheet, the header among them.
        """
        return max(1, -(-self.rows // (sheet_rows - 1)))


def write_rows(book: Workbook, file: CsvFile, *, styles: Styles, sheet_rows: int) -> None:
    """Write a file's rows into sheets of their own, header and filter on each.

    The columns stand in the order of `sheet_layout`.

    Args:
        book: the workbook.
        file: what to write.
        styles: of the workbook.
        sheet_rows: rows of a sheet, the header among them.
    """
    count = file.sheets(sheet_rows)
    titles = [file.title if count == 1 else f"{file.title} {n}" for n in range(1, count + 1)]
    layout = sheet_layout(file.header)
    with file.path.open("rb") as lines:
        next(lines)
        rows = _fields(lines, layout, encoding=file.encoding)
        looked_at = list(islice(rows, _LOOKED_AT))
        widths = _widths(layout.header, looked_at)
        coming = chain(looked_at, rows)
        for title in titles:
            sheet = _sheet(book, title, layout, widths=widths, styles=styles)
            last = _fill(sheet, islice(coming, sheet_rows - 1), layout, styles)
            sheet.autofilter(0, 0, last, len(layout.header) - 1)


def _fields(lines: Iterator[bytes], layout: Layout, *, encoding: str) -> Iterator[list[str]]:
    """The fields of each line in the order of the sheet, spaces around them taken away.

    Each line is read by itself, so that a stray quote cannot reach into the next.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    width = len(layout.header)
    for line in lines:
        fields = _split(line.decode(encoding).rstrip("\n"))
        if len(fields) != width:
            fields = _aligned(fields, width)
        yield [fields[place].strip(" ") for place in layout.places]


def _split(text: str) -> list[str]:
    try:
        return next(csv.reader([text]))
    except csv.Error:  # a carriage return outside quotes
        return next(csv.reader([text.replace("\r", " ")]))


def _aligned(fields: list[str], width: int) -> list[str]:
    """Fields of a line that is quoted oddly, the appended ones in their places."""
    own = width - len(APPENDED)
    record, appended = fields[: -len(APPENDED)], fields[-len(APPENDED) :]
    joined = [*record[: own - 1], ",".join(record[own - 1 :])]
    return [*joined, *[""] * (own - len(joined)), *appended]


def _widths(header: tuple[str, ...], rows: list[list[str]]) -> list[int]:
    """A width for each column: that of its first values, a long name wraps."""
    words = [max(len(word) for word in name.split(" ")) + 3 for name in header]
    longest = [max((len(row[at]) for row in rows), default=0) + 2 for at in range(len(header))]
    return [
        min(max(word, value, _NARROWEST), _WIDEST)
        for word, value in zip(words, longest, strict=True)
    ]


def _sheet(
    book: Workbook, title: str, layout: Layout, *, widths: list[int], styles: Styles
) -> Worksheet:
    sheet: Worksheet = book.add_worksheet(title)
    sheet.freeze_panes(1, layout.frozen)
    sheet.set_row(0, _HEADER_HEIGHT)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{SHEET_ROWS}"})
    folded = len(layout.header) if layout.folded is None else layout.folded
    for at, (name, width) in enumerate(zip(layout.header, widths, strict=True)):
        sheet.set_column(at, at, width, None, _FOLDED if at >= folded else {})
        sheet.write_string(0, at, name, styles.header if name in FIELDS else styles.added)
    if layout.folded is not None:  # the mark to unfold them stands on the column behind
        sheet.set_column(len(layout.header), len(layout.header), None, None, {"collapsed": True})
    return sheet


def _fill(sheet: Worksheet, rows: Iterator[list[str]], layout: Layout, styles: Styles) -> int:
    """Write the rows below the header; returns the row of the last."""
    special = typed_columns(layout.header, styles=styles)
    outcome, reason = layout.decision
    last = 0
    for last, fields in enumerate(rows, start=1):
        word = fields[outcome]
        for at, text in enumerate(fields):
            if not text:
                continue
            if at in special and _write_value(sheet, last, at, special[at], text):
                continue
            style = styles.outcome(word) if word and at in (outcome, reason) else styles.text
            write_text(sheet, last, at, text, styles=styles, style=style)
    return last


def _write_value(
    sheet: Worksheet, row: int, column: int, how: tuple[CellParser, Format], text: str
) -> bool:
    """Write a date or a number; False where the text is neither."""
    read, style = how
    value = read(text)
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif value is not None:
        sheet.write_number(row, column, value, style)
    return value is not None
