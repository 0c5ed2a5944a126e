"""`clearance demo`: all steps with made-up people, as of a fixed day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.commands.options import Out, with_context
from clearance.commands.run import RunResult, run_steps
from clearance.commands.steps.feed import print_feed
from clearance.commands.synth import FEEDS, load_made_up_feeds
from clearance.platform.paths import conf_folder
from clearance.settings import DEMO_CONFIG

if TYPE_CHECKING:
    from clearance.feed.step import FeedResult

AS_OF = date(2026, 11, 1)
SEED = 64


@with_context()
def demo(
    context: CommandContext,
    people: Annotated[int, typer.Option("--people", help="How many people to make up.")] = 2000,
    out: Out = Path("out/demo"),
) -> None:
    """Made-up people through the whole line, as of a fixed day; by every pack there is.

    Example: `clearance demo --people 500 --out out/demo`
    """
    config = context.config or conf_folder() / DEMO_CONFIG
    made_up = replace(context, store=str(out / "store"), config=config)
    result = run_demo(made_up, people=people, out=out)
    context.show(result, result.print_lines)


@dataclass(frozen=True)
class DemoResult:
    """The results of the demo.

    Attributes:
        store: the folder of the tables.
        feeds: the results of the side feeds, in the order in which they were loaded.
        steps: the results of the five steps.
    """

    store: str
    feeds: tuple[FeedResult, ...]
    steps: RunResult

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: the feeds by kind under `feed`, then an object for each step."""
        return {"feed": {feed.kind: feed.as_dict() for feed in self.feeds}, **self.steps.as_dict()}

    def print_lines(self, console: Console) -> None:
        """A few lines for a person."""
        for feed in self.feeds:
            print_feed(feed, console)
        self.steps.print_lines(console)
        console.print(f"store     {self.store}")


def run_demo(context: CommandContext, *, people: int, out: Path) -> DemoResult:
    """Make people up and run all steps; the same number gives the same results every time.

    Args:
        context: names the store, under `out`.
        people: how many.
        out: the folder for input, feeds, store, packets and report.
    """
    from clearance.synth.feeds import write_feeds
    from clearance.synth.step import synthesize

    settings = context.settings()
    store = context.open_store(settings)
    made = synthesize(people=people, out=out / "input", seed=SEED, as_of=AS_OF, files=4)
    made_feeds = write_feeds(people=people, out=out / FEEDS, seed=SEED, as_of=AS_OF)
    with store.write_lock(make=True), context.session(made.files) as spark:
        feeds = load_made_up_feeds(spark, store, feeds=made_feeds, dated=AS_OF, rules=context.rules)
        steps = run_steps(
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
    return DemoResult(store.uri, feeds, steps)
