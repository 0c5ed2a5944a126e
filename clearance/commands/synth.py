"""Made-up people: the demo, and files of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from clearance.commands.context import CommandContext, needed_date
from clearance.commands.options import AsOf, Out, with_context
from clearance.errors import UsageError
from clearance.platform.paths import conf_folder
from clearance.settings import DEMO_CONFIG

app = typer.Typer()


@app.command()
@with_context()
def demo(
    context: CommandContext,
    people: Annotated[int, typer.Option("--people", help="How many people to make up.")] = 2000,
    out: Out = Path("out/demo"),
) -> None:
    """Made-up people through the whole line, as of a fixed day; by every pack there is."""
    from clearance.commands.demo import run_demo

    config = context.config or conf_folder() / DEMO_CONFIG
    made_up = replace(context, store=str(out / "store"), config=config)
    result = run_demo(made_up, people=people, out=out)
    context.show(result, result.say)


@app.command()
@with_context()
def synth(
    context: CommandContext,
    people: Annotated[int, typer.Option("--people", help="How many people to make up.")],
    out: Out,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    as_of: AsOf = "2026-11-01",
    form: Annotated[str, typer.Option("--format", help="csv or delta")] = "csv",
    state: Annotated[
        str, typer.Option("--state", help="small, or california: the whole state in proportion")
    ] = "small",
    second_month: Annotated[
        bool,
        typer.Option("--second-month", help="Also the extract of a month later (california, csv)."),
    ] = False,
    processes: Annotated[
        int | None, typer.Option("--processes", help="How many write california; same bytes.")
    ] = None,
) -> None:
    """Made-up people in the research file's own format, with its mess; and side feeds."""
    day = needed_date(as_of, "--as-of")
    if form not in ("csv", "delta"):
        raise UsageError(f"`{form}` is no format.", "Write --format csv or --format delta.")
    if state not in ("small", "california"):
        raise UsageError(f"`{state}` is no state.", "Write --state small or --state california.")
    if second_month and (state, form) != ("california", "csv"):
        raise UsageError(
            "Only files of California have a second month.",
            "Add --state california, without --format delta.",
        )
    from clearance.commands.demo import State, say_synth, synth_csv, synth_delta

    context.show_progress()
    if form == "delta":
        into = replace(context, store=str(out))
        result = synth_delta(
            into,
            people=people,
            out=out,
            seed=seed,
            as_of=day,
            state=State(state),
            processes=processes,
        )
    else:
        result = synth_csv(
            people=people,
            out=out,
            seed=seed,
            as_of=day,
            state=State(state),
            second_month=second_month,
            processes=processes,
        )
    context.show(result, lambda console: say_synth(result, console))
