"""`clearance replay`: decides an old sweep again."""

from __future__ import annotations

from typing import Annotated

import typer

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context


@with_context("store", "config")
def replay(
    context: CommandContext,
    sweep: Annotated[str, typer.Argument(help="A sweep's id, from `clearance sweeps`.")],
) -> None:
    """Decide an old sweep again from what the store kept, and compare digests.

    Example: `clearance replay SWEEP --store STORE`
    """
    store = context.open_store(context.settings())
    from clearance.determine.replay import replay as decide_again

    with context.session() as spark:
        result = decide_again(spark, store, sweep_id=sweep, rules=context.rules)
    if result.agrees or context.as_json:
        context.show(result, lambda console: console.print(result.digest))
    result.raise_for_difference()
