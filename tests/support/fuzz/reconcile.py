"""A store held against the files it was made of, byte for byte, without Spark's reader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pyspark.sql import SparkSession

from clearance.platform.store.store import Store
from tests.support.fuzz.file_mutation import lines_of, row_numbers, text_of

_MARK = b"\xef\xbb\xbf"


def differences(spark: SparkSession, store: Store, files: Mapping[str, bytes]) -> list[str]:
    """What a store lacks or has too much of, a line each; empty when it reconciles.

    Args:
        spark: the session.
        store: after an ingest of the files, quarantine accepted.
        files: contents by file name, each content once.
    """
    rows: dict[str, dict[int, bytes]] = {name: {} for name in files}
    found: list[str] = []
    for table in ("source_rows", "quarantine"):
        for row in store.read(spark, table).select("source_file", "position", "record").collect():
            held = rows[Path(row.source_file).name]
            if row.position in held:
                found.append(f"{row.source_file}:{row.position} is there twice")
            held[row.position] = row.record.encode()
    for row in store.read(spark, "source_files").collect():
        name = Path(row.path).name
        told = (row.rows_read, row.rows_accepted + row.rows_quarantined)
        if told != (len(rows[name]), len(rows[name])):
            found.append(f"{name}: source_files says {told}, the tables hold {len(rows[name])}")
    for name, data in files.items():
        found += _differences(name, data, rows[name])
    return found


def _differences(name: str, data: bytes, held: Mapping[int, bytes]) -> list[str]:
    text = text_of(data)
    assert text is not None, name
    lines, wanted = lines_of(text), row_numbers(text)
    if sorted(held) != wanted:
        return [f"{name}: rows {sorted(set(held) ^ set(wanted))[:5]} are lost or made up"]
    return [
        f"{name}:{at} is not the line of the file"
        for at in wanted
        if held[at].removeprefix(_MARK) != _as_unicode(lines[at - 1]).removeprefix(_MARK)
    ]


def _as_unicode(line: bytes) -> bytes:
    try:
        return line.decode().encode()
    except UnicodeDecodeError:
        return line.decode("latin-1").encode()
