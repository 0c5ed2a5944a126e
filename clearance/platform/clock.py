"""The wall clock: read for manifests, the record of ingested files and the log, nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock
