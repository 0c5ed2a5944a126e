"""Reads a feed's file line by line: CSV with a header, UTF-8, as spreadsheets save it.

A byte order mark, CRLF, quoted cells and blank lines at the end are accepted. The file is read as
a stream.
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
        number: the number of its first line, from 1.
        cells: the cells by column; None where a cell is missing.
    """

    number: int
    cells: dict[str, str | None]


class _Unreadable(Exception):
    """The rest of the file cannot be read."""


def read_sheet(path: Path, *, columns: Sequence[str], problems: Problems) -> Iterator[Line]:
    """The rows of a file; none where its header is wrong.

    Args:
        path: the file.
        columns: the names that the header must have, in any order.
        problems: gets the problems of the file.

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
                    problems.add(file, blank, None, "a blank line between rows; remove it")
                    blank = 0
                if len(values) == len(header):
                    row = [None if value in ABSENT else value for value in values]
                    yield Line(number, dict(zip(header, row, strict=True)))
                else:
                    problems.add(file, number, None, _describe_count(len(values), len(header)))
    except _Unreadable as error:
        problems.add(file, start, None, str(error))
    except csv.Error:
        problems.add(
            file,
            start,
            None,
            "not CSV from here on: a quote has no partner, or a lone carriage return; correct it "
            "or save the sheet as CSV again",
        )
    else:
        if header is None:
            problems.add(
                file,
                1,
                None,
                f"empty; a feed without rows still needs a header: {','.join(columns)}",
            )


def _lines(stream: BufferedReader, file: str, problems: Problems) -> Iterator[str]:
    """The lines as text; a line that is not UTF-8 is added as a problem and decoded in part."""
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
            problems.add(file, number, None, "not UTF-8; save the sheet as CSV UTF-8")
            yield raw.decode("utf-8", "replace")


def _is_header(header: list[str], file: str, *, columns: Sequence[str], problems: Problems) -> bool:
    """Whether a header names the columns; its faults are added as problems."""
    if not set(header) & set(columns):
        problem = f"the first line does not name the columns; write {','.join(columns)}"
        problems.add(file, 1, None, problem)
        return False
    before = problems.count
    for number, name in enumerate(header, 1):
        if name in columns and name not in header[: number - 1]:
            continue
        known = name in columns
        problem = "named twice; remove one" if known else _describe_unknown(name, columns)
        problems.add(file, 1, name if _is_shown(name) else f"column {number}", problem)
    for name in columns:
        if name not in header:
            problems.add(file, 1, name, "this column is missing; add it to the header and rows")
    return problems.count == before


def _is_shown(name: str) -> bool:
    return _LIKE_A_NAME.fullmatch(name) is not None


def _describe_unknown(name: str, columns: Sequence[str]) -> str:
    guess = nearest(name, list(columns))
    hint = f"did you mean `{guess}`?" if guess else "remove it"
    return f"no column of this feed; {hint}"


def _describe_count(found: int, expected: int) -> str:
    return (
        f"{found} cells under {expected} columns; put a cell with commas in quotes, or add the "
        "missing one"
    )
