"""The cells of a workbook: dates as dates, numbers as numbers, text as text.

No text becomes a formula or a link, neither when the workbook is opened nor when somebody edits the
cell: such text has Excel's quote prefix.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from clearance.publish.column_order import APPENDED
from clearance.rulebook.english.office_words import DISMISSAL, NOT_ELIGIBLE, REDUCTION, RESENTENCING

RESEARCH_DATES = ("REQ_DOB", "PRI_DOB", "CYC_DATE", "STP_EVENT_DATE", "DISP_DATE")
PACKET_DATES = ("Date of Conviction",)
COUNTS = tuple(name for name in APPENDED if name.startswith("# of "))
YEARS = tuple(name for name in APPENDED if name.startswith("Years Since "))
DATES_OF_RELIEF = ("dated", "eligible_on", "revisit_on", "as_of")

# First characters of a formula, for a spreadsheet.
_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST = 32_767
_CUT = " [cut here; the CSV file has all of it]"
# Two characters that are invalid in an Excel file.
_FORBIDDEN = {0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}
_FIRST_YEAR = 1900
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")

# Colours of fill and letters by the office's word or the outcome; any other word is of REVIEW.
_COLOURS = {
    DISMISSAL: ("#C6EFCE", "#0B5A1E"),
    REDUCTION: ("#DDEBF7", "#1F4E78"),
    RESENTENCING: ("#E4DFEC", "#3F3151"),
    NOT_ELIGIBLE: ("#E7E6E6", "#404040"),
    "ELIGIBLE": ("#C6EFCE", "#0B5A1E"),
    "NOT_YET": ("#DDEBF7", "#1F4E78"),
    "NOT_ELIGIBLE": ("#E7E6E6", "#404040"),
}
_REVIEW = ("#FFEB9C", "#7F4F00")

CellParser = Callable[[str], date | float | None]


class Styles:
    """The formats of a workbook, each created once."""

    def __init__(self, book: Workbook) -> None:
        top = {"valign": "top"}
        self.text = book.add_format(top)
        self.guarded = book.add_format({**top, "quote_prefix": True})
        self.date = book.add_format({**top, "num_format": "mm/dd/yyyy", "align": "left"})
        self.count = book.add_format({**top, "num_format": "#,##0"})
        self.years = book.add_format({**top, "num_format": "0.0"})
        self.wrapped = book.add_format({**top, "text_wrap": True})
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.heading = book.add_format({"bold": True, "font_size": 12, "font_color": "#1F4E78"})
        self.header = _header(book, fill="#44546A")
        self.added = _header(book, fill="#1F6E43")
        self._book = book
        self._outcomes: dict[str, Format] = {}

    def outcome(self, word: str) -> Format:
        """The format of a determination, by the office's word or the outcome."""
        if word not in self._outcomes:
            fill, letters = _COLOURS.get(word, _REVIEW)
            colours = {"bg_color": fill, "font_color": letters, "valign": "top"}
            self._outcomes[word] = self._book.add_format(colours)
        return self._outcomes[word]


def _header(book: Workbook, *, fill: str) -> Format:
    look = {"bold": True, "font_color": "#FFFFFF", "bg_color": fill, "border_color": "#FFFFFF"}
    return book.add_format({**look, "text_wrap": True, "valign": "top", "border": 1})


def strong_colour(word: str) -> str:
    """The colour of a determination in a chart.

    Args:
        word: the office's word.
    """
    return _COLOURS.get(word, _REVIEW)[1]


def typed_columns(
    header: tuple[str, ...], *, styles: Styles
) -> dict[int, tuple[CellParser, Format]]:
    """The parser and format of each column that is not text, by column index.

    Args:
        header: the columns' names.
        styles: of the workbook.
    """
    typed: dict[str, tuple[CellParser, Format]] = {
        **dict.fromkeys(RESEARCH_DATES, (parse_research_date, styles.date)),
        **dict.fromkeys(PACKET_DATES, (parse_packet_date, styles.date)),
        **dict.fromkeys(DATES_OF_RELIEF, (parse_iso_date, styles.date)),
        **dict.fromkeys(COUNTS, (parse_number, styles.count)),
        **dict.fromkeys(YEARS, (parse_number, styles.years)),
    }
    return {column: typed[name] for column, name in enumerate(header) if name in typed}


@lru_cache(maxsize=100_000)
def parse_research_date(text: str) -> date | None:
    """Parses `YYYYMMDD`; None if it is partial, not a day, or too early for Excel.

    Args:
        text: without spaces around it.
    """
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    return _day(text[:4], text[4:6], text[6:])


@lru_cache(maxsize=100_000)
def parse_packet_date(text: str) -> date | None:
    """Parses `MM/DD/YYYY`; None if it is not a day, or too early for Excel.

    Args:
        text: as the CSV file has it.
    """
    month, day, year = text[:2], text[3:5], text[6:]
    return _day(year, month, day)


@lru_cache(maxsize=100_000)
def parse_iso_date(text: str) -> date | None:
    """Parses `YYYY-MM-DD`; None if it is not a day, or too early for Excel.

    Args:
        text: as the CSV file has it.
    """
    return _day(text[:4], text[5:7], text[8:])


def _day(year: str, month: str, day: str) -> date | None:
    try:
        parsed = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return parsed if parsed.year >= _FIRST_YEAR else None


def parse_number(text: str) -> float | None:
    """Parses a decimal number; None if the text is not a number.

    Args:
        text: as the CSV file has it.
    """
    return float(text) if _NUMBER.fullmatch(text) else None


def write_text(
    sheet: Worksheet, row: int, column: int, text: str, *, styles: Styles, style: Format
) -> None:
    """Writes a text to a cell; a text that looks like a formula gets the quote prefix.

    Args:
        sheet: the sheet.
        row: from 0.
        column: from 0.
        text: not empty.
        styles: of the workbook.
        style: of the cell, if the text needs no quote prefix.
    """
    if len(text) > _LONGEST:
        text = text[: _LONGEST - len(_CUT)] + _CUT
    text = text.translate(_FORBIDDEN) if "\ufffe" in text or "\uffff" in text else text
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "  # XlsxWriter would read it as markup
    guarded = text.startswith(_LIKE_A_FORMULA)
    sheet.write_string(row, column, text, styles.guarded if guarded else style)
