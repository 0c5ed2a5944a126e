"""Recognizes and checks the header of a file.

A research file's columns are read by position. Where a header names other columns than the 95, or
the 95 in another order, the positions are wrong: such a file is refused.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

from clearance.ingest.layout import FIELD_COUNT, FIELDS

_MOST_NAMED = 12
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,40}", re.ASCII)
_DRESS = re.compile(r'[ "_-]')


def normalize_name(name: str) -> str:
    """A column's name in upper case, without quotes, padding and the characters between words."""
    return _DRESS.sub("", name).upper()


_FIELD_OF = {normalize_name(field): field for field in FIELDS}


def parse_cells(line: str) -> tuple[str, ...]:
    """The cells of a line, trimmed."""
    try:
        return tuple(cell.strip(' "') for cell in next(csv.reader([line]), []))
    except csv.Error:
        return ()


def find_header(head: bytes) -> tuple[str, ...] | None:
    """The columns that a file's first line names; None where it is not a header.

    A line of words alone is a header too, with unknown names: every record has a number.

    Args:
        head: the file's first bytes, unpacked.
    """
    first = head.decode("latin-1").removeprefix("\xef\xbb\xbf").lstrip("\r\n")
    line = re.split(r"[\r\n]", first, maxsplit=1)[0]
    cells = parse_cells(line)
    known = sum(normalize_name(cell) in _FIELD_OF for cell in cells)
    words = [cell for cell in cells if cell]
    has_known_names = known >= 3 and known * 2 >= len(words)
    only_words = len(words) >= 20 and all(_NAME.fullmatch(cell) for cell in words)
    is_header = has_known_names or (only_words and not any(map(_has_digit, words)))
    return cells if is_header else None


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def list_header_faults(cells: Sequence[str]) -> list[str]:
    """The faults of a header, in words; empty where it names the 95 columns in order.

    Args:
        cells: of the header.
    """
    names = [normalize_name(cell) for cell in cells]
    while names and len(names) > FIELD_COUNT and not names[-1]:
        names.pop()
    if names == list(_FIELD_OF):
        return []
    counts = Counter(_FIELD_OF[name] for name in names if name in _FIELD_OF)
    if not counts:
        return ["names columns, but none of a research file's"]
    unknown = [
        cell for cell in cells if normalize_name(cell) not in _FIELD_OF and normalize_name(cell)
    ]
    blank = sum(not name for name in names)
    faults = [
        _list_names("lacks", [field for field in FIELDS if field not in counts]),
        _list_names("doubles", [field for field in FIELDS if counts[field] > 1]),
        _list_names("has names that are no column's:", [_safe_name(cell) for cell in unknown]),
        f"has {blank} column(s) without a name" if blank else "",
    ]
    if not any(faults):
        moved = [
            f"{_FIELD_OF[name]} in place of {field}"
            for name, field in zip(names, FIELDS, strict=True)
            if _FIELD_OF[name] != field
        ]
        faults.append(_list_names("names the columns in another order:", moved))
    return [fault for fault in faults if fault]


def _safe_name(cell: str) -> str:
    """A cell of the file if it has the form of a name; else only its length, for privacy."""
    return cell.upper() if _NAME.fullmatch(cell) else f"one of {len(cell)} characters"


def _list_names(fault: str, names: list[str]) -> str:
    """A fault and the names that have it; empty without names."""
    if not names:
        return ""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{fault} {', '.join(names[:_MOST_NAMED])}{more}"
