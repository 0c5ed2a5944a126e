"""The demo: made-up people through the whole line, as of a fixed day."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession
from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.commands.run import LineResult, say_feed, whole_line
from clearance.feed.kinds import kind_named
from clearance.feed.read import checked_feed
from clearance.feed.step import FeedResult, take_feed
from clearance.ingest.step import ingest
from clearance.platform.clock import wall_clock
from clearance.platform.store.store import Store
from clearance.platform.watch.progress import counting
from clearance.prepare.record.rules import load_record_rules
from clearance.synth.california.step import synthesize_state
from clearance.synth.feeds import MadeFeed, write_feeds
from clearance.synth.step import SynthResult, synthesize

AS_OF = date(2026, 11, 1)
SEED = 64
FEEDS = "feeds"


class State(StrEnum):
    """Which people are made up: few, with all there is, or the whole state in proportion."""

    SMALL = "small"
    CALIFORNIA = "california"


@dataclass(frozen=True)
class DemoResult:
    """What the demo did.

    Attributes:
        feeds: the side feeds, in the order in which they were taken in.
        line: the five steps after them.
    """

    feeds: tuple[FeedResult, ...]
    line: LineResult

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: the feeds by kind under `feed`, then one object a step."""
        return {"feed": {feed.kind: feed.as_dict() for feed in self.feeds}, **self.line.as_dict()}

    def say(self, console: Console) -> None:
        """A few lines for a person."""
        for feed in self.feeds:
            say_feed(feed, console)
        self.line.say(console)


def run_demo(context: CommandContext, *, people: int, out: Path) -> DemoResult:
    """Generate, run, report; the same people give the same results every time.

    Args:
        context: names the store, under `out`.
        people: how many.
        out: where input, feeds, store, packets and report go.
    """
    settings = context.settings()
    store = context.open_store(settings)
    made = synthesize(people=people, out=out / "input", seed=SEED, as_of=AS_OF, files=4)
    feeds = write_feeds(people=people, out=out / FEEDS, seed=SEED, as_of=AS_OF)
    with store.claimed(make=True), context.session(made.files) as spark:
        taken = _take_feeds(spark, store, feeds=feeds, dated=AS_OF, rules=context.rules)
        line = whole_line(
            spark,
            store,
            inputs=list(made.files),
            as_of=AS_OF,
            out=out,
            rules=context.rules,
            settings=settings,
            extract_date=AS_OF,
            complete=True,
        )
    return DemoResult(taken, line)


def _take_feeds(
    spark: SparkSession, store: Store, *, feeds: Sequence[MadeFeed], dated: date, rules: Path
) -> tuple[FeedResult, ...]:
    counties = load_record_rules(rules).counties
    results = []
    for feed in feeds:
        with checked_feed(kind_named(feed.kind, counties=counties), [feed.file]) as checked:
            results.append(take_feed(spark, store, feed=checked, dated=dated))
    return tuple(results)


def synth_csv(
    *,
    people: int,
    out: Path,
    seed: int,
    as_of: date,
    state: State = State.SMALL,
    second_month: bool = False,
    processes: int | None = None,
) -> SynthResult:
    """Made-up people as a research file, and the feeds about them in a folder beside it.

    Args:
        people: how many.
        out: the folder.
        seed: same seed, same bytes.
        as_of: nothing on their records is later.
        state: which of the two.
        second_month: whether the extract of a month later is made too; of California only.
        processes: how many write California; None for as many as may run at a time.
    """
    if state is State.CALIFORNIA:
        with counting(f"Writing people into {out}", parts="people", total=people) as done:
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


def synth_delta(
    context: CommandContext,
    *,
    people: int,
    out: Path,
    seed: int,
    as_of: date,
    state: State = State.SMALL,
    processes: int | None = None,
) -> SynthResult:
    """Made-up people as a store that `prepare` accepts, with the feeds about them.

    Args:
        context: names the store, which is `out`.
        people: how many.
        out: the store's folder.
        seed: same seed, same people.
        as_of: nothing on their records is later.
        state: which of the two.
        processes: how many write California; None for as many as may run at a time.
    """
    store = context.open_store(context.settings())
    with tempfile.TemporaryDirectory() as folder, store.claimed(make=True):
        made = synth_csv(
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
            _take_feeds(spark, store, feeds=made.feeds, dated=as_of, rules=context.rules)
    return replace(made, files=(str(out),), feeds=())


def say_synth(result: SynthResult, console: Console) -> None:
    """How much was made up, and where it is."""
    where = Path(result.files[0])
    folder = where.parent if result.feeds else where
    console.print(f"{result.people:,} people, {result.rows:,} rows in {folder}")
    for feed in result.feeds:
        console.print(f"the feed {feed.kind}, {feed.rows:,} rows: {feed.file}")
    if result.changed:
        what = ", ".join(f"{kind} {count:,}" for kind, count in result.changed.items())
        console.print(f"people who differ from the month before: {what}")
    if result.second_month is not None:
        say_synth(result.second_month, console)
