"""`clearance determine`: one sweep of the packs over every unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearance.commands.context import CommandContext, required_date
from clearance.commands.options import AsOf, with_context

if TYPE_CHECKING:
    from clearance.determine.step import SweepResult


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
    """One sweep: the packs in force over every unit, into determinations.

    Example: `clearance determine --store STORE --as-of 2026-11-01`
    """
    day = required_date(as_of, "--as-of")
    settings = context.settings()
    store = context.open_store(settings)
    from clearance.determine import step
    from clearance.determine.plan import plan_sweep
    from clearance.determine.signed import check_signed
    from clearance.platform.clock import wall_clock
    from clearance.rulebook.loading.load import load_rulebook

    rulebook = load_rulebook(context.rules)
    # Errors in the packs and the settings are raised before Spark starts.
    plan = plan_sweep(rulebook, settings, as_of=day, selected=pack or ())
    if signed_off:
        check_signed(plan)
    with store.write_lock(), context.session() as spark:
        result = step.determine(
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
    context.show(result, lambda console: print_determine(result, console))


def print_determine(result: SweepResult, console: Console) -> None:
    """Print the sweep's id, counts, notes and digest."""
    nothing_new = "; nothing new, this is the latest sweep" if result.nothing_new else ""
    what_if = " (what-if)" if result.what_if else ""
    console.print(f"determine sweep {result.sweep_id} as of {result.as_of}{what_if}{nothing_new}")
    for name, count in sorted(result.counts.items()):
        console.print(f"          {name}: {count:,}")
    for note in result.notes:
        console.print(f"          {note}")
    console.print(f"          digest {result.digest}")
