"""Helpers: research files of a few rows, their ingest, and the rows of the store."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from clearance.errors import EXIT_INPUT, InputRefused
from clearance.ingest.layout import FIELDS
from clearance.ingest.ledger import read_ledger
from clearance.ingest.step import IngestResult, ingest
from clearance.platform.store.store import Store

HEADER = ",".join(FIELDS)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def line(subject: str, count: int = 1, note: str = "", **fields: str) -> str:
    given = {
        "SUBJECT_ID": subject,
        "CNT_ORDER": f"1010010{count:02}000",
        "PRI_NAME": '"SECRET,NAME"',
        "COMMENT_TEXT": note,
        **fields,
    }
    return ",".join(given.get(name, "") for name in FIELDS)


def write(path: Path, *lines: str) -> str:
    text = "".join(text + "\n" for text in lines).encode()
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
    return str(path)


def take(
    spark: SparkSession,
    store: Store,
    *inputs: str | Path,
    dated: date | None = None,
    complete: bool = False,
    limit: float = 0.01,
    accept: bool = False,
    accept_unread: bool = False,
) -> IngestResult:
    return ingest(
        spark,
        store,
        inputs=[str(name) for name in inputs],
        extract_date=dated,
        complete=complete,
        quarantine_limit=limit,
        accept_quarantine=accept,
        accept_unread=accept_unread,
        clock=lambda: NOON,
    )


def refused(
    spark: SparkSession, store: Store, *inputs: str | Path, accept: bool = False
) -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        take(spark, store, *inputs, accept=accept)
    assert caught.value.exit_code == EXIT_INPUT
    assert "SECRET" not in f"{caught.value.message} {caught.value.remedy}"
    return caught.value


def held(spark: SparkSession, store: Store) -> set[tuple[str, int, str, str]]:
    """Every row of source_rows: file, position, subject, note."""
    rows = store.read(spark, "source_rows").collect()
    found = {
        (Path(row.source_file).name, row.position, row.subject_id, row.comment_text or "")
        for row in rows
    }
    assert len(found) == len(rows)
    return found


def files_of(spark: SparkSession, store: Store) -> dict[str, tuple[int, int, int, str]]:
    """The current rows of `source_files`: rows read, accepted, quarantined, status."""
    rows = read_ledger(spark, store)
    found = {
        Path(row.path).name: (
            row.rows_read,
            row.rows_accepted,
            row.rows_quarantined,
            row.status,
        )
        for row in rows
    }
    assert len(found) == len(rows)
    return found
