"""`clearance explain`: shows a person's record and decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context


@with_context("store", "config")
def explain(
    context: CommandContext,
    subject_id: Annotated[str, typer.Argument(help="SUBJECT_ID as in the research file.")],
    sweep: Annotated[
        str | None, typer.Option("--sweep", help="As that sweep left it; without it, the latest.")
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Also every fact of each pack, how it turned out, and hashes of reviews."
        ),
    ] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also as a page, to print.")] = None,
) -> None:
    """One person's record and each decision: why, by which clause, and what would change it.

    Example: `clearance explain SUBJECT_ID --store STORE --html person.html`
    """
    store = context.open_store(context.settings())
    from clearance.explain import step
    from clearance.explain.page import write_page
    from clearance.explain.render import show

    with context.session() as spark:
        result = step.explain(
            spark, store, subject_id=subject_id, rules=context.rules, sweep_id=sweep
        )
    if html is not None:
        write_page(result, html)
    context.show(result, lambda console: show(result, console, everything=everything))
