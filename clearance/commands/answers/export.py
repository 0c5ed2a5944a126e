"""`clearance export`: writes a sweep's determinations into one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context


@with_context("store", "config")
def export(
    context: CommandContext,
    out: Annotated[Path, typer.Option("--out", help="The file to write: .parquet or .csv.")],
    sweep: Annotated[
        str | None, typer.Option("--sweep", help="As that sweep left it; without it, the latest.")
    ] = None,
) -> None:
    """Every determination of a sweep, in words, as one Parquet or CSV file.

    Example: `clearance export --store STORE --out decided.parquet`
    """
    store = context.open_store(context.settings())
    from clearance.export import step

    step.format_of(out)  # an unknown format is an error before Spark starts
    with context.session() as spark:
        result = step.export(spark, store, out=out, rules=context.rules, sweep_id=sweep)
    context.show(result, lambda console: console.print(f"export    {out}: {result.rows:,} rows"))
