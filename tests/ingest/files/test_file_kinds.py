"""A file is what its bytes say, before and after unpacking; its name says nothing."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from clearance.errors import InputRefused
from clearance.ingest.files.kind import HEAD, recognize_kind
from clearance.ingest.files.probe import probe
from clearance.ingest.layout import FIELDS
from tests.support.fuzz.file_mutation import valid_row

HEADER = ",".join(FIELDS)
DICE = random.Random(1)
ROWS = [valid_row(DICE).decode("latin-1") for _ in range(20)]
TEXT = "\n".join([HEADER, *ROWS, ""])
BYTES = TEXT.encode("latin-1")


def tar(name: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(BYTES)
        archive.addfile(entry, io.BytesIO(BYTES))
    return out.getvalue()


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, BYTES)
    return out.getvalue()


def raw_deflate() -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(BYTES) + packer.flush()


def block(packed: bytes) -> bytes:
    """A block of Hadoop's: how long it is unpacked, how long packed, and itself."""
    return len(BYTES).to_bytes(4, "big") + len(packed).to_bytes(4, "big") + packed


KINDS = {
    "bzip2": bz2.compress(BYTES),
    "bzip2-compressed": bz2.compress(b""),
    "xz": lzma.compress(BYTES),
    "LZMA": lzma.compress(BYTES, format=lzma.FORMAT_ALONE),
    "zlib": zlib.compress(BYTES),
    "deflate": raw_deflate(),
    "a second time": gzip.compress(BYTES),
    "Zstandard": b"\x28\xb5\x2f\xfd" + bytes(range(60)),
    "Zstandard-compressed": b"\x53\x2a\x4d\x18" + bytes(range(60)),
    "LZ4": b"\x04\x22\x4d\x18" + bytes(range(60)),
    "Snappy": b"\xff\x06\x00\x00sNaPpY" + bytes(range(60)),
    "Hadoop's blocks": block(b"\xf0\x10" + BYTES[:200]),
    "`compress`": b"\x1f\x9d\x90" + bytes(range(60)),
    "7-Zip": b"7z\xbc\xaf\x27\x1c" + bytes(60),
    "RAR": b"Rar!\x1a\x07\x01\x00" + bytes(60),
    "cabinet": b"MSCF" + bytes(60),
    "ZIP": zipped("x.csv"),
    "workbook": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "old Excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "tar": tar("x.csv"),
    "Parquet": b"PAR1" + bytes(60),
    "Avro": b"Obj\x01" + bytes(60),
    "PDF": b"%PDF-1.7\n",
    "web page": b"\n<!DOCTYPE html>\n<html><body>Please log in",
    "XML": b"\xef\xbb\xbf<?xml version='1.0'?><rows/>",
    "JSON": b'[\n{"SUBJECT_ID": 1}]',
    "PGP": b"-----BEGIN PGP MESSAGE-----\n",
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16 without": TEXT.encode("utf-16-le"),
    "UTF-16 without a byte order mark": TEXT.encode("utf-16-be"),
    "UTF-32": TEXT.encode("utf-32"),
    "UTF-32 without": TEXT.encode("utf-32-le"),
    "EBCDIC": TEXT.encode("cp500"),
    "TABs": TEXT.replace(",", "\t").encode(),
    "semicolons": f"Extract of 2019\n{TEXT}".replace(",", ";").encode(),
    "vertical bars": "\n".join(ROWS).replace(",", "|").encode(),
    "the character '^'": TEXT.replace(",", "^").encode(),
}


@pytest.mark.parametrize("words", KINDS)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_no_research_file_is_refused_as_what_it_is(
    words: str, packed: bool, tmp_path: Path
) -> None:
    for name in ("extract.csv", "extract.csv.gz"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(KINDS[words]) if packed else KINDS[words])
        if words == "a second time" and not packed:
            assert probe(path).zipped
            continue
        with pytest.raises(InputRefused) as caught:
            probe(path)
        message = caught.value.message
        assert str(path) in message and words in message
        assert "damaged" not in message
        assert ("gzip-compressed, and its content is" in message) == packed
        assert caught.value.remedy


def test_a_research_file_is_none_of_them_whatever_its_form(tmp_path: Path) -> None:
    forms = {
        "plain": BYTES,
        "without a header": "\n".join(ROWS).encode("latin-1"),
        "marked": b"\xef\xbb\xbf" + TEXT.encode(),
        "crlf": TEXT.replace("\n", "\r\n").encode("latin-1"),
        "commas at the end": TEXT.replace("\n", ",\n").encode("latin-1"),
        "94 fields of dashes": "\n".join([",".join(["-"] * 94)] * 9).encode(),
        "nothing": b"",
        "blank": b"  \n\n",
        "one word": b"x",
        "junk": bytes(DICE.randrange(256) for _ in range(4000)),
        "zeros": (bytes(1023) + b"\n") * 100,
    }
    assert {name: recognize_kind(form[:HEAD]) for name, form in forms.items()} == dict.fromkeys(
        forms
    )


@pytest.mark.parametrize("more", [b"\0" * 512, b"more", b"\x1fmore"])
def test_bytes_behind_a_compressed_file_are_told_as_such_and_not_as_damage(
    more: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "padded.csv.gz"
    for parts in (1, 3):
        path.write_bytes(gzip.compress(BYTES) * parts + more)
        with pytest.raises(InputRefused, match="other bytes follow its end") as caught:
            probe(path)
        message = caught.value.message + caught.value.remedy
        assert ("zeros" in message) == (more[0] == 0)
        assert "cut off" not in message and "gzip -t" not in message
    path.write_bytes(gzip.compress(BYTES)[:-9])
    with pytest.raises(InputRefused, match="cut off or damaged"):
        probe(path)
