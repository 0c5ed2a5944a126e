"""Whether a run reads little, by the sizes of its files, before Spark starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from clearance.ingest.files.found import is_address, local_files
from clearance.platform.store.store import Store

# Up to these bytes a run has the settings for little to read (`session.SMALL`). The gain at 14 MB
# is in docs/decisions/0013; the size where the gain ends was not measured.
SMALL_INPUT = 20 * 2**20
SMALL_STORE = 8 * 2**20
# The usual ratio of a research file's size to its compressed size.
UNPACKED = 20


def is_small(store: str | None, inputs: Sequence[str] = ()) -> bool:
    """Whether the store's tables and the input files are small.

    Args:
        store: its folder, existing or not; an address counts as large, since its size is unknown.
        inputs: files, folders, globs; an address counts as large.

    Raises:
        InputRefused: an input matches no file.
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
