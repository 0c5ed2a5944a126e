"""`clearance rules`: the rulebook listed, checked, in English, and its cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clearance.commands.context import Frame, needed_date
from clearance.commands.options import with_frame

app = typer.Typer(no_args_is_help=True, help="The rulebook: list, check, English, pages, cases.")


@app.command("list")
@with_frame("rules", "config")
def rules_list(frame: Frame) -> None:
    """Every pack and version, and who signed it off."""
    from clearance.commands.rules.cases import list_packs, say_packs

    rows = list_packs(frame.rules, frame.settings())
    frame.show(rows, lambda console: say_packs(rows, console))


@app.command("sign")
@with_frame("rules", "config")
def rules_sign(
    frame: Frame,
    pack: Annotated[str, typer.Argument(help="`pack` or `pack@version`.")],
    by: Annotated[str, typer.Option("--by", help="Who vouches for it.")],
    on: Annotated[str, typer.Option("--on", help="The day, YYYY-MM-DD.")],
) -> None:
    """Sign a pack off as it decides now, in a file beside it."""
    from clearance.commands.rules.cases import sign_pack

    file = sign_pack(frame.rules, frame.settings(), pack, by=by, on=needed_date(on, "--on"))
    frame.show({"pack": pack, "file": str(file)}, lambda console: console.print(str(file)))


@app.command("check")
@with_frame("rules")
def rules_check(
    frame: Frame,
    overlaps: Annotated[
        bool, typer.Option("--overlaps", help="Note where two rules hold and decide differently.")
    ] = False,
) -> None:
    """Read the whole rulebook and name all that does not hold together, each with a unit."""
    from clearance.commands.rules.check import check_rules, say_audit

    result = check_rules(frame.rules, overlaps=overlaps or frame.as_json)
    frame.show(result, lambda console: say_audit(result, console))
    result.raise_for_problems()


@app.command("show")
@with_frame("rules", "config")
def rules_show(
    frame: Frame,
    pack: Annotated[str, typer.Argument(help="`pack` or `pack@version`.")],
) -> None:
    """A pack in English."""
    from clearance.commands.rules.cases import show_pack

    text = show_pack(frame.rules, frame.settings(), pack)
    frame.show({"pack": pack, "english": text}, lambda console: console.print(text, markup=False))


@app.command("pages")
@with_frame("rules")
def rules_pages(
    frame: Frame,
    out: Annotated[Path, typer.Option("--out", help="Folder for the pages.")],
) -> None:
    """Write a page a pack version in Markdown, with open questions, and an index."""
    from clearance.commands.rules.cases import write_pages

    names = write_pages(frame.rules, out)
    said = f"{len(names) - 1} pages and their index are in {out}"
    frame.show({"pages": names}, lambda console: console.print(said, markup=False))


@app.command("test")
@with_frame("rules")
def rules_test(frame: Frame) -> None:
    """Run every pack's cases, through plain Python and through Spark."""
    from clearance.commands.rules.cases import run_cases, say_cases

    result = run_cases(frame)
    frame.show(result, lambda console: say_cases(result, console))
    result.raise_for_failures()
