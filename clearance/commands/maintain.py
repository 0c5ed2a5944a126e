"""`clearance maintain`: what keeps a store small and quick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context

if TYPE_CHECKING:
    from clearance.maintain.step import MaintainResult


@with_context("store", "config")
def maintain(
    context: CommandContext,
    keep_days: Annotated[
        int | None,
        typer.Option("--keep-days", min=0, help="Keep the records of sweeps of so many days."),
    ] = None,
) -> None:
    """Put small files together, and take records away that nothing needs."""
    store = context.open_store(context.settings())
    from clearance.maintain import step
    from clearance.platform.clock import wall_clock

    with store.write_lock(), context.session() as spark:
        days = step.KEEP_DAYS if keep_days is None else keep_days
        result = step.maintain(spark, store, clock=wall_clock, keep_days=days)
    context.show(result, lambda console: print_maintain(result, console))


def print_maintain(result: MaintainResult, console: Console) -> None:
    """How many files there were and are."""
    before, now = (sum(files[at] for files in result.files.values()) for at in (0, 1))
    since = result.record_since
    gone = "none taken away" if since is None else f"those before version {since} taken away"
    console.print(f"maintain  {before:,} files, now {now:,}; old records: {gone}")
