"""`clearance explain`: shows a person's record and decisions."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context

if TYPE_CHECKING:
    from clearance.explain.model import Explanation


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
    from clearance.explain.page import write_page
    from clearance.explain.render import show

    result = _explanation(context, subject_id, sweep)
    if html is not None:
        write_page(result, html)
    context.show(result, lambda console: show(result, console, everything=everything))


def _explanation(context: CommandContext, subject_id: str, sweep: str | None) -> Explanation:
    """The explanation, read without Spark where that can be done."""
    store = context.open_store(context.settings())
    from clearance.explain.reader import NotReadable, delta_reader
    from clearance.explain.step import explain, explain_by

    person: dict[str, Any] = {"subject_id": subject_id, "rules": context.rules, "sweep_id": sweep}
    if (reader := delta_reader(store)) is not None:
        os.umask(0o077)
        with suppress(NotReadable):
            return explain_by(reader, **person)
    with context.session() as spark:
        return explain(spark, store, **person)
