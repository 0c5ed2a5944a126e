"""`clearance report`: a statewide page about the latest sweep, and a page for each county."""

from __future__ import annotations

from clearance.commands.context import CommandContext
from clearance.commands.options import Out, with_context


@with_context("store", "config")
def report(context: CommandContext, out: Out) -> None:
    """A self-contained HTML page about the latest sweep, and one for each county beside it.

    They are in `counties/` beside `report.html`, in `NAME-counties/` beside any other `NAME.html`.

    Example: `clearance report --store STORE --out OUT/report.html`
    """
    store = context.open_store(context.settings())
    from clearance.report.step import write_report

    with context.session() as spark:
        result = write_report(spark, store, out=out, rules=context.rules)
    context.show(result, lambda console: console.print(str(result.out)))
