"""`clearance diff`: counts the people whose decisions differ between two sweeps or rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context


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
    """Who gets another answer: by two sweeps, or by other rules over one record.

    Example: `clearance diff --store STORE --set felony_years=7 --out changes.html`
    """
    settings = context.settings()
    store = context.open_store(settings)
    from clearance.diff import step
    from clearance.diff.assumed import parse_assumed_values
    from clearance.diff.sides import OtherRules
    from clearance.diff.written import format_of, lines, write_comparison
    from clearance.rulebook.english.office_words import load_reason_texts

    if out is not None:
        format_of(out)  # an unknown format is an error before Spark starts
    rules = OtherRules(context.rules, settings, parse_assumed_values(assumed or []))
    with context.session() as spark:
        result = step.diff(
            spark,
            store,
            sweeps=sweeps or (),
            against=OtherRules(against, settings, {}) if against is not None else None,
            rules=rules,
            by_county=by_county,
        )
    if out is not None:
        write_comparison(result, out, reasons=load_reason_texts(context.rules))
    context.show(result, lambda console: console.print("\n".join(lines(result))))
