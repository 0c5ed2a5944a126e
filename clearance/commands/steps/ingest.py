"""The steps of the line, each by itself, and the whole line."""

from __future__ import annotations

from typing import Annotated

import typer

from clearance.commands.context import CommandContext, as_date, needed_date
from clearance.commands.options import (
    Accept,
    AcceptUnread,
    AsOf,
    Complete,
    Counties,
    ExtractDate,
    Inputs,
    Out,
    Xlsx,
    with_context,
)

app = typer.Typer()


@app.command()
@with_context("store", "config")
def ingest(
    context: CommandContext,
    inputs: Inputs,
    extract_date: ExtractDate = None,
    complete: Complete = False,
    accept_quarantine: Accept = False,
    accept_unread: AcceptUnread = False,
) -> None:
    """Take research files in as one extract: source_rows, quarantine, source_files."""
    settings = context.settings()
    store = context.open_store(settings)
    drawn = as_date(extract_date, "--extract-date")
    _look_for(inputs)
    from clearance.commands.run import say_ingest
    from clearance.ingest.step import ingest as take_in
    from clearance.platform.clock import wall_clock

    with store.claimed(make=True), context.session(inputs) as spark:
        result = take_in(
            spark,
            store,
            inputs=inputs,
            extract_date=drawn,
            complete=complete,
            quarantine_limit=settings.quarantine_limit,
            unread_limit=settings.unread_limit,
            unpack_limit=settings.unpack_limit,
            accept_quarantine=accept_quarantine,
            accept_unread=accept_unread,
            clock=wall_clock,
        )
    context.show(result, lambda console: say_ingest(result, console))


@app.command()
@with_context("store", "config")
def prepare(
    context: CommandContext,
    history: Annotated[
        bool, typer.Option("--history", help="Also write every typed event row into `history`.")
    ] = False,
) -> None:
    """Make charges and arrests of the source rows."""
    store = context.open_store(context.settings())
    from clearance.commands.run import say_prepare
    from clearance.prepare.step import prepare as make

    with store.claimed(), context.session() as spark:
        result = make(spark, store, rules=context.rules, with_history=history)
    context.show(result, lambda console: say_prepare(result, console))


@app.command()
@with_context("store", "config")
def determine(
    context: CommandContext,
    as_of: AsOf = None,
    pack: Annotated[
        list[str] | None, typer.Option("--pack", help="Only this pack; repeatable.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Again, even if nothing changed.")] = False,
    signed_off: Annotated[
        bool, typer.Option("--signed-off", help="Refuse packs that no lawyer has signed off.")
    ] = False,
) -> None:
    """One sweep: the packs in force over every unit, into determinations."""
    day = needed_date(as_of, "--as-of")
    settings = context.settings()
    store = context.open_store(settings)
    from clearance.commands.run import say_sweep
    from clearance.determine.plan import plan_sweep
    from clearance.determine.signed import check_signed
    from clearance.determine.step import determine as sweep
    from clearance.platform.clock import wall_clock
    from clearance.rulebook.loading.load import load_rulebook

    rulebook = load_rulebook(context.rules)
    plan = plan_sweep(rulebook, settings, as_of=day, selected=pack or ())
    if signed_off:
        check_signed(plan)
    with store.claimed(), context.session() as spark:
        result = sweep(
            spark,
            store,
            as_of=day,
            rules=context.rules,
            settings=settings,
            clock=wall_clock,
            selected=pack or (),
            full=full,
            rulebook=rulebook,
        )
    context.show(result, lambda console: say_sweep(result, console))


@app.command()
@with_context("store", "config")
def publish(
    context: CommandContext,
    out: Out,
    county: Counties = None,
    files: Annotated[
        str | None, typer.Option("--files", help="all,condensed,prop64,relief")
    ] = None,
    xlsx: Xlsx = False,
    horizon_months: Annotated[
        int | None,
        typer.Option(help="How far prosecutors look ahead.", min=1, max=1200),
    ] = None,
) -> None:
    """County packets, prosecutors' look-ahead and statistics from the latest sweep."""
    store = context.open_store(context.settings())
    from clearance.commands.run import packet_files, say_publish
    from clearance.publish.step import publish as publish_latest

    wanted, counties = packet_files(files), _counties(context, county)
    with context.session() as spark:
        result = publish_latest(
            spark,
            store,
            out=out,
            rules=context.rules,
            counties=counties,
            files=wanted,
            xlsx=xlsx,
            horizon_months=horizon_months,
        )
    context.show(result, lambda console: say_publish(result, console))


@app.command()
@with_context("store", "config")
def report(context: CommandContext, out: Out) -> None:
    """One self-contained HTML page about the latest sweep."""
    store = context.open_store(context.settings())
    from clearance.report.step import write_report

    with context.session() as spark:
        result = write_report(spark, store, out=out, rules=context.rules)
    context.show(result, lambda console: console.print(str(result.out)))


@app.command()
@with_context("store", "config")
def run(
    context: CommandContext,
    inputs: Inputs,
    out: Out,
    as_of: AsOf = None,
    extract_date: ExtractDate = None,
    complete: Complete = False,
    accept_quarantine: Accept = False,
    accept_unread: AcceptUnread = False,
    county: Counties = None,
    xlsx: Xlsx = False,
) -> None:
    """The whole line: ingest, prepare, determine, publish, report."""
    day = needed_date(as_of, "--as-of")
    drawn = as_date(extract_date, "--extract-date")
    settings = context.settings()
    store = context.open_store(settings)
    _look_for(inputs)
    from clearance.commands.run import whole_line
    from clearance.determine.plan import plan_sweep
    from clearance.rulebook.loading.load import load_rulebook

    counties = _counties(context, county)
    rulebook = load_rulebook(context.rules)
    plan_sweep(rulebook, settings, as_of=day)
    with store.claimed(make=True), context.session(inputs) as spark:
        result = whole_line(
            spark,
            store,
            inputs=inputs,
            as_of=day,
            out=out,
            rules=context.rules,
            settings=settings,
            rulebook=rulebook,
            extract_date=drawn,
            complete=complete,
            accept_quarantine=accept_quarantine,
            accept_unread=accept_unread,
            counties=counties,
            xlsx=xlsx,
        )
    context.show(result, result.say)


def _counties(context: CommandContext, asked: list[str] | None) -> list[str] | None:
    """Name an unknown county before Spark starts."""
    from clearance.publish.counties import asked_counties, known_counties

    return asked_counties(asked, known=known_counties(context.rules)) if asked else None


def _look_for(inputs: list[str]) -> None:
    """Name a missing input before Spark starts."""
    from clearance.ingest.files.found import local_files

    local_files(inputs)
