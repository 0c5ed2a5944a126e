"""`clearance rules`: lists, signs and checks packs, shows them in English, and runs their cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clearance.commands.context import CommandContext, parse_date, required_date
from clearance.commands.options import with_context

app = typer.Typer(no_args_is_help=True, help="The rulebook: list, check, English, pages, cases.")


@app.command("list")
@with_context("rules", "config")
def rules_list(context: CommandContext) -> None:
    """Every pack and version, and who signed it off.

    Example: `clearance rules list`
    """
    from clearance.commands.rules.listing import list_packs, print_packs

    rows = list_packs(context.rules, context.settings())
    context.show(rows, lambda console: print_packs(rows, console))


@app.command("sign")
@with_context("rules", "config")
def rules_sign(
    context: CommandContext,
    pack: Annotated[str, typer.Argument(help="`pack` or `pack@version`.")],
    by: Annotated[str, typer.Option("--by", help="Who vouches for it.")],
    on: Annotated[str, typer.Option("--on", help="The day, YYYY-MM-DD.")],
) -> None:
    """Sign a pack off as it decides now, in a file beside it.

    Example: `clearance rules sign prop64_statute --by 'A. Lawyer' --on 2026-11-20 --rules RULES`
    """
    from clearance.commands.rules.signing import sign_pack

    file = sign_pack(context.rules, context.settings(), pack, by=by, on=required_date(on, "--on"))
    context.show({"pack": pack, "file": str(file)}, lambda console: console.print(str(file)))


@app.command("check")
@with_context("rules")
def rules_check(
    context: CommandContext,
    overlaps: Annotated[
        bool, typer.Option("--overlaps", help="Note where two rules hold and decide differently.")
    ] = False,
) -> None:
    """Check the whole rulebook and list every problem, each with a unit that shows it.

    Example: `clearance rules check --rules RULES`
    """
    from clearance.commands.rules.check import check_rules, print_audit

    result = check_rules(context.rules, overlaps=overlaps or context.as_json)
    context.show(result, lambda console: print_audit(result, console))
    result.raise_for_problems()


@app.command("show")
@with_context("rules", "config")
def rules_show(
    context: CommandContext,
    pack: Annotated[str, typer.Argument(help="`pack` (its version in force) or `pack@version`.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The version in force on this day, YYYY-MM-DD.")
    ] = None,
) -> None:
    """A pack in English; without a version or a day, its latest version in force.

    Example: `clearance rules show pc1203_425 --as-of 2023-01-01`
    """
    from clearance.commands.rules.english import show_pack

    day = parse_date(as_of, "--as-of")
    shown = show_pack(context.rules, context.settings(), pack, as_of=day)
    context.show(shown, lambda console: console.print(shown["english"], markup=False))


@app.command("pages")
@with_context("rules")
def rules_pages(
    context: CommandContext,
    out: Annotated[Path, typer.Option("--out", help="Folder for the pages.")],
) -> None:
    """Write a page a pack version in Markdown, with open questions, and an index.

    Example: `clearance rules pages --out docs/law`
    """
    from clearance.commands.rules.english import write_pages

    names = write_pages(context.rules, out)
    line = f"{len(names) - 1} pages and their index are in {out}"
    context.show({"pages": names}, lambda console: console.print(line, markup=False))


@app.command("test")
@with_context("rules")
def rules_test(context: CommandContext) -> None:
    """Run every pack's cases, through plain Python and through Spark.

    Example: `clearance rules test --rules RULES`
    """
    from clearance.commands.rules.cases import print_cases, run_cases

    result = run_cases(context)
    context.show(result, lambda console: print_cases(result, console))
    result.raise_for_failures()
