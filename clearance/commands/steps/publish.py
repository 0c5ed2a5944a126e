"""`clearance publish`: county packets, prosecutors' look-ahead and statistics."""

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
    from clearance.publish import step

    wanted = _packet_files(files)
    counties = known_counties_of(county, rules=context.rules)
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


def known_counties_of(asked: list[str] | None, *, rules: Path) -> list[str] | None:
    """The counties asked for; None for every county.

    Args:
        asked: as on the command line.
        rules: the folder that names the counties there are.

    Raises:
        UsageError: one is no county.
    """
    from clearance.publish.counties import asked_counties, known_counties

    return asked_counties(asked, known=known_counties(rules)) if asked else None


def _packet_files(text: str | None) -> tuple[str, ...]:
    """The packet files asked for, `all,condensed,prop64,relief`.

    Raises:
        UsageError: a name that is none of them.
    """
    names = tuple(name.strip() for name in text.split(",")) if text else PACKET_FILES
    for name in names:
        if name not in PACKET_FILES:
            guess = nearest(name, list(PACKET_FILES))
            hint = f" Did you mean `{guess}`?" if guess else ""
            raise UsageError(
                f"`{name}` is no packet file.{hint}", f"Files: {', '.join(PACKET_FILES)}."
            )
    return names


def print_publish(result: PublishResult, console: Console) -> None:
    """Where the packets are."""
    news = " (nothing new)" if result.nothing_new else ""
    what_if = " (what-if)" if result.what_if else ""
    where = result.out / "packets"
    console.print(f"publish   {len(result.rows)} county packets in {where}{what_if}{news}")
    if result.noticed:
        where = result.out / "courts"
        console.print(
            f"          {result.noticed:,} grants and corrections told to courts in {where}"
        )
