"""What a store answers: about one person, about its sweeps, and whether all is fit to run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context
from clearance.errors import EXIT_STORE

app = typer.Typer()


@app.command()
@with_context("store", "config")
def explain(
    context: CommandContext,
    subject_id: Annotated[str, typer.Argument(help="SUBJECT_ID as in the research file.")],
    sweep: Annotated[str | None, typer.Option("--sweep", help="As that sweep left it.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also every fact of each pack, and how it turned out.")
    ] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also as a page, to print.")] = None,
) -> None:
    """One person's record and each decision: why, by which clause, and what would change it."""
    store = context.open_store(context.settings())
    from clearance.explain.page import write_page
    from clearance.explain.render import show
    from clearance.explain.step import explain as look_up

    with context.session() as spark:
        result = look_up(spark, store, subject_id=subject_id, rules=context.rules, sweep_id=sweep)
    if html is not None:
        write_page(result, html)
    context.show(result, lambda console: show(result, console, everything=everything))


@app.command()
@with_context("store", "rules", "config")
def diff(
    context: CommandContext,
    sweeps: Annotated[
        list[str] | None,
        typer.Argument(help="Two sweeps; or one (else the latest) whose record is decided again."),
    ] = None,
    assumed: Annotated[
        list[str] | None,
        typer.Option("--set", help="A param's value to assume, NAME=VALUE; repeatable."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="A rules folder in place of what the sweep left."),
    ] = None,
    by_county: Annotated[bool, typer.Option("--by-county", help="Tell counties apart.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Also as a file: .csv or .html.")
    ] = None,
) -> None:
    """Who gets another answer: by two sweeps, or by other rules over one record."""
    settings = context.settings()
    store = context.open_store(settings)
    from clearance.diff.assumed import assumed_values
    from clearance.diff.sides import OtherRules
    from clearance.diff.step import diff as compare
    from clearance.diff.written import format_of, lines, write
    from clearance.publish.words import load_reasons

    if out is not None:
        format_of(out)
    rules = OtherRules(context.rules, settings, assumed_values(assumed or []))
    with context.session() as spark:
        result = compare(
            spark,
            store,
            sweeps=sweeps or (),
            against=OtherRules(against, settings, {}) if against is not None else None,
            rules=rules,
            by_county=by_county,
        )
    if out is not None:
        write(result, out, reasons=load_reasons(context.rules))
    context.show(result, lambda console: console.print("\n".join(lines(result))))


@app.command()
@with_context("store", "config")
def export(
    context: CommandContext,
    out: Annotated[Path, typer.Option("--out", help="The file to write: .parquet or .csv.")],
    sweep: Annotated[str | None, typer.Option("--sweep", help="As that sweep left it.")] = None,
) -> None:
    """Every determination of a sweep, in words, as one Parquet or CSV file."""
    store = context.open_store(context.settings())
    from clearance.export.step import export as write_out
    from clearance.export.step import format_of

    format_of(out)
    with context.session() as spark:
        result = write_out(spark, store, out=out, rules=context.rules, sweep_id=sweep)
    context.show(result, lambda console: console.print(f"export    {out}: {result.rows:,} rows"))


@app.command()
@with_context("store", "config")
def sweeps(context: CommandContext) -> None:
    """The sweeps of a store, oldest first."""
    store = context.open_store(context.settings())
    from clearance.commands.doctor import list_sweeps, say_sweeps

    with context.session() as spark:
        rows = list_sweeps(spark, store)
    context.show(rows, lambda console: say_sweeps(rows, console))


@app.command()
@with_context("store", "config")
def replay(
    context: CommandContext,
    sweep: Annotated[str, typer.Argument(help="A sweep's id, from `clearance sweeps`.")],
) -> None:
    """Decide an old sweep again from what the store kept, and compare digests."""
    store = context.open_store(context.settings())
    from clearance.determine.replay import replay as decide_again

    with context.session() as spark:
        result = decide_again(spark, store, sweep_id=sweep, rules=context.rules)
    if result.agrees or context.as_json:
        context.show(result, lambda console: console.print(result.digest))
    result.raise_for_difference()


@app.command()
@with_context("store", "config")
def doctor(context: CommandContext) -> None:
    """Java, Spark, Delta, memory, store and rulebook: each ok, or what to do."""
    from clearance.commands.doctor import diagnose, say_checks

    checks = diagnose(replace(context, quiet=True))
    context.show(checks, lambda console: say_checks(checks, console))
    if not all(check["ok"] for check in checks):
        raise typer.Exit(EXIT_STORE)
