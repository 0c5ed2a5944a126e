"""How much a run has to read, known before Spark starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from clearance.ingest.files.found import is_address, local_files
from clearance.platform.store.store import Store

# Beneath these a run is made for little to read (`session.SMALL`); docs/decisions/0013 has how much
# that gave at 14 MB. Where it stops to pay was not measured.
SMALL_INPUT = 20 * 2**20
SMALL_STORE = 8 * 2**20
# What a compressed research file usually unpacks to, times its size.
UNPACKED = 20


def is_small(store: str | None, inputs: Sequence[str] = ()) -> bool:
    """Whether the store's tables and the files to take in are small.

    Args:
        store: its folder, there or not; what an address holds is not known, so it is not small.
        inputs: files, folders, globs; an address among them is not small.

    Raises:
        InputRefused: an input stands for no file.
    """
    if any(map(is_address, inputs)) or (store and Store(store).is_address):
        return False
    tables = _bytes(Path(store).rglob("*.parquet")) if store else 0
    research = sum(
        _bytes([path]) * (UNPACKED if path.suffix.lower() == ".gz" else 1)
        for path in local_files(inputs)
    )
    return tables <= SMALL_STORE and research <= SMALL_INPUT


def _bytes(files: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in files if path.is_file())
