"""Research files as slips, broken copies and hostile senders make them, and a count of their rows.

The count is plain Python over the bytes, and shares nothing with the reader it is held against.
"""

from __future__ import annotations

import gzip
import random
import re
import zlib

from clearance.ingest.files.header import find_header
from clearance.ingest.files.kind import HEAD, recognize_kind
from clearance.ingest.layout import FIELDS

HEADER = ",".join(FIELDS).encode()
_MARK = b"\xef\xbb\xbf"
_SCRAPS = (
    b"\x00", b"\x07", b"\x1b[2J", b"\x7f", b"\x85", b"\xa0", b"\xff", b"\xc3", b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80", b'"', b'""', b",", b"\r", b"\n", b"\r\n", b"\xe2\x80\xa8", b"\xc2\x85",
    b"NULL", b"  -  ", b"99999999", b"0", b" ", b"\t", b"\\", b"'", b"=1+1", _MARK, b"SUBJECT_ID",
    b"RECORD_ID", b"101001001000\xe2\x80\xa8",
)  # fmt: skip


def valid_file(dice: random.Random) -> bytes:
    """A file of one to twelve right rows, with or without a header."""
    lines = [valid_row(dice) for _ in range(dice.randint(1, 12))]
    if dice.random() < 0.5:
        lines.insert(0, HEADER)
    comma = b"," if dice.random() < 0.3 else b""
    return b"".join(line + comma + b"\n" for line in lines)


def valid_row(dice: random.Random) -> bytes:
    """A right row with the fields that later steps read."""
    day = f"{dice.randint(1960, 2024)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
    given = {
        "SUBJECT_ID": str(dice.randint(1, 60)),
        "CNT_ORDER": f"{dice.randint(101, 103)}001{dice.randint(1, 3):03}000",
        "PRI_NAME": '"DOE,JAN ""J"""',
        "PRI_DOB": "19700101",
        "CYC_DATE": day,
        "STP_EVENT_DATE": day,
        "STP_TYPE_DESCR": dice.choice(("ARREST/DETAINED/CITED", "COURT ACTION")),
        "STP_ORI_CNTY_NAME": dice.choice(("YOLO", "ALPINE", " LOS ANGELES ")),
        "OFFENSE_DESCR": dice.choice(("11358 HS-CULTIVATE", "11357(C)HS-POSSESS", "459 PC-BURG")),
        "DISP_DESCR": dice.choice(("CONVICTED", "DISMISSED", "")),
        "CONV_STAT_DESCR": dice.choice(("FELONY", "MISDEMEANOR", "")),
        "SENT_LENGTH": dice.choice(("", "012", "3")),
        "SENT_TIME_CODE": dice.choice(("", "M", "Y")),
        "COMMENT_TEXT": dice.choice(("", "SEE FILE", "NOTE \xf1 A")),
    }
    coding = dice.choice(("utf-8", "latin-1"))
    return ",".join(given.get(name, "") for name in FIELDS).encode(coding)


def mutated_file(data: bytes, dice: random.Random) -> bytes:
    """The file with no to four slips in it, perhaps compressed."""
    for _ in range(dice.randint(0, 4)):
        data = dice.choice(_SLIPS)(data, dice)
    if dice.random() < 0.15:
        data = dice.choice(_PACKINGS)(data, dice)
    return data


def _flipped(data: bytes, dice: random.Random) -> bytes:
    if not data:
        return data
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _beheaded(data: bytes, dice: random.Random) -> bytes:
    return data[dice.randrange(len(data) + 1) :]


def _doubled(data: bytes, dice: random.Random) -> bytes:
    return data + data


def _stretch_doubled(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) + 1)
    end = min(len(data), start + dice.randrange(1, 200))
    return data[:end] + data[start:end] + data[end:]


