"""The data-quality worklist: texts that the rules do not know, by kind, with their frequency."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.prepare.citation.grammar import names_comment
from clearance.prepare.record.dispositions import effect_of, worded_effect
from clearance.prepare.record.fields import present, upper_cased
from clearance.prepare.record.places import UNKNOWN_STEP, step_kind
from clearance.prepare.record.rules import RecordRules

UNKNOWN = {
    "charge": "a charge that cannot be read",
    "section": "a section without a code book that is on no list",
    "disposition": "a disposition that is not in the rules",
    "step": "a kind of step that is not in the rules",
}


def worklist(charges: DataFrame, *, source: DataFrame, rules: RecordRules) -> DataFrame:
    """A row is a text that the rules do not know: kind, text, rows, people.

    Args:
        charges: the `charges` table.
        source: `source_rows`, for unknown dispositions and steps, and charges without a number.
        rules: the rules for reading a record.
    """
    return (
        unknown_texts(charges, source=source, rules=rules)
        .groupBy("kind", "text")
        .agg(F.count("*").alias("rows"), F.countDistinct("subject_id").alias("people"))
    )


def unknown_texts(charges: DataFrame, *, source: DataFrame, rules: RecordRules) -> DataFrame:
    """A row is an occurrence of an unknown text: kind, text, subject_id, count_order.

    The text of a charge in a comment is null: comments are personal data. A charge without any
    number is in `source_rows` alone; a row is then a source row, not a count.

    Args:
        charges: the `charges` table.
        source: `source_rows`, for unknown dispositions and steps, and charges without a number.
        rules: the rules for reading a record.
    """
    return _unknown_charges(charges).unionByName(_unknown_events(source, rules=rules))


def _unknown_charges(charges: DataFrame) -> DataFrame:
    """A row is a count whose charge the rules do not know: kind, text, and the count."""
    unread = F.expr("NOT parsed AND charge_source IS NOT NULL")
    kind = F.when(unread, "charge").when(F.expr("parsed AND NOT classified"), "section")
    with_kind = charges.select(
        kind.alias("kind"),
        F.col("charge_text").alias("text"),
        *("subject_id", "count_order", "charge_source"),
    )
    has_text = "text IS NOT NULL OR charge_source = 'comment'"
    return with_kind.where(f"kind IS NOT NULL AND ({has_text})").drop("charge_source")


def _unknown_events(source: DataFrame, *, rules: RecordRules) -> DataFrame:
    """A row is an unknown text of a source row: kind, text, subject_id, count_order.

    Of charges only those whose text has no number.
    """
    fields = {"disposition": "disp_descr", "step": "stp_type_descr", "charge": "offense_descr"}
    texts = source.select(
        *("subject_id", "count_order"),
        *(present(F.col(field)).alias(name) for name, field in fields.items()),
    )
    disposition = upper_cased(F.col("disposition"))
    with_effect = texts.withColumn("worded", worded_effect(disposition, rules=rules))
    effect = effect_of(disposition, F.col("worded"), rules=rules)
    marked = with_effect.withColumns(
        {
            "no_disposition": F.coalesce(effect == "unknown", F.lit(False)),
            # A blank step is of an unknown kind, too.
            "no_step": step_kind(F.col("step"), rules=rules) == UNKNOWN_STEP,
            "no_charge": _names_no_number(F.col("charge")),
        }
    )
    unknown = marked.where("no_disposition OR no_step OR no_charge")
    kinds_and_texts = F.array(
        *(
            F.when(
                F.col(f"no_{kind}"), F.struct(F.lit(kind).alias("kind"), F.col(kind).alias("text"))
            )
            for kind in fields
        )
    )
    by_kind = unknown.select("subject_id", "count_order", F.explode(kinds_and_texts).alias("found"))
    return by_kind.where("found IS NOT NULL").select(
        "found.kind", "found.text", "subject_id", "count_order"
    )


def _names_no_number(charge: Column) -> Column:
    """Whether a charge text has no digit and does not refer to the comment either."""
    digits = F.rlike(charge, F.lit("[0-9]"))
    return F.coalesce(~digits & ~names_comment(charge), F.lit(False))
