"""`clearance synth`: made-up people, as research files with feeds or as a store."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearance.commands.context import CommandContext, required_date
from clearance.commands.options import Out, with_context
from clearance.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from clearance.feed.step import FeedResult
    from clearance.platform.store.store import Store
    from clearance.synth.feeds import MadeFeed
    from clearance.synth.step import SynthResult

FEEDS = "feeds"


class State(StrEnum):
    """Which people are made up: few, with every case, or the whole state in proportion."""

    SMALL = "small"
    CALIFORNIA = "california"


@with_context()
def synth(
    context: CommandContext,
    people: Annotated[int, typer.Option("--people", help="How many people to make up.")],
    out: Out,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    as_of: Annotated[
        str, typer.Option("--as-of", help="The day of the made-up extract, YYYY-MM-DD.")
    ] = "2026-11-01",
    form: Annotated[str, typer.Option("--format", help="csv or delta")] = "csv",
    state: Annotated[
        str, typer.Option("--state", help="small, or california: the whole state in proportion")
    ] = "small",
    second_month: Annotated[
        bool,
        typer.Option("--second-month", help="Also the extract of a month later (california, csv)."),
    ] = False,
    processes: Annotated[
        int | None,
        typer.Option(
            "--processes", help="How many write california; same bytes. Without it, as many as fit."
        ),
    ] = None,
) -> None:
    """Made-up people in the research file's own format, with its mess; and side feeds.

    Example: `clearance synth --people 100 --out out/people --seed 7`
    """
    day = required_date(as_of, "--as-of")
    if form not in ("csv", "delta"):
        raise UsageError(f"Unknown format `{form}`.", "Write --format csv or --format delta.")
    if state not in ("small", "california"):
        raise UsageError(f"Unknown state `{state}`.", "Write --state small or --state california.")
    if second_month and (state, form) != ("california", "csv"):
        raise UsageError(
            "Only files of California have a second month.",
            "Add --state california, without --format delta.",
        )
    context.show_progress()
    if form == "delta":
        result = _synth_delta(
            replace(context, store=str(out)),
            people=people,
            out=out,
            seed=seed,
            as_of=day,
            state=State(state),
            processes=processes,
        )
    else:
        result = _synth_csv(
            people=people,
            out=out,
            seed=seed,
            as_of=day,
            state=State(state),
            second_month=second_month,
            processes=processes,
        )
    context.show(result, lambda console: print_synth(result, console))


def _synth_csv(
    *,
    people: int,
    out: Path,
    seed: int,
    as_of: date,
    state: State,
    second_month: bool = False,
    processes: int | None = None,
) -> SynthResult:
    """Write a research file of made-up people, and the feeds about them in a folder beside it.

    Args:
        people: how many.
        out: the folder.
        seed: same seed, same bytes.
        as_of: the last day on their records.
        state: which people.
        second_month: whether the extract of a month later is made too; of California only.
        processes: how many write California; None for as many as may run at a time.
    """
    from clearance.platform.watch.progress import show_parts_done
    from clearance.synth.california.step import synthesize_state
    from clearance.synth.feeds import write_feeds
    from clearance.synth.step import synthesize

    if state is State.CALIFORNIA:
        with show_parts_done(f"Writing people into {out}", parts="people", total=people) as done:
            return synthesize_state(
                people=people,
                out=out,
                seed=seed,
                as_of=as_of,
                second_month=second_month,
                processes=processes,
                done=done,
            )
    made = synthesize(people=people, out=out, seed=seed, as_of=as_of)
    feeds = write_feeds(people=people, out=out / FEEDS, seed=seed, as_of=as_of)
    return replace(made, feeds=feeds)


def _synth_delta(
    context: CommandContext,
    *,
    people: int,
    out: Path,
    seed: int,
    as_of: date,
    state: State,
    processes: int | None = None,
) -> SynthResult:
    """Write a store of made-up people, ready for `prepare`, with the feeds about them.

    Args:
        context: names the store, which is `out`.
        people: how many.
        out: the store's folder.
        seed: same seed, same people.
        as_of: the last day on their records.
        state: which people.
        processes: how many write California; None for as many as may run at a time.
    """
    from clearance.ingest.step import ingest
    from clearance.platform.clock import wall_clock

    store = context.open_store(context.settings())
    with tempfile.TemporaryDirectory() as folder, store.write_lock(make=True):
        made = _synth_csv(
            people=people,
            out=Path(folder),
            seed=seed,
            as_of=as_of,
            state=state,
            processes=processes,
        )
        with context.session(made.files) as spark:
            ingest(
                spark,
                store,
                inputs=list(made.files),
                extract_date=as_of,
                complete=True,
                quarantine_limit=1.0,
                clock=wall_clock,
            )
            load_made_up_feeds(spark, store, feeds=made.feeds, dated=as_of, rules=context.rules)
    return replace(made, files=(str(out),), feeds=())


def load_made_up_feeds(
    spark: SparkSession, store: Store, *, feeds: Sequence[MadeFeed], dated: date, rules: Path
) -> tuple[FeedResult, ...]:
    """Load the feeds about made-up people into the store, in their order.

    Args:
        spark: the session.
        store: the store.
        feeds: the files.
        dated: the day they are as of.
        rules: the rules folder, which has the names of the counties.
    """
    from clearance.feed.kinds import find_kind
    from clearance.feed.read import checked_feed
    from clearance.feed.step import load_feed
    from clearance.prepare.record.rules import load_record_rules

    counties = load_record_rules(rules).counties
    results = []
    for feed in feeds:
        with checked_feed(find_kind(feed.kind, counties=counties), [feed.file]) as checked:
            results.append(load_feed(spark, store, feed=checked, dated=dated))
    return tuple(results)


def print_synth(result: SynthResult, console: Console) -> None:
    """Print how many people and rows were made up, and the paths of their files."""
    path = Path(result.files[0])
    folder = path.parent if result.feeds else path
    console.print(f"{result.people:,} people, {result.rows:,} rows in {folder}")
    for feed in result.feeds:
        console.print(f"the feed {feed.kind}, {feed.rows:,} rows: {feed.file}")
    if result.changed:
        changes = ", ".join(f"{kind} {count:,}" for kind, count in result.changed.items())
        console.print(f"people who differ from the month before: {changes}")
    if result.second_month is not None:
        print_synth(result.second_month, console)
