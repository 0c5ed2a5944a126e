"""What the verbatim record says of a unit: the court or agency, the person, the charge."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.ingest.record import parsed
from clearance.ingest.shape import without_mark
from clearance.prepare.record.fields import present
from clearance.prepare.record.places import ARREST, step_kind
from clearance.prepare.record.rules import RecordRules

# The digits of a step's number; those of a count begin with its step's.
_STEP = 6


def first_rows(sources: DataFrame, *, units: DataFrame, rules: RecordRules) -> DataFrame:
    """A row is a unit found in the record: unit_id, court, name, birth_date, charge, own_number.

    They come from the unit's first row, of an arrest from the first that the arresting agency made:
    a court's row may have the same step. The number is the office's own of the case. Name and
    birth date are for notices to courts alone.

    Args:
        sources: `source_rows`.
        units: subject_id and unit_id; an arrest's unit_id ends in its step's six digits.
        rules: how the record is read.
    """
    # A unit's id is the person's, a hyphen, and the count's or the step's number.
    number = F.substring_index("unit_id", "-", -1)
    wanted = units.select("subject_id", "unit_id").distinct().withColumn("number", number)
    rows = sources.select(
        *("subject_id", "count_order", "source_file", "position", "record"),
        (step_kind(F.col("stp_type_descr"), rules=rules) == ARREST).alias("of_arrest"),
    )
    found = rows.join(wanted.alias("unit"), on="subject_id", how="inner").where(
        F.col("count_order").startswith(F.col("number"))
        & (F.col("of_arrest") | (F.length("number") > _STEP))
    )
    first = found.groupBy("unit_id").agg(
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
