"""`clearance feed`: loads a side feed, data of another office about the same people."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearance.commands.context import CommandContext, parse_date
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
    """Load a side feed in place of the one before: all of it, or nothing.

    Example: `clearance feed registry registry.csv --store STORE --dated 2026-11-01`
    """
    store = context.open_store(context.settings())
    day = parse_date(dated, "--dated")
    from clearance.feed.kinds import find_kind
    from clearance.feed.read import checked_feed
    from clearance.feed.step import load_feed
    from clearance.prepare.record.rules import load_record_rules

    wanted = find_kind(kind, counties=load_record_rules(context.rules).counties)
    with (
        checked_feed(wanted, files) as checked,
        store.write_lock(make=True),
        context.session(files) as spark,
    ):
        result = load_feed(spark, store, feed=checked, dated=day)
    context.show(result, lambda console: print_feed(result, console))


def print_feed(result: FeedResult, console: Console) -> None:
    """Print the feed's rows and day, and those of the feed it replaced."""
    now = f"{result.rows:,} rows {_format_day(result.dated)}"
    if result.nothing_new:
        console.print(f"feed      {result.kind}: the same {now} are loaded already; nothing to do")
        return
    before = ""
    if result.replaced_rows is not None:
        before = f", in place of {result.replaced_rows:,} rows {_format_day(result.replaced_dated)}"
    console.print(f"feed      {result.kind}: {now}{before} (version {result.version})")


def _format_day(day: date | None) -> str:
    return f"as of {day}" if day else "without a date"
