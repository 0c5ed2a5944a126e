"""The care of a store: what keeps it small and quick."""

from __future__ import annotations

from typing import Annotated

import typer

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context

app = typer.Typer()


@app.command()
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
    from clearance.commands.run import say_maintain
    from clearance.maintain.step import KEEP_DAYS
    from clearance.maintain.step import maintain as care_for
    from clearance.platform.clock import wall_clock

    with store.claimed(), context.session() as spark:
        days = KEEP_DAYS if keep_days is None else keep_days
        result = care_for(spark, store, clock=wall_clock, keep_days=days)
    context.show(result, lambda console: say_maintain(result, console))
