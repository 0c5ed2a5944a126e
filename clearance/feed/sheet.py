"""A feed's file, line by line: CSV with a header, UTF-8, as spreadsheets save it.

A byte order mark, CRLF, quoted cells and blank lines at the end are fine. The file is read as a
stream and never held.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from clearance.errors import InputRefused, nearest
from clearance.feed.problems import Problems

ABSENT = ("", "-", "NULL")
LONGEST_LINE = 1 << 20

_NO_TEXT = (b"\x1f\x8b", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff")
_LIKE_A_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,40}", re.ASCII)


@dataclass(frozen=True)
class Line:
    """A row of a file.

    Attributes:
        number: of its first line, from 1.
        cells: by column; None where the cell is missing.
    """

    number: int
    cells: dict[str, str | None]


class _Unreadable(Exception):
    """The rest of the file cannot be read."""


def read_sheet(path: Path, *, columns: Sequence[str], problems: Problems) -> Iterator[Line]:
    """The rows of a file whose header is right; nothing where it is not.

    Args:
        path: the file.
        columns: what the header must name, in any order.
        problems: where to note what is wrong.

    Raises:
        InputRefused: the file cannot be opened or read.
    """
    try:
        with path.open("rb") as stream:
            yield from _rows(stream, str(path), columns=columns, problems=problems)
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be read ({error.strerror}).",
            "Give this user the right to read it, then run the same command.",
        ) from error


def _rows(
    stream: BufferedReader, file: str, *, columns: Sequence[str], problems: Problems
) -> Iterator[Line]:
    reader = csv.reader(_lines(stream, file, problems), strict=True)
    start, blank = 1, 0
    header: list[str] | None = None
    try:
        for cells in reader:
            number, start = start, reader.line_num + 1
            values = [cell.strip() for cell in cells]
            if header is None:
                header = values
                if not _is_header(header, file, columns=columns, problems=problems):
                    return
            elif not any(values):
                blank = blank or number
            else:
                if blank:
                    problems.tell(file, blank, None, "a blank line between rows; take it out")
                    blank = 0
                if len(values) == len(header):
                    absent = [None if value in ABSENT else value for value in values]
                    yield Line(number, dict(zip(header, absent, strict=True)))
                else:
                    problems.tell(file, number, None, _miscounted(len(values), len(header)))
    except _Unreadable as error:
        problems.tell(file, start, None, str(error))
    except csv.Error:
        problems.tell(
            file,
            start,
            None,
            "not CSV from here on: a quote has no partner, or a lone carriage return; correct it "
            "or save the sheet as CSV again",
        )
    else:
        if header is None:
            problems.tell(
                file,
                1,
                None,
                f"empty; a feed without rows still names its columns: {','.join(columns)}",
            )


def _lines(stream: BufferedReader, file: str, problems: Problems) -> Iterator[str]:
    """The lines as text; one that is not UTF-8 is noted, and read on for what else is wrong."""
    number = 0
    while raw := stream.readline(LONGEST_LINE):
        number += 1
        if number == 1:
            if raw.startswith(_NO_TEXT):
                raise _Unreadable("not plain text in UTF-8; unpack it, or save it as CSV UTF-8")
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if len(raw) == LONGEST_LINE:
            raise _Unreadable("a line of more than 1 MB; save the sheet as CSV, one row a line")
        try:
            yield raw.decode("utf-8")
        except UnicodeDecodeError:
            problems.tell(file, number, None, "not UTF-8; save the sheet as CSV UTF-8")
            yield raw.decode("utf-8", "replace")


def _is_header(header: list[str], file: str, *, columns: Sequence[str], problems: Problems) -> bool:
    """Whether these are the columns; what is wrong with them is noted."""
    if not set(header) & set(columns):
        told = f"the first line does not name the columns; write {','.join(columns)}"
        problems.tell(file, 1, None, told)
        return False
    wrong = 0
    for place, name in enumerate(header, 1):
        if name in columns and name not in header[: place - 1]:
            continue
        wrong += 1
        told = _unknown(name, columns) if name not in columns else "stands twice; take one out"
        problems.tell(file, 1, name if _is_shown(name) else f"column {place}", told)
    for name in columns:
        if name not in header:
            wrong += 1
            problems.tell(file, 1, name, "this column is missing; add it to the header and rows")
    return not wrong


def _is_shown(name: str) -> bool:
    return _LIKE_A_NAME.fullmatch(name) is not None


def _unknown(name: str, columns: Sequence[str]) -> str:
    guess = nearest(name, list(columns))
    hint = f"did you mean `{guess}`?" if guess else "take it out"
    return f"no column of this feed; {hint}"


def _miscounted(found: int, expected: int) -> str:
    return (
        f"{found} cells under {expected} columns; put a cell with commas in quotes, or add the "
        "missing one"
    )
