"""`clearance maintain`: merges small files of a store and deletes old records of sweeps."""

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
        typer.Option(
            "--keep-days",
            min=0,
            help="Keep the records of sweeps of so many days; without it, 400.",
        ),
    ] = None,
) -> None:
    """Merge small files, and delete records that nothing needs.

    Example: `clearance maintain --store STORE`
    """
    store = context.open_store(context.settings())
    from clearance.maintain import step
    from clearance.platform.clock import wall_clock

    with store.write_lock(), context.session() as spark:
        days = step.KEEP_DAYS if keep_days is None else keep_days
        result = step.maintain(spark, store, clock=wall_clock, keep_days=days)
    context.show(result, lambda console: print_maintain(result, console))


def print_maintain(result: MaintainResult, console: Console) -> None:
    """Print the numbers of files before and after, and which records were deleted."""
    before = sum(counts[0] for counts in result.files.values())
    now = sum(counts[1] for counts in result.files.values())
    since = result.record_since
    deleted = "none deleted" if since is None else f"those before version {since} deleted"
    console.print(f"maintain  {before:,} files, now {now:,}; old records: {deleted}")
