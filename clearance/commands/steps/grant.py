"""What was given: a sweep's relief recorded as granted."""

from __future__ import annotations

from typing import Annotated

import typer

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context

app = typer.Typer()


@app.command()
@with_context("store", "config")
def grant(
    context: CommandContext,
    sweep: Annotated[str, typer.Argument(help="The sweep's id: `clearance sweeps`.")],
) -> None:
    """Record what the law gives at a sweep as granted, each unit once."""
    store = context.open_store(context.settings())
    from clearance.commands.run import say_grant
    from clearance.grant.step import grant as record

    with store.claimed(), context.session() as spark:
        result = record(spark, store, sweep_id=sweep, rules=context.rules)
    context.show(result, lambda console: say_grant(result, console))
