"""What the rules could not read: the data-quality worklist, by text and by how often."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

UNKNOWN = {
    "charge": "a charge that cannot be read",
    "section": "a section without a code book that is on no list",
    "disposition": "a disposition that is not in the rules",
    "step": "a kind of step that is not in the rules",
}


def worklist(charges: DataFrame, *, history: DataFrame | None = None) -> DataFrame:
    """A row is a text that the rules do not know: kind, text, rows, people; the commonest first.

    Charges that stand in a comment are counted under a null text: comments are personal.

    Args:
        charges: the `charges` table.
        history: the `history` table, for unknown dispositions and steps.
    """
    unread = charges.where("NOT parsed AND charge_source IS NOT NULL")
    unknown_section = charges.where("parsed AND NOT classified")
    found = _counted(unread, "charge", "charge_text").unionByName(
        _counted(unknown_section, "section", "charge_text")
    )
    if history is not None:
        unknown = history.where("disposition_effect = 'unknown'")
        strange = history.where("step_kind = 'unknown'")
        found = found.unionByName(_counted(unknown, "disposition", "disposition_text"))
        found = found.unionByName(_counted(strange, "step", "step_text"))
    return found.orderBy(F.desc("rows"), "kind", "text")


def _counted(rows: DataFrame, kind: str, text: str) -> DataFrame:
    counted = rows.groupBy(F.col(text).alias("text")).agg(
        F.count("*").alias("rows"), F.countDistinct("subject_id").alias("people")
    )
    return counted.select(F.lit(kind).alias("kind"), "text", "rows", "people")
