"""Recognizes the kind of a file by its first bytes, whatever its name.

A research file is text in UTF-8 or ISO-8859-1 with commas between its fields, gzip-compressed or
not. Each other kind of file has a name here, and a remedy.
"""

from __future__ import annotations

import re
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from clearance.errors import InputRefused
from clearance.ingest.layout import FIELD_COUNT

HEAD = 64 << 10
"""The number of bytes that are enough to recognize the kind."""

GZIP = b"\x1f\x8b"

_NAME_IT = "name the unpacked file."
_EXPORT = "Export it as comma-separated text in UTF-8, or ask for the research file as DOJ sent it."
_OPEN = "Decrypt it where that is allowed, then name the research file in it."
_WHOLE = "Unpack it and name the research files in it."


@dataclass(frozen=True)
class Kind:
    """A kind of file that is not a research file.

    Attributes:
        name: with its article.
        remedy: what to do with such a file.
    """

    name: str
    remedy: str


def _packed(name: str, program: str) -> Kind:
    return Kind(name, f"Unpack it (`{program}`), then {_NAME_IT}")


_BZIP2 = _packed("bzip2-compressed", "bunzip2 -k FILE")
_ZSTD = _packed("Zstandard-compressed", "unzstd FILE")
_LZ4 = _packed("LZ4-compressed", "unlz4 FILE")
_DEFLATE = _packed("deflate-compressed without gzip's frame (zlib)", "pigz -dz < FILE > NEW.csv")
_ZIP = Kind("a ZIP archive", f"{_WHOLE[:-1]} (`unzip FILE`).")
_OFFICE = Kind(
    "a workbook or another office document (a ZIP archive of XML)",
    "Ask for the research file as DOJ sent it: a spreadsheet shortens long numbers and turns dates "
    "round. Otherwise export it as comma-separated text in UTF-8.",
)
_TAR = Kind("a tar archive", f"{_WHOLE[:-1]} (`tar -xf FILE`).")
_TWICE = Kind("gzip-compressed a second time", f"Unpack it once (`gzip -dk FILE`), then {_NAME_IT}")

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (GZIP, _TWICE),
    (b"\xfd7zXZ\0", _packed("xz-compressed", "unxz -k FILE")),
    (b"]\0\0", _packed("LZMA-compressed", "unlzma -k FILE")),
    (b"LZIP", _packed("lzip-compressed", "lzip -dk FILE")),
    (b"\x89LZO\0", _packed("lzop-compressed", "lzop -d FILE")),
    (b"\x28\xb5\x2f\xfd", _ZSTD),
    (b"\x04\x22\x4d\x18", _LZ4),
    (b"\x02\x21\x4c\x18", _LZ4),
    (b"\xff\x06\0\0sNaPpY", _packed("Snappy-compressed", "snzip -dk FILE")),
    (b"\x82SNAPPY\0", _packed("Snappy-compressed", "snzip -dk FILE")),
    (b"\x1f\x9d", _packed("compressed by `compress`", "uncompress -k FILE")),
    (b"\x1f\xa0", _packed("compressed by `compress`", "uncompress -k FILE")),
    (b"\x1f\x1e", _packed("compressed by `pack`", "unpack FILE")),
    (b"7z\xbc\xaf\x27\x1c", Kind("a 7-Zip archive", f"{_WHOLE[:-1]} (`7z x FILE`).")),
    (b"Rar!\x1a\x07", Kind("a RAR archive", f"{_WHOLE[:-1]} (`unrar x FILE`).")),
    (b"MSCF", Kind("a Windows cabinet", f"{_WHOLE[:-1]} (`cabextract FILE`).")),
    (b"!<arch>\n", Kind("an ar archive", _WHOLE)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind("an old Excel or Office document", _OFFICE.remedy)),
    (b"PAR1", Kind("a Parquet file", _EXPORT)),
    (b"PARE", Kind("an encrypted Parquet file", _EXPORT)),
    (b"ORC", Kind("an ORC file", _EXPORT)),
    (b"Obj\x01", Kind("an Avro file", _EXPORT)),
    (b"ARROW1\0\0", Kind("an Arrow file", _EXPORT)),
    (b"FEA1", Kind("a Feather file", _EXPORT)),
    (b"SEQ\x06", Kind("a Hadoop sequence file", _EXPORT)),
    (b"SQLite format 3\0", Kind("an SQLite database", _EXPORT)),
    (b"%PDF-", Kind("a PDF", _EXPORT)),
    (b"{\\rtf", Kind("a rich-text document", _EXPORT)),
    (b"-----BEGIN PGP ", Kind("encrypted with PGP", _OPEN)),
    (b"age-encryption.org/", Kind("encrypted with age", _OPEN)),
    (b"Salted__", Kind("encrypted with OpenSSL", _OPEN)),
)
_SKIPPED_FRAME = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b", re.IGNORECASE)
_JSON = re.compile(rb'\s*(?:\[\s*)?\{\s*"')

_BOMS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_WIDE = ("UTF-32LE", "UTF-32BE", "UTF-16LE", "UTF-16BE")

# Characters that are common in values and never separate fields.
_IN_VALUES = set(" \"'-_./()#&*")
_SEPARATORS = {"\t": "TABs", ";": "semicolons", "|": "vertical bars", "\x01": "the character ^A"}


