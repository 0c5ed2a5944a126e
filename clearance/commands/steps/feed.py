"""`clearance feed`: what the research file does not say, taken in as a side feed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearance.commands.context import CommandContext, as_date
from clearance.commands.options import with_context

if TYPE_CHECKING:
    from clearance.feed.step import FeedResult


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
    from clearance.feed.kinds import kind_named
    from clearance.feed.read import checked_feed
    from clearance.feed.step import take_feed
    from clearance.prepare.record.rules import load_record_rules

    wanted = kind_named(kind, counties=load_record_rules(context.rules).counties)
    with (
        checked_feed(wanted, files) as checked,
        store.write_lock(make=True),
        context.session(files) as spark,
    ):
        result = take_feed(spark, store, feed=checked, dated=day)
    context.show(result, lambda console: print_feed(result, console))


def print_feed(result: FeedResult, console: Console) -> None:
    """What the feed is now, and what it replaced."""
    now = f"{result.rows:,} rows {_as_of(result.dated)}"
    if result.nothing_new:
        console.print(f"feed      {result.kind}: the same {now} stand there; nothing to do")
        return
    before = ""
    if result.replaced_rows is not None:
        before = f", in place of {result.replaced_rows:,} rows {_as_of(result.replaced_dated)}"
    console.print(f"feed      {result.kind}: {now}{before} (version {result.version})")


def _as_of(day: date | None) -> str:
    return f"as of {day}" if day else "without a date"
