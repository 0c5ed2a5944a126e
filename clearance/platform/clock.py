"""The wall clock: read for manifests and the record of files taken in, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock
