"""The care of a store: what keeps it small and quick."""

from __future__ import annotations

from typing import Annotated

import typer

from clearance.command.options import with_frame
from clearance.command.run import Frame

app = typer.Typer()


@app.command()
@with_frame("store", "config")
def maintain(
    frame: Frame,
    keep_days: Annotated[
        int, typer.Option("--keep-days", min=0, help="Keep the records of sweeps of so many days.")
    ] = 400,
) -> None:
    """Put small files together, and take records away that nothing needs."""
    place = frame.open_store(frame.settings())
    from clearance.clock import wall_clock
    from clearance.command.line import say_maintain
    from clearance.maintain.step import maintain as care_for

    with place.claimed(), frame.session() as spark:
        result = care_for(spark, place, clock=wall_clock, keep_days=keep_days)
    frame.show(result, lambda console: say_maintain(result, console))
