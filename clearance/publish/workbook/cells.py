"""A packet's values as cells of a workbook: dates as dates, numbers as numbers, text as text.

No text becomes a formula or a link, neither when the workbook is opened nor when somebody edits
the cell: such text carries Excel's mark for "this is text".
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
from clearance.publish.words import DISMISSAL, NOT_ELIGIBLE, REDUCTION, RESENTENCING

RESEARCH_DATES = ("REQ_DOB", "PRI_DOB", "CYC_DATE", "STP_EVENT_DATE", "DISP_DATE")
PACKET_DATES = ("Date of Conviction",)
COUNTS = tuple(name for name in APPENDED if name.startswith("# of "))
YEARS = tuple(name for name in APPENDED if name.startswith("Years Since "))
DATES_OF_RELIEF = ("dated", "eligible_on", "revisit_on", "as_of")

# What a spreadsheet could take for the start of a formula.
_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST = 32_767
_CUT = " [cut here; the CSV file has all of it]"
# Two characters that a file of Excel may not hold at all.
_FORBIDDEN = {0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}
_FIRST_YEAR = 1900
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")

# Fill and letters by the office's word or the outcome; another word asks for somebody's review.
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
    """The formats of a workbook, each made once."""

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
        """The colours of a determination."""
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
        word: the office's.
    """
    return _COLOURS.get(word, _REVIEW)[1]


def typed_columns(
    header: tuple[str, ...], *, styles: Styles
) -> dict[int, tuple[CellParser, Format]]:
    """How to read and to show the columns that are not text, by their place.

    Args:
        header: the columns' names.
        styles: of the workbook.
    """
    known: dict[str, tuple[CellParser, Format]] = {
        **dict.fromkeys(RESEARCH_DATES, (parse_research_date, styles.date)),
        **dict.fromkeys(PACKET_DATES, (parse_packet_date, styles.date)),
        **dict.fromkeys(DATES_OF_RELIEF, (parse_iso_date, styles.date)),
        **dict.fromkeys(COUNTS, (parse_number, styles.count)),
        **dict.fromkeys(YEARS, (parse_number, styles.years)),
    }
    return {at: known[name] for at, name in enumerate(header) if name in known}


@lru_cache(maxsize=100_000)
def parse_research_date(text: str) -> date | None:
    """The day that `YYYYMMDD` names; None where it is partial, none, or too early for Excel.

    Args:
        text: without spaces around it.
    """
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    return _day(text[:4], text[4:6], text[6:])


@lru_cache(maxsize=100_000)
def parse_packet_date(text: str) -> date | None:
    """The day that `MM/DD/YYYY` names; None likewise.

    Args:
        text: as the CSV file has it.
    """
    month, day, year = text[:2], text[3:5], text[6:]
    return _day(year, month, day)


@lru_cache(maxsize=100_000)
def parse_iso_date(text: str) -> date | None:
    """The day that `YYYY-MM-DD` names; None likewise.

    Args:
        text: as the CSV file has it.
    """
    return _day(text[:4], text[5:7], text[8:])


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year >= _FIRST_YEAR else None


def parse_number(text: str) -> float | None:
    """The number that the text is; None where it is none.

    Args:
        text: as the CSV file has it.
    """
    return float(text) if _NUMBER.fullmatch(text) else None


def write_text(
    sheet: Worksheet, row: int, column: int, text: str, *, styles: Styles, style: Format
) -> None:
    """Put a text into a cell, as text whatever it looks like.

    Args:
        sheet: where.
        row: from 0.
        column: from 0.
        text: not empty.
        styles: of the workbook.
        style: of the cell, where the text needs no guard.
    """
    if len(text) > _LONGEST:
        text = text[: _LONGEST - len(_CUT)] + _CUT
    text = text.translate(_FORBIDDEN) if "\ufffe" in text or "\uffff" in text else text
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "  # else XlsxWriter takes it for markup of its own
    guarded = text.startswith(_LIKE_A_FORMULA)
    sheet.write_string(row, column, text, styles.guarded if guarded else style)
