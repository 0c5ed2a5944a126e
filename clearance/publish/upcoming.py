"""The prosecutors' look-ahead: convictions that become eligible soon, and the last day to object.

Source: the contract's `upcoming.csv`; how long a petition must come before is in `packets.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.errors import RulebookInvalid
from clearance.publish.columns import charge_shown
from clearance.publish.counts import case_numbers
from clearance.publish.county_lists import CountyList, write_lists
from clearance.publish.files import Workplace
from clearance.rulebook.yaml_lines import load_yaml

FOLDER, FILE = "prosecutor", "upcoming.csv"
COLUMNS = (
    *("subject_id", "unit_id", "pack", "case_number", "charge"),
    *("eligible_on", "petition_deadline", "too_late"),
)
LIST = CountyList("upcoming", COLUMNS, order=("eligible_on", "unit_id", "pack"))


@dataclass(frozen=True)
class Notice:
    """How far prosecutors look ahead.

    Attributes:
        horizon_months: calendar months after as-of, the last day included.
        petition_days: a petition must be filed so many days before the unit becomes eligible.
    """

    horizon_months: int
    petition_days: int


def load_notice(rules: Path, *, horizon_months: int | None = None) -> Notice:
    """What `packets.yaml` says.

    Args:
        rules: the rulebook's folder.
        horizon_months: another horizon than the file's.

    Raises:
        RulebookInvalid: the entry is absent or not whole numbers.
    """
    path = rules / "packets.yaml"
    try:
        said = load_yaml(path).data["upcoming"]
        months, days = int(said["horizon_months"]), int(said["petition_days"])
    except (KeyError, TypeError, ValueError) as error:
        raise RulebookInvalid(
            f"{path.name} lacks `upcoming` with whole numbers horizon_months and petition_days.",
            f"Correct {path}.",
        ) from error
    return Notice(horizon_months or months, days)


def upcoming(
    determinations: DataFrame,
    *,
    charges: DataFrame,
    rows: DataFrame,
    as_of: date,
    notice: Notice,
) -> DataFrame:
    """A row is a conviction that a law makes eligible within the horizon.

    The columns are `county` and `COLUMNS`; `too_late` is `yes` where the last day to file has
    passed on the day that is asked.

    Args:
        determinations: of every pack; only laws about convictions are kept.
        charges: `charges`, for the charge.
        rows: `source_rows`, for the case number.
        as_of: the sweep's date.
        notice: how far to look.
    """
    until = F.add_months(F.lit(as_of), notice.horizon_months)
    soon = determinations.where("kind = 'law' AND unit = 'conviction' AND outcome = 'NOT_YET'")
    soon = soon.where(F.col("eligible_on") <= until).select(
        "county", "subject_id", "unit_id", "pack", "eligible_on"
    )
    charge = charge_shown(F.col("code_book"), F.col("section"), F.col("subdivisions"))
    named = charges.select(
        "unit_id",
        "count_order",
        F.substring("count_order", 1, 6).alias("step"),
        F.when(F.col("section").isNotNull(), charge).alias("charge"),
    )
    units = soon.join(named, on="unit_id", how="left")
    numbered = units.join(case_numbers(rows, decided=units), on=["subject_id", "step"], how="left")
    deadline = F.date_sub("eligible_on", notice.petition_days)
    return (
        numbered.withColumn("petition_deadline", deadline)
        .withColumn(
            "too_late", F.when(F.col("petition_deadline") < F.lit(as_of), "yes").otherwise("no")
        )
        .select("county", *COLUMNS)
    )


def write_upcoming(
    rows: DataFrame, *, place: Workplace, names: Mapping[str, str]
) -> dict[Path, Path]:
    """Write each county's file aside, header alone where nothing is coming.

    Args:
        rows: `upcoming`.
        place: where to work.
        names: counties to write, with their folders.

    Returns:
        By finished file, where it belongs.
    """
    files = {county: [place.out / FOLDER / folder / FILE] for county, folder in names.items()}
    wanted = rows.where(F.col("county").isin(list(names))).withColumn("file", F.lit(FILE))
    return write_lists(wanted, LIST, place=place, files=files)
