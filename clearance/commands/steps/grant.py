"""`clearance grant`: records a sweep's relief as granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context

if TYPE_CHECKING:
    from clearance.grant.step import GrantResult


@with_context("store", "config")
def grant(
    context: CommandContext,
    sweep: Annotated[str, typer.Argument(help="The sweep's id: `clearance sweeps`.")],
) -> None:
    """Record what the law gives at a sweep as granted, each unit once.

    Example: `clearance grant SWEEP --store STORE`
    """
    store = context.open_store(context.settings())
    from clearance.grant import step

    with store.write_lock(), context.session() as spark:
        result = step.grant(spark, store, sweep_id=sweep, rules=context.rules)
    context.show(result, lambda console: print_grant(result, console))


def print_grant(result: GrantResult, console: Console) -> None:
    """Print the numbers of grants and corrections, and the day of the grants."""
    console.print(
        f"grant     {result.granted:,} granted as of {result.granted_on}, "
        f"{result.granted_before:,} before, {result.corrected:,} corrected"
    )
