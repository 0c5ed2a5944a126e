"""What the research file does not say: side feeds."""

from __future__ import annotations

from typing import Annotated

import typer

from clearance.commands.context import CommandContext, as_date
from clearance.commands.options import with_context

app = typer.Typer()


@app.command()
@with_context("store", "rules", "config")
def feed(
    context: CommandContext,
    kind: Annotated[
        str, typer.Argument(help="registry, supervision, petitions, merges or reviews.")
    ],
    files: Annotated[list[str], typer.Argument(help="CSV files, which together are the feed.")],
    dated: Annotated[
        str | None, typer.Option("--dated", help="The day the feed is as of, YYYY-MM-DD.")
    ] = None,
) -> None:
    """Take a side feed in, in place of the one before: all of it, or nothing."""
    store = context.open_store(context.settings())
    day = as_date(dated, "--dated")
    from clearance.commands.run import say_feed
    from clearance.feed.kinds import kind_named
    from clearance.feed.read import checked_feed
    from clearance.feed.step import take_feed
    from clearance.prepare.record.rules import load_record_rules

    wanted = kind_named(kind, counties=load_record_rules(context.rules).counties)
    with (
        checked_feed(wanted, files) as checked,
        store.claimed(make=True),
        context.session(files) as spark,
    ):
        result = take_feed(spark, store, feed=checked, dated=day)
    context.show(result, lambda console: say_feed(result, console))
