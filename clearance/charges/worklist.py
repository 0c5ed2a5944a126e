"""What the rules could not read: the data-quality worklist, by text and by how often."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

KINDS = ("charge", "disposition", "step")


def worklist(charges: DataFrame, *, history: DataFrame | None = None) -> DataFrame:
    """A row is a text that the rules do not know: kind, text, rows; the commonest first.

    Charges that stand in a comment are counted under a null text: comments are personal.

    Args:
        charges: the `charges` table.
        history: the `history` table, for unknown dispositions and steps.
    """
    unread = charges.where("NOT parsed AND charge_source IS NOT NULL")
    found = _counted(unread, "charge", "charge_text")
    if history is not None:
        unknown = history.where("disposition_effect = 'unknown'")
        strange = history.where("step_kind = 'unknown'")
        found = found.unionByName(_counted(unknown, "disposition", "disposition_text"))
        found = found.unionByName(_counted(strange, "step", "step_text"))
    return found.orderBy(F.desc("rows"), "kind", "text")


def _counted(rows: DataFrame, kind: str, text: str) -> DataFrame:
    counted = rows.groupBy(F.col(text).alias("text")).agg(F.count("*").alias("rows"))
    return counted.select(F.lit(kind).alias("kind"), "text", "rows")
