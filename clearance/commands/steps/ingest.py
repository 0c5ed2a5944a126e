"""`clearance ingest`: loads research files as one extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from clearance.commands.context import CommandContext, parse_date
from clearance.commands.options import (
    Accept,
    AcceptUnread,
    Complete,
    ExtractDate,
    Inputs,
    with_context,
)
from clearance.errors import listed, printable
from clearance.ingest.files.naming import ENDINGS

if TYPE_CHECKING:
    from clearance.ingest.step import IngestResult


@with_context("store", "config")
def ingest(
    context: CommandContext,
    inputs: Inputs,
    extract_date: ExtractDate = None,
    complete: Complete = False,
    accept_quarantine: Accept = False,
    accept_unread: AcceptUnread = False,
) -> None:
    """Load research files as one extract: source_rows, quarantine, source_files.

    Example: `clearance ingest extract/ --store STORE --extract-date 2026-11-01`
    """
    settings = context.settings()
    store = context.open_store(settings)
    drawn = parse_date(extract_date, "--extract-date")
    check_inputs(inputs)
    from clearance.ingest import step
    from clearance.platform.clock import wall_clock

    with store.write_lock(make=True), context.session(inputs) as spark:
        result = step.ingest(
            spark,
            store,
            inputs=inputs,
            extract_date=drawn,
            complete=complete,
            quarantine_limit=settings.quarantine_limit,
            unread_limit=settings.unread_limit,
            unpack_limit=settings.unpack_limit,
            accept_quarantine=accept_quarantine,
            accept_unread=accept_unread,
            clock=wall_clock,
        )
    context.show(result, lambda console: print_ingest(result, console))


def check_inputs(inputs: list[str]) -> None:
    """Refuse an input that does not exist, before Spark starts.

    Raises:
        InputRefused: an input matches no file.
    """
    from clearance.ingest.files.found import local_files

    local_files(inputs)


def print_ingest(result: IngestResult, console: Console) -> None:
    """Print what was read, accepted and quarantined of each file, and which files were skipped."""
    for name in result.already_known:
        console.print(f"ingest    {_one_line(name)}: taken in before; nothing to do")
    for line in listed(
        [f"{_one_line(name)}: passed over" for name in result.passed_over]
    ).splitlines():
        console.print(f"ingest    {line}")
    if result.passed_over:
        console.print(f"          in a folder only files that end in {', '.join(ENDINGS)} are read")
    for file in result.files:
        console.print(
            f"ingest    {_one_line(file.path)}: {file.rows_read:,} rows read = "
            f"{file.rows_accepted:,} accepted + {file.rows_quarantined:,} quarantined"
        )
        if file.unread:
            fields = ", ".join(f"{field} {count:,}" for field, count in file.unread.items())
            console.print(f"          values that cannot be read: {fields}")
    if result.rows_superseded:
        console.print(
            f"          {result.rows_superseded:,} rows not kept: "
            "a later extract holds their subjects"
        )
    if result.rows_unchanged:
        console.print(
            f"          {result.rows_unchanged:,} rows not written again: "
            "their people have the same rows as before"
        )


def _one_line(name: str) -> str:
    return printable(name).replace("\n", "\\n")
