"""The sheets that explain a workbook: every reason a policy gives, and every column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from clearance.ingest.layout import FIELDS, NEEDED
from clearance.publish.workbook.cells import Styles, write_text
from clearance.rulebook.english.reasons import Reason

REASONS, COLUMNS = "Reasons", "Columns"
NO_REASONS = "No policy has decided anything here, so there are no reasons to explain."

_FIRST = 2

_ABOUT_REASONS = (
    "What the county's policy can say of a conviction, and what each answer rests on, in the order "
    "in which its rules are asked: the first that holds decides."
)
_ABOUT_COLUMNS = (
    "What the columns say. Values of the research file stand as the department gave them; spaces "
    "around them are taken away here, and whole dates are dates. They are folded away behind the "
    "last column; the plus sign above it opens them. The CSV files beside this workbook have every "
    "value letter for letter, in the order of this list."
)


def write_reasons(book: Workbook, reasons: Sequence[Reason], *, styles: Styles) -> None:
    """Adds a sheet with every reason of the county's policy.

    Args:
        book: the workbook.
        reasons: in the order of the rules; empty if no policy has decided anything.
        styles: of the workbook.
    """
    header = ("Determination", "Reason", "Code", "Rule", "Cite", "Pack")
    lines = [(r.determination, r.text, r.code, r.rule, r.cite, r.pack) for r in reasons]
    _table(
        *(book, REASONS, _ABOUT_REASONS if lines else NO_REASONS),
        header=header,
        widths=(30, 52, 32, 30, 40, 34),
        lines=lines,
        styles=styles,
        first=styles.outcome,
    )


def write_columns(
    book: Workbook,
    headers: Mapping[str, Iterable[str]],
    *,
    meanings: Mapping[str, str],
    styles: Styles,
) -> None:
    """Adds a sheet with every column of the packet's files.

    Args:
        book: the workbook.
        headers: of each file.
        meanings: the meaning of each column.
        styles: of the workbook.
    """
    names = list(dict.fromkeys(name for header in headers.values() for name in header))
    lines = [
        (
            name,
            "research file" if name in FIELDS else "added by Clearance",
            "yes" if name in NEEDED else "",
            meanings.get(name, ""),
            ", ".join(file for file, header in headers.items() if name in header),
        )
        for name in names
    ]
    _table(
        *(book, COLUMNS, _ABOUT_COLUMNS),
        header=("Column", "Comes from", "Decisions rest on it", "What it says", "Files"),
        widths=(32, 20, 14, 90, 24),
        lines=lines,
        styles=styles,
    )


def _table(
    book: Workbook,
    title: str,
    about: str,
    *,
    header: tuple[str, ...],
    widths: tuple[int, ...],
    lines: Sequence[tuple[str, ...]],
    styles: Styles,
    first: Callable[[str], Format] | None = None,
) -> None:
    sheet: Worksheet = book.add_worksheet(title)
    write_text(sheet, 0, 0, about, styles=styles, style=styles.text)
    for column, (name, width) in enumerate(zip(header, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(_FIRST - 1, column, name, styles.header)
    for row, line in enumerate(lines, start=_FIRST):
        for column, text in enumerate(line):
            style = first(text) if first and column == 0 else styles.wrapped
            if text:
                write_text(sheet, row, column, text, styles=styles, style=style)
    sheet.freeze_panes(_FIRST, 0)
    sheet.autofilter(_FIRST - 1, 0, _FIRST - 1 + len(lines), len(header) - 1)