def refuse_other_kind(which: str, head: bytes, *, unpacked: bool) -> InputRefused | None:
    """The refusal of a file that is not lines of fields between commas; None for one that is.

    Args:
        which: the file's name in messages.
        head: its first `HEAD` bytes, unpacked where it is gzip-compressed; all of a smaller file.
        unpacked: whether it is gzip-compressed.
    """
    kind = recognize_kind(head)
    if kind is None:
        return None
    verb = "is gzip-compressed, and its content is" if unpacked else "is"
    return InputRefused(f"{which} {verb} {kind.name}. Nothing was taken in.", kind.remedy)


def recognize_kind(head: bytes) -> Kind | None:
    """The kind of a file that is not lines of fields between commas; None for one that is.

    Args:
        head: the first `HEAD` bytes of a file, or all of a smaller file.
    """
    tests: tuple[Callable[[bytes], Kind | None], ...] = (
        _compressed,
        _archive,
        _document,
        _other_encoding,
        _block_compressed,
        _other_separator,
    )
    return next((kind for test in tests if (kind := test(head)) is not None), None)


def _compressed(head: bytes) -> Kind | None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if re.match(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)", head):
        return _BZIP2
    if _SKIPPED_FRAME.match(head):
        return _ZSTD
    if len(head) > 2 and head[0] & 0x8F == 8 and int.from_bytes(head[:2], "big") % 31 == 0:
        return _DEFLATE if _inflated(head, wbits=15) else None
    return None


def _inflated(head: bytes, *, wbits: int) -> bytes:
    try:
        return zlib.decompressobj(wbits).decompress(head, HEAD)
    except zlib.error:
        return b""


def _archive(head: bytes) -> Kind | None:
    if re.match(rb"PK(?:\x03\x04|\x05\x06|\x07\x08|00PK)", head):
        inside = (b"[Content_Types].xml", b"xl/", b"word/", b"mimetypeapplication/")
        return _OFFICE if any(name in head for name in inside) else _ZIP
    try:
        tarfile.TarInfo.frombuf(head[:512], "utf-8", "replace")
    except tarfile.HeaderError:
        return None
    return _TAR


def _document(head: bytes) -> Kind | None:
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _PAGE.match(text):
        return Kind(
            "a web page, perhaps a form to log in",
            "Download the file again with the rights to it, then name that file.",
        )
    if _XML.match(text):
        return Kind("an XML document", _EXPORT)
    return Kind("a JSON document", _EXPORT) if _JSON.match(text) else None


def _other_encoding(head: bytes) -> Kind | None:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return _encoded(name, name)
    if b"\0" in head[:400]:
        for name in _WIDE:
            if _reads_as(head, name):
                return _encoded(f"{name[:6]} without a byte order mark", name)
    few_ascii = sum(byte < 0x80 for byte in head[:4000]) < len(head[:4000]) / 2
    if few_ascii and _reads_as(head, "cp037"):
        return _encoded("EBCDIC", "IBM037")
    return None


def _encoded(name: str, charset: str) -> Kind:
    return Kind(
        f"text in {name}",
        f"Convert it (`iconv -f {charset} -t UTF-8 FILE > NEW.csv`) and name that.",
    )


def _reads_as(head: bytes, encoding: str) -> bool:
    """Whether the bytes decode to commas and plain characters in an encoding."""
    sample = head[: min(len(head), 4000) // 4 * 4]
    text = sample.decode(encoding, "replace")
    plain = sum(" " <= char <= "~" or char in "\r\n\t\x85" for char in text)
    return "," in text and plain > 0.9 * len(text)


def _block_compressed(head: bytes) -> Kind | None:
    """The kind of Hadoop's blocks (LZ4, Snappy) and of deflate without a frame: no magic bytes."""
    if not re.search(rb"[\0-\x08\x0e-\x1f]", head[:400]):
        return None
    unpacked, packed = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    start = head[10:20]
    if (
        16 < packed <= unpacked + 4096 <= 1 << 28
        and start.isascii()
        and start.decode().isprintable()
    ):
        return Kind(
            "compressed in Hadoop's blocks (LZ4 or Snappy)",
            f"Unpack it where it was made (`hdfs dfs -text FILE > NEW.csv`), then {_NAME_IT}",
        )
    text = _inflated(head, wbits=-15)
    return _DEFLATE if len(text) > 200 and _reads_as(text, "latin-1") else None


def _other_separator(head: bytes) -> Kind | None:
    """The kind of a text whose lines have the right number of fields between other characters."""
    text = head.decode("latin-1").removeprefix("\xef\xbb\xbf")
    written = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
    # The last line may be cut off.
    lines = [re.sub(r'"[^"]*+"', "", line) for line in (written[:-1] or written)[:20]]
    marks = {char for line in lines for char in line if not char.isalnum()} - _IN_VALUES
    lines_that_fit = {
        mark: sum(line.count(mark) in (FIELD_COUNT - 1, FIELD_COUNT) for line in lines)
        for mark in marks
    }
    best = max(lines_that_fit, key=lambda mark: (lines_that_fit[mark], mark == ","), default=",")
    if best == "," or lines_that_fit[best] * 2 < len(lines):
        return None
    separator = _SEPARATORS.get(best, f"the character {best!a}")
    return Kind(
        f"text with {separator} between its fields, where commas are expected",
        "Ask for it with commas, or convert it with a program that knows quoted fields (values may "
        "hold commas).",
    )