def _scrap_put_in(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice(_SCRAPS) * dice.choice((1, 1, 2, 40)) + data[at:]


def _field_added(data: bytes, dice: random.Random) -> bytes:
    commas = [found.start() for found in re.finditer(b",", data)]
    at = dice.choice(commas) if commas else 0
    return data[:at] + b"," * dice.choice((1, 2, 95, 9000)) + data[at:]


def _field_removed(data: bytes, dice: random.Random) -> bytes:
    commas = [found.start() for found in re.finditer(b",", data)]
    if not commas:
        return data
    at = dice.choice(commas)
    return data[:at] + data[at + 1 :]


def _field_set(data: bytes, dice: random.Random) -> bytes:
    """A field of some line replaced, quotes and all."""
    lines = data.split(b"\n")
    at = dice.randrange(len(lines))
    fields = lines[at].split(b",")
    fields[dice.randrange(len(fields))] = dice.choice(_SCRAPS)
    lines[at] = b",".join(fields)
    return b"\n".join(lines)


def _line_ends_mixed(data: bytes, dice: random.Random) -> bytes:
    return b"".join(
        line + dice.choice((b"\n", b"\r\n", b"\r", b"\n\r")) for line in data.split(b"\n")
    )


def _blank_lines(data: bytes, dice: random.Random) -> bytes:
    lines = data.split(b"\n")
    lines.insert(dice.randrange(len(lines) + 1), dice.choice((b"", b"   ", b"\t", b"\xc2\xa0")))
    return b"\n".join(lines) + dice.choice((b"", b"\n\n", b"\n  \n", b"\r\r"))


def _long_line(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice((b"x", b",", b'"', b"(A)", b" ")) * 250_000 + data[at:]


def _as_utf_16(data: bytes, dice: random.Random) -> bytes:
    return data.decode("latin-1").encode(dice.choice(("utf-16", "utf-16-le", "utf-16-be")))


def _marked(data: bytes, dice: random.Random) -> bytes:
    return _MARK + data


def _header_put_in(data: bytes, dice: random.Random) -> bytes:
    lines = data.split(b"\n")
    lines.insert(dice.randrange(len(lines) + 1), HEADER)
    return b"\n".join(lines)


_SLIPS = (
    _flipped, _flipped, _cut, _beheaded, _doubled, _stretch_doubled, _scrap_put_in, _scrap_put_in,
    _field_added, _field_removed, _field_set, _field_set, _line_ends_mixed, _blank_lines,
    _long_line, _as_utf_16, _marked, _header_put_in,
)  # fmt: skip


def _packed(data: bytes, dice: random.Random) -> bytes:
    return gzip.compress(data, mtime=0)


def _packed_in_members(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return gzip.compress(data[:at], mtime=0) + gzip.compress(data[at:], mtime=0)


def _packed_and_flipped(data: bytes, dice: random.Random) -> bytes:
    return _flipped(gzip.compress(data, mtime=0), dice)


def _packed_and_cut(data: bytes, dice: random.Random) -> bytes:
    whole = gzip.compress(data, mtime=0)
    return whole[: dice.randrange(2, len(whole))]


def _packed_with_more(data: bytes, dice: random.Random) -> bytes:
    return gzip.compress(data, mtime=0) + dice.choice((b"\0" * 600, b"more", b"\x1f\x8b"))


_PACKINGS = (
    _packed,
    _packed_in_members,
    _packed_and_flipped,
    _packed_and_cut,
    _packed_with_more,
)


def text_of(data: bytes) -> bytes | None:
    """The file's text, unpacked where it is packed; None where it cannot be unpacked."""
    if data[:2] != b"\x1f\x8b":
        return data
    if data.endswith(b"\0" * 9):
        return None  # padding behind the last member, which the JVM's reader does not take
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return None


def lines_of(text: bytes) -> list[bytes]:
    """The lines of a text, whatever ends them; the mark at the start is not part of the first."""
    lines = re.split(rb"\r\n|\n|\r", text.removeprefix(_MARK))
    return lines[:-1] if lines[-1] == b"" else lines


def row_numbers(text: bytes) -> list[int]:
    """The numbers, from 1, of the lines that are rows: no header, and no blank at the end."""
    lines = lines_of(text)
    last = max((at for at, line in enumerate(lines, 1) if line.strip(b" ")), default=0)
    return [at for at, line in enumerate(lines, 1) if at <= last and not _is_header(line)]


def is_plain(data: bytes) -> bool:
    """Whether a file can be unpacked, and holds text of the usual kind."""
    text = text_of(data)
    return text is not None and recognize_kind(text[:HEAD]) is None


def is_taken_in(data: bytes) -> bool:
    """Whether a file is plain, and its headers all name the usual columns."""
    text = text_of(data)
    if text is None or not is_plain(data):
        return False
    usual = [name.decode() for name in HEADER.split(b",")]
    headers = [_names(line) for line in lines_of(text) if _is_header(line)]
    headers += [_names(line) for line in lines_of(text)[:1] if find_header(line)]
    return all(names[:95] == usual and not any(names[95:]) for names in headers)


def _names(line: bytes) -> list[str]:
    try:
        text = line.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return [part.strip(' "').upper() for part in text.split(",")]


def _is_header(line: bytes) -> bool:
    """Whether a line names columns: three names side by side; a mark is one in UTF-8 only."""
    known = [name in FIELDS for name in _names(line)]
    return any(all(known[at : at + 3]) for at in range(len(known) - 2))
