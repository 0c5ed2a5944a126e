"""`clearance sweeps`: lists the sweeps of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.commands.options import with_context

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from clearance.platform.store.store import Store


@with_context("store", "config")
def sweeps(context: CommandContext) -> None:
    """The sweeps of a store, oldest first.

    Example: `clearance sweeps --store STORE`
    """
    store = context.open_store(context.settings())
    with context.session() as spark:
        rows = list_sweeps(spark, store)
    context.show(rows, lambda console: print_sweeps(rows, console))


def list_sweeps(spark: SparkSession, store: Store) -> list[dict[str, Any]]:
    """One entry per sweep, oldest first, with the columns of the `sweeps` table.

    `refused_since` of the last sweep names an extract that was refused after the last accepted
    extract; it is None otherwise.
    """
    from clearance.ingest.ledger import refused_since

    rows = store.read(spark, "sweeps").orderBy("determinations_version", "started_at")
    entries = [
        row.asDict(recursive=True) | {"refused_since": None} for row in rows.toLocalIterator()
    ]
    if entries:
        entries[-1]["refused_since"] = refused_since(spark, store)
    return entries


def print_sweeps(rows: list[dict[str, Any]], console: Console) -> None:
    """Print a line per sweep."""
    from clearance.ingest.ledger import refused_sentence

    for row in rows:
        total = sum(row["counts"].values())
        what_if = "  what-if" if row["what_if"] else ""
        part = f"  of {', '.join(row['selected'])} only" if row["selected"] else ""
        console.print(
            f"{row['sweep_id']}  as of {row['as_of']}  {total:>12,} rows  "
            f"digest {row['digest'][:16]}{what_if}{part}"
        )
        if row["refused_since"]:
            console.print(f"  {refused_sentence(row['refused_since'])}")
