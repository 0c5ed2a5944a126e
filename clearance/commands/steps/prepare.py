"""`clearance prepare`: makes charges and arrests of the source rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context

if TYPE_CHECKING:
    from clearance.prepare.step import PrepareResult


@with_context("store", "config")
def prepare(
    context: CommandContext,
    history: Annotated[
        bool, typer.Option("--history", help="Also write every typed event row into `history`.")
    ] = False,
) -> None:
    """Make charges and arrests of the source rows.

    Example: `clearance prepare --store STORE`
    """
    store = context.open_store(context.settings())
    from clearance.prepare import step

    with store.write_lock(), context.session() as spark:
        result = step.prepare(spark, store, rules=context.rules, with_history=history)
    context.show(result, lambda console: print_prepare(result, console))


def print_prepare(result: PrepareResult, console: Console) -> None:
    """Print how many people, charges and arrests the store holds now."""
    nothing_new = "" if result.changed else " (nothing new)"
    console.print(
        f"prepare   {result.people:,} people, {result.charges:,} charges "
        f"({result.convictions:,} convictions), {result.arrests:,} arrests{nothing_new}"
    )
    if result.unparsed or result.unclassified:
        console.print(
            f"          {result.unparsed:,} charges could not be read, "
            f"{result.unclassified:,} are on no list of the rules"
        )
