"""What the rules could not read: the data-quality worklist, by text and by how often."""

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
        rules: how the record is read.
    """
    return (
        unknown_texts(charges, source=source, rules=rules)
        .groupBy("kind", "text")
        .agg(F.count("*").alias("rows"), F.countDistinct("subject_id").alias("people"))
    )


def unknown_texts(charges: DataFrame, *, source: DataFrame, rules: RecordRules) -> DataFrame:
    """A row is a place where the rules do not know a text: kind, text, subject_id, count_order.

    Charges that stand in a comment have a null text: comments are personal. Each table is read
    once, and of the source rows three columns beside the count. A charge without any number
    stands in `source_rows` alone, and its rows are given, not its counts.

    Args:
        charges: the `charges` table.
        source: `source_rows`, for unknown dispositions and steps, and charges without a number.
        rules: how the record is read.
    """
    return _unknown_charges(charges).unionByName(_unknown_events(source, rules=rules))


def _unknown_charges(charges: DataFrame) -> DataFrame:
    """A row is a count whose charge the rules do not know: kind, text, and the count."""
    unread = F.expr("NOT parsed AND charge_source IS NOT NULL")
    kind = F.when(unread, "charge").when(F.expr("parsed AND NOT classified"), "section")
    found = charges.select(
        kind.alias("kind"),
        F.col("charge_text").alias("text"),
        *("subject_id", "count_order", "charge_source"),
    )
    return found.where("kind IS NOT NULL AND (text IS NOT NULL OR charge_source = 'comment')").drop(
        "charge_source"
    )


def _unknown_events(source: DataFrame, *, rules: RecordRules) -> DataFrame:
    """A row is an unknown text of a source row, no charge by its form: kind, text, its count."""
    fields = {"disposition": "disp_descr", "step": "stp_type_descr", "charge": "offense_descr"}
    texts = source.select(
        *("subject_id", "count_order"),
        *(present(F.col(field)).alias(name) for name, field in fields.items()),
    )
    word = upper_cased(F.col("disposition"))
    worded = texts.withColumn("worded", worded_effect(word, rules=rules))
    effect = effect_of(word, F.col("worded"), rules=rules)
    marked = worded.withColumns(
        {
            "no_disposition": F.coalesce(effect == "unknown", F.lit(False)),
            # A step that is not named is of no known kind either.
            "no_step": step_kind(F.col("step"), rules=rules) == UNKNOWN_STEP,
            "no_charge": _names_no_number(F.col("charge")),
        }
    )
    strange = marked.where("no_disposition OR no_step OR no_charge")
    either = F.array(
        *(
            F.when(
                F.col(f"no_{kind}"), F.struct(F.lit(kind).alias("kind"), F.col(kind).alias("text"))
            )
            for kind in fields
        )
    )
    each = strange.select("subject_id", "count_order", F.explode(either).alias("found"))
    found = each.where("found IS NOT NULL")
    return found.select("found.kind", "found.text", "subject_id", "count_order")


def _names_no_number(charge: Column) -> Column:
    """Whether a charge has no number of a section, and does not point to the comment either."""
    digits = F.rlike(charge, F.lit("[0-9]"))
    return F.coalesce(~digits & ~names_comment(charge), F.lit(False))
