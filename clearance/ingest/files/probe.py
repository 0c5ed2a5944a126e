"""Reads a local file from end to end before Spark does: its checksum, and whether it is safe.

The file may not be a research file, whatever its name. A compressed file may unpack to a thousand
times its size, and a file without line ends is one line that has to fit in memory. The pass that
computes the checksum finds these cases, block by block, and refuses the file before anything is
written.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clearance.errors import InputRefused
from clearance.ingest.files.header import find_header
from clearance.ingest.files.kind import GZIP, HEAD, refuse_other_kind

UNPACK_LIMIT = 100.0
"""The default for the highest ratio of a file's unpacked to its compressed size."""

# Bytes that any file may unpack to: a small file may have a high ratio by chance.
ALWAYS_ALLOWED = 64 << 20
LONGEST_LINE = 16 << 20

MARK = b"\xef\xbb\xbf"
_BLOCK = 1 << 20


class _TrailingBytes(Exception):
    """Bytes after the last gzip member that are no gzip member."""


@dataclass(frozen=True)
class FileProbe:
    """The result of reading a file.

    Attributes:
        sha256: of its bytes as stored.
        bytes: its size.
        zipped: whether it is gzip-compressed, whatever its name.
        marked: whether its text starts with a byte order mark.
        header: the columns that its first line names; None where it is not a header.
    """

    sha256: str
    bytes: int
    zipped: bool
    marked: bool
    header: tuple[str, ...] | None = None


def probe(path: Path, *, unpack_limit: float = UNPACK_LIMIT) -> FileProbe:
    """Read a file in one pass: its checksum, compression, byte order mark and header.

    Args:
        path: the file.
        unpack_limit: the highest ratio of its unpacked to its compressed size.

    Raises:
        InputRefused: it is not a research file, cannot be read or unpacked to its end, unpacks to
            too much, or has a line that is too long.
    """
    digest, which = hashlib.sha256(), path_text(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            zipped = stream.read(len(GZIP)) == GZIP
            stream.seek(0)
            blocks = _updating_digest(iter(lambda: stream.read(_BLOCK), b""), digest)
            text = _unpack(blocks) if zipped else blocks
            allowed = max(ALWAYS_ALLOWED, int(unpack_limit * size)) if zipped else None
            head = _read_through(text, which=which, allowed=allowed)
    except OSError as error:
        raise InputRefused(
            f"{which} cannot be read ({error.strerror}).",
            "Give this user the right to read it, then run the same command.",
        ) from error
    except _TrailingBytes as error:
        raise InputRefused(
            f"{which} is gzip-compressed, but other bytes follow its end ({error}). Nothing was "
            "taken in.",
            "Unpack it (`gzip -dc FILE > NEW.csv`), see whether that is all of it, then name the "
            "unpacked file.",
        ) from error
    except (EOFError, zlib.error) as error:
        raise refuse_damaged(which) from error
    marked = head.startswith(MARK)
    return FileProbe(digest.hexdigest(), size, zipped, marked, find_header(head))


def path_text(path: Path) -> str:
    """A path as text, also where its name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def refuse_damaged(which: str) -> InputRefused:
    """The refusal of files that end too early or have wrong checksums."""
    return InputRefused(
        f"{which} cannot be read to its end: the file is cut off or damaged. Nothing was taken in.",
        "Copy or download the file again (`gzip -t FILE` checks one that is compressed), "
        "then run the same command.",
    )


def refuse_too_large(which: str, *, allowed: int) -> InputRefused:
    """The refusal of a file that unpacks to more bytes than are allowed."""
    return InputRefused(
        f"{which} unpacks to more than {allowed:,} bytes, far more than its size allows for. "
        "Nothing was taken in.",
        "Look into the file before trusting it; if it is what it should be, unpack it and name "
        "the unpacked file, or raise `unpack_limit` in the settings.",
    )


def _updating_digest(blocks: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for block in blocks:
        digest.update(block)
        yield block


def _unpack(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The text of consecutive gzip members, at most a block at a time.

    Raises:
        EOFError: a member ends too early.
        zlib.error: a member is damaged.
        _TrailingBytes: other bytes follow a member (the JVM's reader refuses zeros, too).
    """
    member = zlib.decompressobj(wbits=31)
    begun = has_member = False
    for block in blocks:
        rest = block
        while rest:
            if has_member and not begun and not rest.startswith(GZIP[: len(rest)]):
                raise _TrailingBytes("zeros" if rest[0] == 0 else "something appended, or damage")
            begun = has_member = True
            while rest and not member.eof:
                yield member.decompress(rest, _BLOCK)
                rest = member.unconsumed_tail
            while not member.eof and (more := member.decompress(b"", _BLOCK)):
                yield more
            if member.eof:
                rest = member.unused_data
                member, begun = zlib.decompressobj(wbits=31), False
    if begun:
        raise EOFError


def _read_through(text: Iterator[bytes], *, which: str, allowed: int | None) -> bytes:
    """The first bytes of a text, once all of it is read.

    Raises:
        InputRefused: the text is of another kind, is too long, or has a line that is too long.
    """
    head, checked, total, line = b"", False, 0, 0
    for block in text:
        if not checked:
            head = (head + block[:HEAD])[:HEAD]
            checked = len(head) == HEAD
            if checked:
                _refuse_kind(which, head, unpacked=allowed is not None)
        total += len(block)
        if allowed is not None and total > allowed:
            raise refuse_too_large(which, allowed=allowed)
        ends = [index for end in (b"\n", b"\r") if (index := block.find(end)) >= 0]
        line += min(ends, default=len(block))
        if line > LONGEST_LINE:
            raise refuse_long_line(which)
        if ends:
            line = len(block) - 1 - max(block.rfind(b"\n"), block.rfind(b"\r"))
    if not checked:
        _refuse_kind(which, head, unpacked=allowed is not None)
    return head


def _refuse_kind(which: str, head: bytes, *, unpacked: bool) -> None:
    refusal = refuse_other_kind(which, head, unpacked=unpacked)
    if refusal is not None:
        raise refusal


def refuse_long_line(which: str) -> InputRefused:
    """The refusal of a file with a line that is longer than any record."""
    return InputRefused(
        f"{which} has a line of more than {LONGEST_LINE >> 20} MB: it is not a research file. "
        "Nothing was taken in.",
        "Ask for the file again as lines of text, one record a line.",
    )
