"""Verbatim texts of a unit's source row: the court or agency, the person, the charge."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.ingest.record import parsed
from clearance.ingest.shape import without_mark
from clearance.prepare.record.fields import present
from clearance.prepare.record.places import ARREST, step_kind
from clearance.prepare.record.rules import RecordRules

# The number of digits of a step's number; a count's number begins with its step's.
_STEP = 6


def first_rows(sources: DataFrame, *, units: DataFrame, rules: RecordRules) -> DataFrame:
    """One row per unit found in the record: unit_id, court, name, birth_date, charge, own_number.

    The texts come from the unit's first row; for an arrest, from the arresting agency's first row,
    since a court's row may have the same step. `own_number` is the office's number of the case.
    Name and birth date are for notices to courts only.

    Args:
        sources: `source_rows`.
        units: subject_id and unit_id; an arrest's unit_id ends in its step's six digits.
        rules: how the record is read.
    """
    # A unit_id is SUBJECT_ID, a hyphen, and the number of the count or step.
    number = F.substring_index("unit_id", "-", -1)
    wanted = units.select("subject_id", "unit_id").distinct().withColumn("number", number)
    rows = sources.select(
        *("subject_id", "count_order", "source_file", "position", "record"),
        (step_kind(F.col("stp_type_descr"), rules=rules) == ARREST).alias("of_arrest"),
    )
    rows_of_units = rows.join(wanted.alias("unit"), on="subject_id", how="inner").where(
        F.col("count_order").startswith(F.col("number"))
        & (F.col("of_arrest") | (F.length("number") > _STEP))
    )
    first = rows_of_units.groupBy("unit_id").agg(
        F.min_by("record", F.struct("source_file", "position")).alias("record")
    )
    fields = parsed(without_mark(F.col("record")))
    charge = F.coalesce(
        *(
            present(fields[name])
            for name in ("CONV_OFFENSE_DESCR", "DISP_OFFENSE_DESCR", "OFFENSE_DESCR")
        )
    )
    return first.select(
        "unit_id",
        present(fields["STP_ORI_DESCR"]).alias("court"),
        present(fields["PRI_NAME"]).alias("name"),
        present(fields["PRI_DOB"]).alias("birth_date"),
        charge.alias("charge"),
        present(fields["OFN"]).alias("own_number"),
    )
