"""A local file looked at from end to end before Spark reads it: its sum, and whether it is safe.

It may be something else than a research file, whatever its name. A compressed file may unpack to a
thousand times its size, and a file without line ends is one line that has to fit in memory. All of
it is found here, block by block, in the pass that takes the sum, and refused before anything is
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
from clearance.ingest.files.header import first_header
from clearance.ingest.files.kind import GZIP, HEAD, refused_kind

UNPACK_LIMIT = 100.0
"""Times its size that a compressed file may unpack to, where the settings say nothing else."""

# Small files compress by chance as well as a bomb does, and hurt nobody.
ALWAYS_ALLOWED = 64 << 20
LONGEST_LINE = 16 << 20

MARK = b"\xef\xbb\xbf"
_BLOCK = 1 << 20


class _BehindTheEnd(Exception):
    """Bytes behind the last gzip member that are none."""


@dataclass(frozen=True)
class FileProbe:
    """What a file is.

    Attributes:
        sha256: of its bytes as they lie there.
        bytes: how many they are.
        zipped: whether they are gzip-compressed, whatever the file's name.
        marked: whether the text starts with a byte order mark.
        header: the columns that its first line names; None where it is no header.
    """

    sha256: str
    bytes: int
    zipped: bool
    marked: bool
    header: tuple[str, ...] | None = None


def probe(path: Path, *, unpack_limit: float = UNPACK_LIMIT) -> FileProbe:
    """A file's sum, and what it holds, in one pass.

    Args:
        path: the file.
        unpack_limit: times its size that it may unpack to.

    Raises:
        InputRefused: it is something else than a research file, cannot be read or unpacked to its
            end, unpacks to too much, or has a line that is too long.
    """
    digest, which = hashlib.sha256(), shown(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            zipped = stream.read(len(GZIP)) == GZIP
            stream.seek(0)
            blocks = _summed(iter(lambda: stream.read(_BLOCK), b""), digest)
            text = _unpacked(blocks) if zipped else blocks
            allowed = max(ALWAYS_ALLOWED, int(unpack_limit * size)) if zipped else None
            head = _read_through(text, which=which, allowed=allowed)
    except OSError as error:
        raise InputRefused(
            f"{which} cannot be read ({error.strerror}).",
            "Give this user the right to read it, then run the same command.",
        ) from error
    except _BehindTheEnd as error:
        raise InputRefused(
            f"{which} is gzip-compressed, but behind the end of that follow bytes that are none "
            f"({error}). Nothing was taken in.",
            "Unpack it (`gzip -dc FILE > NEW.csv`), see whether that is all of it, then name the "
            "unpacked file.",
        ) from error
    except (EOFError, zlib.error) as error:
        raise damaged(which) from error
    marked = head.startswith(MARK)
    return FileProbe(digest.hexdigest(), size, zipped, marked, first_header(head))


def shown(path: Path) -> str:
    """A path as text, also where its name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def damaged(which: str) -> InputRefused:
    """The refusal of files that end too early or whose check sums are wrong."""
    return InputRefused(
        f"{which} cannot be read to its end: the file is cut off or damaged. Nothing was taken in.",
        "Copy or download the file again (`gzip -t FILE` checks one that is compressed), "
        "then run the same command.",
    )


def unpacks_too_far(which: str, *, allowed: int) -> InputRefused:
    """The refusal of a file that unpacks to more than is allowed."""
    return InputRefused(
        f"{which} unpacks to more than {allowed:,} bytes, far more than its size allows for. "
        "Nothing was taken in.",
        "Look into the file before trusting it; if it is what it should be, unpack it and name "
        "the unpacked file, or raise `unpack_limit` in the settings.",
    )


def _summed(blocks: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for block in blocks:
        digest.update(block)
        yield block


def _unpacked(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The text of gzip members that follow each other, never more than a block of it at once.

    Raises:
        EOFError: a member ends too early.
        zlib.error: a member is damaged.
        _BehindTheEnd: what follows a member is none (the JVM's reader does not take zeros at the
            end either).
    """
    member = zlib.decompressobj(wbits=31)
    begun = any_before = False
    for block in blocks:
        rest = block
        while rest:
            if any_before and not begun and not rest.startswith(GZIP[: len(rest)]):
                raise _BehindTheEnd("zeros" if rest[0] == 0 else "something appended, or damage")
            begun = any_before = True
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
    """The first bytes of a text that is neither too long nor has too long a line."""
    head, told, total, line = b"", False, 0, 0
    for block in text:
        if not told:
            head = (head + block[:HEAD])[:HEAD]
            told = len(head) == HEAD
            if told:
                _refuse_kind(which, head, unpacked=allowed is not None)
        total += len(block)
        if allowed is not None and total > allowed:
            raise unpacks_too_far(which, allowed=allowed)
        ends = [found for end in (b"\n", b"\r") if (found := block.find(end)) >= 0]
        line += min(ends, default=len(block))
        if line > LONGEST_LINE:
            raise line_too_long(which)
        if ends:
            line = len(block) - 1 - max(block.rfind(b"\n"), block.rfind(b"\r"))
    if not told:
        _refuse_kind(which, head, unpacked=allowed is not None)
    return head


def _refuse_kind(which: str, head: bytes, *, unpacked: bool) -> None:
    refusal = refused_kind(which, head, unpacked=unpacked)
    if refusal is not None:
        raise refusal


def line_too_long(which: str) -> InputRefused:
    """The refusal of a file with a line that no record is as long as."""
    return InputRefused(
        f"{which} has a line of more than {LONGEST_LINE >> 20} MB: this is no research file. "
        "Nothing was taken in.",
        "Ask for the file again as lines of text, one record a line.",
    )
