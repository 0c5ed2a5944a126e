"""What the rules could not read: the data-quality worklist, by text and by how often."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.charges.dispositions import effect_of, worded_effect
from clearance.charges.fields import present, shouted
from clearance.charges.places import UNKNOWN_STEP, step_kind
from clearance.charges.record_rules import RecordRules

UNKNOWN = {
    "charge": "a charge that cannot be read",
    "section": "a section without a code book that is on no list",
    "disposition": "a disposition that is not in the rules",
    "step": "a kind of step that is not in the rules",
}


def worklist(charges: DataFrame, *, source: DataFrame, rules: RecordRules) -> DataFrame:
    """A row is a text that the rules do not know: kind, text, rows, people.

    Charges that stand in a comment are counted under a null text: comments are personal. Each
    table is read once, and of the source rows two columns beside the person.

    Args:
        charges: the `charges` table.
        source: `source_rows`, for unknown dispositions and steps.
        rules: how the record is read.
    """
    unknown = _unknown_charges(charges).unionByName(_unknown_events(source, rules=rules))
    return unknown.groupBy("kind", "text").agg(
        F.count("*").alias("rows"), F.countDistinct("subject_id").alias("people")
    )


def _unknown_charges(charges: DataFrame) -> DataFrame:
    """A row is a count whose charge the rules do not know: kind, text, subject_id."""
    unread = F.expr("NOT parsed AND charge_source IS NOT NULL")
    kind = F.when(unread, "charge").when(F.expr("parsed AND NOT classified"), "section")
    found = charges.select(kind.alias("kind"), F.col("charge_text").alias("text"), "subject_id")
    return found.where("kind IS NOT NULL")


def _unknown_events(source: DataFrame, *, rules: RecordRules) -> DataFrame:
    """A row is an unknown disposition or step of a source row: kind, text, subject_id."""
    disposition, step = present(F.col("disp_descr")), present(F.col("stp_type_descr"))
    texts = source.select("subject_id", disposition.alias("disposition"), step.alias("step"))
    word = shouted(F.col("disposition"))
    worded = texts.withColumn("worded", worded_effect(word, rules=rules))
    effect = effect_of(word, F.col("worded"), rules=rules)
    marked = worded.withColumns(
        {
            "no_disposition": F.coalesce(effect == "unknown", F.lit(False)),
            # A step that is not named is of no known kind either.
            "no_step": step_kind(F.col("step"), rules=rules) == UNKNOWN_STEP,
        }
    )
    strange = marked.where("no_disposition OR no_step")
    either = F.array(
        *(
            F.when(
                F.col(f"no_{kind}"), F.struct(F.lit(kind).alias("kind"), F.col(kind).alias("text"))
            )
            for kind in ("disposition", "step")
        )
    )
    each = strange.select("subject_id", F.explode(either).alias("found"))
    return each.where("found IS NOT NULL").select("found.kind", "found.text", "subject_id")
