"""The prosecutors' look-ahead: convictions that become eligible soon, and the last day to object.

Source: the contract's `upcoming.csv`; the days and months are in `packets.yaml`.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.errors import RulebookInvalid
from clearance.publish.column_order import format_charge
from clearance.publish.figures.counted import Figures
from clearance.publish.files import Workspace
from clearance.publish.notices.county_lists import CountyList, write_lists
from clearance.publish.packets.counts import join_case_numbers
from clearance.rulebook.language.yaml_lines import load_yaml

FOLDER, FILE = "prosecutor", "upcoming.csv"
COLUMNS = (
    *("subject_id", "unit_id", "pack", "case_number", "charge"),
    *("eligible_on", "petition_deadline", "too_late"),
)
LIST = CountyList("upcoming", COLUMNS, order=("eligible_on", "unit_id", "pack"))


@dataclass(frozen=True)
class LookAhead:
    """The horizon of `upcoming.csv`, and the deadline of a petition.

    Attributes:
        horizon_months: calendar months after as-of, the last day included.
        petition_days: days between the deadline of a petition and the unit's eligibility.
    """

    horizon_months: int
    petition_days: int

    def until(self, as_of: date) -> date:
        """The last day of the horizon; the 31st becomes the last day of a shorter month."""
        months = as_of.year * 12 + as_of.month - 1 + self.horizon_months
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(as_of.day, last))


def load_look_ahead(rules: Path, *, horizon_months: int | None = None) -> LookAhead:
    """Loads `upcoming` of `packets.yaml`.

    Args:
        rules: the rulebook's folder.
        horizon_months: replaces the file's horizon.

    Raises:
        RulebookInvalid: `upcoming` is absent or has no whole numbers.
    """
    path = rules / "packets.yaml"
    try:
        entry = load_yaml(path).data["upcoming"]
        months, days = int(entry["horizon_months"]), int(entry["petition_days"])
    except (KeyError, TypeError, ValueError) as error:
        raise RulebookInvalid(
            f"{path.name} lacks `upcoming` with whole numbers horizon_months and petition_days.",
            f"Correct {path}.",
        ) from error
    return LookAhead(horizon_months or months, days)


def find_upcoming(
    determinations: DataFrame,
    *,
    charges: DataFrame,
    numbered: DataFrame,
    as_of: date,
    look_ahead: LookAhead,
) -> DataFrame:
    """One row per conviction and law that makes it eligible within the horizon.

    The columns are `county` and `COLUMNS`; `too_late` is `yes` if the deadline is before as-of,
    else `no`.

    Args:
        determinations: of every pack; only laws about convictions are used.
        charges: `charges`, for the charge.
        numbered: see `steps_with_case_number`, for the case number.
        as_of: the sweep's date.
        look_ahead: horizon and deadline.
    """
    soon = determinations.where("kind = 'law' AND unit = 'conviction' AND outcome = 'NOT_YET'")
    soon = soon.where(F.col("eligible_on") <= F.lit(look_ahead.until(as_of))).select(
        "county", "subject_id", "unit_id", "pack", "eligible_on"
    )
    charge = format_charge(F.col("code_book"), F.col("section"), F.col("subdivisions"))
    charged = charges.select(
        "unit_id",
        F.substring("count_order", 1, 6).alias("step"),
        F.when(F.col("section").isNotNull(), charge).alias("charge"),
    )
    units = soon.join(charged, on="unit_id", how="left")
    steps = units.join(numbered, on=["subject_id", "step"], how="left")
    by_unit = steps.groupBy(*soon.columns, "charge").agg(join_case_numbers())
    deadline = F.date_sub("eligible_on", look_ahead.petition_days)
    return (
        by_unit.withColumn("petition_deadline", deadline)
        .withColumn(
            "too_late", F.when(F.col("petition_deadline") < F.lit(as_of), "yes").otherwise("no")
        )
        .select("county", *COLUMNS)
    )


def count_upcoming(figures: Figures, *, counties: Iterable[str]) -> int:
    """How many rows the files of `counties` have.

    Args:
        figures: counts of the determinations, with the day of `LookAhead.until` as `soon`.
        counties: the counties to write.
    """
    wanted = set(counties)
    return sum(
        row.soon
        for row in figures.of_kind("law")
        if row.unit == "conviction" and row.outcome == "NOT_YET" and row.county in wanted
    )


def write_upcoming(
    rows: DataFrame, *, workspace: Workspace, names: Mapping[str, str], expected: int
) -> dict[Path, Path]:
    """Writes each county's file into the workspace; returns the target path of each finished file.

    Args:
        rows: see `find_upcoming`.
        workspace: where to work.
        names: the packet folder of each county to write.
        expected: see `count_upcoming`.
    """
    files = {county: [workspace.out / FOLDER / folder / FILE] for county, folder in names.items()}
    named = rows.withColumn("file", F.lit(FILE))
    return write_lists(named, LIST, workspace=workspace, files=files, expected=expected)
