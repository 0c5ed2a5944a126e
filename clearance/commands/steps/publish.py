"""`clearance publish`: writes county packets, prosecutors' look-ahead and statistics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.commands.options import Counties, Out, Xlsx, with_context
from clearance.errors import UsageError, nearest

if TYPE_CHECKING:
    from clearance.publish.step import PublishResult

PACKET_FILES = ("all", "condensed", "prop64", "relief")


@with_context("store", "config")
def publish(
    context: CommandContext,
    out: Out,
    county: Counties = None,
    files: Annotated[
        str | None,
        typer.Option("--files", help="Some of all,condensed,prop64,relief. Without it, all four."),
    ] = None,
    xlsx: Xlsx = False,
    horizon_months: Annotated[
        int | None,
        typer.Option(help="How far prosecutors look ahead; 12 by the rules.", min=1, max=1200),
    ] = None,
) -> None:
    """County packets, prosecutors' look-ahead and statistics from the latest sweep.

    Example: `clearance publish --store STORE --out OUT --county YOLO --xlsx`
    """
    store = context.open_store(context.settings())
    from clearance.publish import step

    wanted = _parse_packet_files(files)
    counties = find_counties(county, rules=context.rules)
    with context.session() as spark:
        result = step.publish(
            spark,
            store,
            out=out,
            rules=context.rules,
            counties=counties,
            files=wanted,
            xlsx=xlsx,
            horizon_months=horizon_months,
        )
    context.show(result, lambda console: print_publish(result, console))


def find_counties(names: list[str] | None, *, rules: Path) -> list[str] | None:
    """The counties that the command line names; None for every county.

    Args:
        names: the values of `--county`.
        rules: the rules folder, which has the names of the counties.

    Raises:
        UsageError: a name is not that of a county.
    """
    from clearance.publish.counties import known_counties, requested_counties

    return requested_counties(names, known=known_counties(rules)) if names else None


def _parse_packet_files(text: str | None) -> tuple[str, ...]:
    """The packet files that `--files` names; all of them without it.

    Raises:
        UsageError: a name is unknown.
    """
    names = tuple(name.strip() for name in text.split(",")) if text else PACKET_FILES
    for name in names:
        if name not in PACKET_FILES:
            guess = nearest(name, list(PACKET_FILES))
            hint = f" Did you mean `{guess}`?" if guess else ""
            raise UsageError(
                f"Unknown packet file `{name}`.{hint}", f"Files: {', '.join(PACKET_FILES)}."
            )
    return names


def print_publish(result: PublishResult, console: Console) -> None:
    """Print the folders of the packets and of the notices to courts."""
    nothing_new = " (nothing new)" if result.nothing_new else ""
    what_if = " (what-if)" if result.what_if else ""
    packets, courts = result.out / "packets", result.out / "courts"
    console.print(f"publish   {len(result.rows)} county packets in {packets}{what_if}{nothing_new}")
    if result.noticed:
        console.print(
            f"          {result.noticed:,} grants and corrections in notices to courts in {courts}"
        )
