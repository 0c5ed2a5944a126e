"""The columns of a packet's files: names, order, and the format of values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from clearance.ingest.layout import FIELDS

POSSIBLE_OTHER = "Possible Other P64 Charges"

BEFORE_POSSIBLE: tuple[str, ...] = ("Case Number", "# of convictions on record")
AFTER_POSSIBLE: tuple[str, ...] = (
    "Occurred after 11/9/2016",
    "Superstrike Code Section(s)",
    "PC290 Code Section(s)",
    "PC290 Registration",
    "Date of Conviction",
    "Years Since This Conviction",
    "Years Since Any Conviction",
    "# of Prop 64 convictions",
    "# of HS 11357 convictions",
    "# of HS 11358 convictions",
    "# of HS 11359 convictions",
    "# of HS 11360 convictions",
    "Deceased",
    "Eligibility Determination",
    "Eligibility Reason",
)
APPENDED: tuple[str, ...] = (*BEFORE_POSSIBLE, POSSIBLE_OTHER, *AFTER_POSSIBLE)

CONDENSED: tuple[str, ...] = (
    "CII_NUMBER",
    "PRI_NAME",
    "GENDER",
    "PRI_DOB",
    "RACE_DESCR",
    "CYC_DATE",
    "STP_EVENT_DATE",
    "STP_ORI_DESCR",
    "STP_ORI_CNTY_NAME",
    "DISP_DATE",
    "OFN",
    "OFFENSE_DESCR",
    "DISP_DESCR",
    "CONV_STAT_DESCR",
    "SENT_LOC_DESCR",
    "SENT_LENGTH",
    "SENT_TIME_CODE",
    "CYC_AGE",
    "COMMENT_TEXT",
    "END_OF_REC",
)

RELIEF: tuple[str, ...] = (
    *("subject_id", "unit_id", "charge", "pack", "outcome"),
    *("kind", "relief", "eligible_on", "revisit_on", "reason_text", "cite", "petition"),
    *("unit", "level", "dated", "case_number", "pack_version", "reason", "rule", "as_of"),
)
"""The columns of `relief.csv`: subject and unit, the decision, its reason, and the rest."""

HEADERS = {
    "all": (*FIELDS, *APPENDED),
    "condensed": (*CONDENSED, *APPENDED),
    "prop64": (*FIELDS, *APPENDED),
    "relief": RELIEF,
}
"""The header row of each file; `files` of publish are its keys."""

OF_RECORDS = ("all", "condensed", "prop64")
"""The files whose rows are source rows."""

NO_DATE = "-1.0"


# RFC 4180, values as received. Spark would also quote a line that begins with the mark of a remark;
# no text begins with this one.
_AS_RECEIVED = {
    "escape": '"',
    "comment": "\u0001",
    "emptyValue": "",
    "nullValue": "",
    "ignoreLeadingWhiteSpace": "false",
    "ignoreTrailingWhiteSpace": "false",
}


def csv_fields(first: Column, second: Column, *others: Column) -> Column:
    """Values as neighbouring CSV fields; null is an empty field.

    `to_csv` evaluates each value once: without generated code, an expression with two uses of a
    record's field parses the record twice. For a single null value `to_csv` returns null, although
    its schema says that it never does; so there are at least two values.
    """
    fields = [
        value.cast("string").alias(f"field_{index}")
        for index, value in enumerate((first, second, *others))
    ]
    return F.to_csv(F.struct(*fields), _AS_RECEIVED)


def format_us_date(value: Column) -> Column:
    """A date as offices write it, month first."""
    return F.date_format(value, "MM/dd/yyyy")


def years_since(value: Column, *, as_of: date) -> Column:
    """Years from a date to as-of with one decimal; `-1.0` for null.

    Full calendar years (29 February becomes the 28th in a year without it), then the part of the
    current year by days, rounded half up. A date after as-of is 0.0 years ago.

    Args:
        value: the date.
        as_of: the sweep's date.
    """
    day = F.lit(as_of)
    gap = F.year(day) - F.year(value)
    full_years = F.when(_anniversary(value, gap) > day, gap - 1).otherwise(gap)
    last, following = _anniversary(value, full_years), _anniversary(value, full_years + 1)
    fraction = F.datediff(day, last) / F.datediff(following, last)
    years = F.round(F.greatest(full_years + fraction, F.lit(0.0)).cast("decimal(12,6)"), 1)
    text = years.cast("decimal(8,1)").cast("string")
    return F.when(value.isNull(), NO_DATE).otherwise(text)


def _anniversary(value: Column, years: Column) -> Column:
    return F.add_months(value, (years * 12).cast("int"))


def format_charge(book: Column, section: Column, path: Column) -> Column:
    """A charge as offices write it: `647(F) PC`, from book, section and subdivision path."""
    steps = F.transform(path, lambda part: F.concat(F.lit("("), part, F.lit(")")))
    return F.concat_ws(" ", F.concat(section, F.upper(F.concat_ws("", steps))), book)


def charge_text(row: Mapping[str, Any]) -> str | None:
    """The charge of a row in memory, as `format_charge` writes it; None without a section.

    Args:
        row: of `charges`.
    """
    if row["section"] is None:
        return None
    steps = "".join(f"({part})" for part in row["subdivisions"] or ()).upper()
    return " ".join(filter(None, (row["section"] + steps, row["code_book"])))
