"""What was given: a sweep's relief recorded as granted."""

from __future__ import annotations

from typing import Annotated

import typer

from clearance.commands.context import Frame
from clearance.commands.options import with_frame

app = typer.Typer()


@app.command()
@with_frame("store", "config")
def grant(
    frame: Frame, sweep: Annotated[str, typer.Argument(help="The sweep's id: `clearance sweeps`.")]
) -> None:
    """Record what the law gives at a sweep as granted, each unit once."""
    place = frame.open_store(frame.settings())
    from clearance.commands.run import say_grant
    from clearance.grant.step import grant as record

    with place.claimed(), frame.session() as spark:
        result = record(spark, place, sweep_id=sweep, rules=frame.rules)
    frame.show(result, lambda console: say_grant(result, console))
