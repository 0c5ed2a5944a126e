"""`clearance report`: one page about the latest sweep."""

from __future__ import annotations

from clearance.commands.context import CommandContext
from clearance.commands.options import Out, with_context


@with_context("store", "config")
def report(context: CommandContext, out: Out) -> None:
    """One self-contained HTML page about the latest sweep."""
    store = context.open_store(context.settings())
    from clearance.report.step import write_report

    with context.session() as spark:
        result = write_report(spark, store, out=out, rules=context.rules)
    context.show(result, lambda console: console.print(str(result.out)))
