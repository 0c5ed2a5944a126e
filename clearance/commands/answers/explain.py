"""What a store answers: about one person, about its sweeps, and whether all is fit to run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from clearance.commands.context import Frame
from clearance.commands.options import with_frame
from clearance.errors import EXIT_STORE

app = typer.Typer()


@app.command()
@with_frame("store", "config")
def explain(
    frame: Frame,
    subject_id: Annotated[str, typer.Argument(help="SUBJECT_ID as in the research file.")],
    sweep: Annotated[str | None, typer.Option("--sweep", help="As that sweep left it.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also every fact of each pack, and how it turned out.")
    ] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also as a page, to print.")] = None,
) -> None:
    """One person's record and each decision: why, by which clause, and what would change it."""
    place = frame.open_store(frame.settings())
    from clearance.explain.page import write_page
    from clearance.explain.render import show
    from clearance.explain.step import explain as look_up

    with frame.session() as spark:
        result = look_up(spark, place, subject_id=subject_id, rules=frame.rules, sweep_id=sweep)
    if html is not None:
        write_page(result, html)
    frame.show(result, lambda console: show(result, console, everything=everything))


@app.command()
@with_frame("store", "rules", "config")
def diff(
    frame: Frame,
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
    settings = frame.settings()
    place = frame.open_store(settings)
    from clearance.diff.assumed import assumed_values
    from clearance.diff.sides import OtherRules
    from clearance.diff.step import diff as compare
    from clearance.diff.written import format_of, lines, write
    from clearance.publish.words import load_reasons

    if out is not None:
        format_of(out)
    rules = OtherRules(frame.rules, settings, assumed_values(assumed or []))
    with frame.session() as spark:
        result = compare(
            spark,
            place,
            sweeps=sweeps or (),
            against=OtherRules(against, settings, {}) if against is not None else None,
            rules=rules,
            by_county=by_county,
        )
    if out is not None:
        write(result, out, reasons=load_reasons(frame.rules))
    frame.show(result, lambda console: console.print("\n".join(lines(result))))


@app.command()
@with_frame("store", "config")
def export(
    frame: Frame,
    out: Annotated[Path, typer.Option("--out", help="The file to write: .parquet or .csv.")],
    sweep: Annotated[str | None, typer.Option("--sweep", help="As that sweep left it.")] = None,
) -> None:
    """Every determination of a sweep, in words, as one Parquet or CSV file."""
    place = frame.open_store(frame.settings())
    from clearance.export.step import export as write_out
    from clearance.export.step import format_of

    format_of(out)
    with frame.session() as spark:
        result = write_out(spark, place, out=out, rules=frame.rules, sweep_id=sweep)
    frame.show(result, lambda console: console.print(f"export    {out}: {result.rows:,} rows"))


@app.command()
@with_frame("store", "config")
def sweeps(frame: Frame) -> None:
    """The sweeps of a store, oldest first."""
    place = frame.open_store(frame.settings())
    from clearance.commands.doctor import list_sweeps, say_sweeps

    with frame.session() as spark:
        rows = list_sweeps(spark, place)
    frame.show(rows, lambda console: say_sweeps(rows, console))


@app.command()
@with_frame("store", "config")
def replay(
    frame: Frame,
    sweep: Annotated[str, typer.Argument(help="A sweep's id, from `clearance sweeps`.")],
) -> None:
    """Decide an old sweep again from what the store kept, and compare digests."""
    place = frame.open_store(frame.settings())
    from clearance.determine.replay import replay as decide_again

    with frame.session() as spark:
        result = decide_again(spark, place, sweep_id=sweep, rules=frame.rules)
    if result.agrees or frame.as_json:
        frame.show(result, lambda console: console.print(result.digest))
    result.raise_for_difference()


@app.command()
@with_frame("store", "config")
def doctor(frame: Frame) -> None:
    """Java, Spark, Delta, memory, store and rulebook: each ok, or what to do."""
    from clearance.commands.doctor import diagnose, say_checks

    checks = diagnose(replace(frame, quiet=True))
    frame.show(checks, lambda console: say_checks(checks, console))
    if not all(check["ok"] for check in checks):
        raise typer.Exit(EXIT_STORE)
