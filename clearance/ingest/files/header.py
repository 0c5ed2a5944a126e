"""What a header says of a file's columns: that they are the usual ones, or what is wrong.

A research file's columns are read by their place. A header that names other columns than the 95, or
the 95 in another order, says that the places are others: such a file is refused.
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


def plain(name: str) -> str:
    """A column's name without case, quotes, padding and what joins its words."""
    return _DRESS.sub("", name).upper()


_FIELD_OF = {plain(field): field for field in FIELDS}


def cells_of(line: str) -> tuple[str, ...]:
    """The cells of a line, trimmed."""
    try:
        return tuple(cell.strip(' "') for cell in next(csv.reader([line]), []))
    except csv.Error:
        return ()


def first_header(head: bytes) -> tuple[str, ...] | None:
    """The columns that a file's first line names; None where it names none.

    A line of words alone is a header too, whose names nobody knows: every record has a number.

    Args:
        head: the file's first bytes, unpacked.
    """
    first = head.decode("latin-1").removeprefix("\xef\xbb\xbf").lstrip("\r\n")
    line = re.split(r"[\r\n]", first, maxsplit=1)[0]
    cells = cells_of(line)
    known = sum(plain(cell) in _FIELD_OF for cell in cells)
    words = [cell for cell in cells if cell]
    named = known >= 3 and known * 2 >= len(words)
    only_words = len(words) >= 20 and all(_NAME.fullmatch(cell) for cell in words)
    return cells if named or (only_words and not any(map(_has_digit, words))) else None


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def header_faults(cells: Sequence[str]) -> list[str]:
    """What is wrong with a header, in words; nothing where it names the 95 columns in order.

    Args:
        cells: of the header.
    """
    names = [plain(cell) for cell in cells]
    while names and len(names) > FIELD_COUNT and not names[-1]:
        names.pop()
    if names == list(_FIELD_OF):
        return []
    counts = Counter(_FIELD_OF[name] for name in names if name in _FIELD_OF)
    if not counts:
        return ["names columns, but none of a research file's"]
    unknown = [cell for cell in cells if plain(cell) not in _FIELD_OF and plain(cell)]
    blank = sum(not name for name in names)
    faults = [
        _listed("lacks", [field for field in FIELDS if field not in counts]),
        _listed("doubles", [field for field in FIELDS if counts[field] > 1]),
        _listed("has names that are no column's:", [_shown(cell) for cell in unknown]),
        f"has {blank} column(s) without a name" if blank else "",
    ]
    if not any(faults):
        moved = [
            f"{_FIELD_OF[name]} in place of {field}"
            for name, field in zip(names, FIELDS, strict=True)
            if _FIELD_OF[name] != field
        ]
        faults.append(_listed("names the columns in another order:", moved))
    return [fault for fault in faults if fault]


def _shown(cell: str) -> str:
    """A name from the file, unless it may be something else than a name."""
    return cell.upper() if _NAME.fullmatch(cell) else f"one of {len(cell)} characters"


def _listed(what: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{what} {', '.join(names[:_MOST_NAMED])}{more}"
