"""A county's packet as a workbook, `packet.xlsx`, from the files already written.

Written row by row in constant memory; the same packet gives the same bytes. Text never becomes a
formula or a link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.workbook import Workbook

from clearance.publish.workbook.cells import Styles
from clearance.publish.workbook.rows import SHEET_ROWS, CsvFile, write_rows
from clearance.publish.workbook.summary import LEFT_OUT, SPLIT, Sheets, SummarySheet
from clearance.publish.workbook.words import write_columns, write_reasons
from clearance.rulebook.english.reasons import Reason

FILE = "packet.xlsx"

# The sheets in their order. `relief` and `all` are by far the largest files, for searches: they are
# left out if they do not fit one sheet.
_TITLES = {"prop64": "Prop 64", "relief": "Relief", "condensed": "Condensed", "all": "All rows"}
_ONE_SHEET_ONLY = ("relief", "all")


@dataclass(frozen=True)
class Explained:
    """The words that explain a packet.

    Attributes:
        reasons: the reasons of each pack, by fingerprint.
        meanings: the meaning of each column.
    """

    reasons: Mapping[str, Sequence[Reason]]
    meanings: Mapping[str, str]


def write_workbook(
    folder: Path,
    *,
    summary: Mapping[str, Any],
    headers: Mapping[str, Sequence[str]],
    explained: Explained,
    as_of: date,
    scratch: Path,
    sheet_rows: int = SHEET_ROWS,
) -> Path:
    """Writes the workbook of a packet beside its files; returns its path.

    Args:
        folder: the packet's folder with its CSV files, not in place yet.
        summary: as in `summary.json`.
        headers: the header of each file of the packet.
        explained: the words of reasons and columns.
        as_of: the sweep's date, which is also the workbook's date of creation.
        scratch: a folder for temporary files of XlsxWriter, with the packet's permissions.
        sheet_rows: the most rows of a sheet, header included.

    Raises:
        OSError: the disk is full, or the folder cannot be written.
    """
    path = folder / FILE
    options = {
        "constant_memory": True,
        "tmpdir": str(scratch),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "use_zip64": True,
    }
    book = Workbook(str(path), options)
    created = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    book.set_properties({"title": f"{summary['county']}: county packet", "created": created})
    styles = Styles(book)
    files = [
        CsvFile(
            *(folder / f"{name}.csv", title, tuple(headers[name])),
            rows=summary["lines"][name],
            encoding=summary["encodings"][name],
        )
        for name, title in _TITLES.items()
        if name in headers
    ]
    sheets = [_sheets(file, sheet_rows=sheet_rows) for file in files]
    SummarySheet(book, styles).write(summary, files=sheets)
    for file in files:
        if not _left_out(file, sheet_rows=sheet_rows):
            write_rows(book, file, styles=styles, sheet_rows=sheet_rows)
    reasons = explained.reasons.get(summary["policy_fingerprint"] or "", ())
    write_reasons(book, reasons, styles=styles)
    write_columns(book, headers, meanings=explained.meanings, styles=styles)
    _close(book)
    return path


def _left_out(file: CsvFile, *, sheet_rows: int) -> bool:
    return file.path.stem in _ONE_SHEET_ONLY and file.sheets(sheet_rows) > 1


def _sheets(file: CsvFile, *, sheet_rows: int) -> Sheets:
    count, note = file.sheets(sheet_rows), ""
    if _left_out(file, sheet_rows=sheet_rows):
        note = LEFT_OUT.format(rows=sheet_rows, file=file.path.stem)
    elif count > 1:
        note = SPLIT.format(sheets=count, rows=sheet_rows)
    return Sheets(file.path.stem, file.rows, note)


def _close(book: Workbook) -> None:
    try:
        book.close()
    except FileCreateError as error:
        # XlsxWriter wraps the OSError in an exception.
        cause = error.args[0] if error.args else None
        if isinstance(cause, OSError):
            raise cause from error
        raise
