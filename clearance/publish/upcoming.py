"""What prosecutors are told beforehand: relief that time alone will give soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.errors import RulebookInvalid, UsageError
from clearance.publish.counts import case_numbers
from clearance.publish.files import write_table
from clearance.rulebook.yaml_lines import load_yaml

COLUMNS = (
    *("subject_id", "unit_id", "pack", "case_number", "charge"),
    *("eligible_on", "petition_deadline", "too_late"),
)
FILE = "upcoming.csv"


@dataclass(frozen=True)
class Ahead:
    """How far prosecutors look ahead; source: `packets.yaml`.

    Attributes:
        horizon_months: calendar months after as-of, the last day included.
        petition_days: days before eligibility by which a petition must be filed.
    """

    horizon_months: int
    petition_days: int


def load_ahead(rules: Path, *, horizon_months: int | None = None) -> Ahead:
    """What `packets.yaml` says, with another horizon where one is asked for.

    Raises:
        RulebookInvalid: the entry is absent or no whole number.
        UsageError: a horizon below 0.
    """
    if horizon_months is not None and not 0 <= horizon_months <= 1200:
        raise UsageError(
            f"--horizon-months {horizon_months} is out of range.", "Give 0 to 1200 months."
        )
    path = rules / "packets.yaml"
    try:
        content = load_yaml(path).data["upcoming"]
        usual, days = content["horizon_months"], content["petition_days"]
        if not all(type(number) is int and number >= 0 for number in (usual, days)):
            raise TypeError("no whole number")
    except (KeyError, TypeError) as error:
        raise RulebookInvalid(
            f"{path.name} cannot be used ({type(error).__name__}).",
            "It needs `upcoming` with whole numbers `horizon_months` and `petition_days`.",
        ) from error
    return Ahead(usual if horizon_months is None else horizon_months, days)


def upcoming(
    determinations: DataFrame, *, charges: DataFrame, rows: DataFrame, as_of: date, ahead: Ahead
) -> DataFrame:
    """A row is a unit that the law will relieve within the horizon: county, and `COLUMNS`.

    Args:
        determinations: of every pack; only those of the law are kept.
        charges: `charges`, for a conviction's text; an arrest has none.
        rows: `source_rows`, for a conviction's case numbers.
        as_of: the sweep's date.
        ahead: horizon and deadline.
    """
    last = F.add_months(F.lit(as_of), ahead.horizon_months)
    soon = determinations.where("kind = 'law' AND outcome = 'NOT_YET'").where(
        F.col("eligible_on") <= last
    )
    texts = charges.select("unit_id", "count_order", F.col("charge_text").alias("charge"))
    told = soon.join(texts, on="unit_id", how="left").withColumn(
        "step", F.substring("count_order", 1, 6)
    )
    cases = case_numbers(rows, decided=told.where("unit = 'conviction'"))
    deadline = F.date_sub("eligible_on", ahead.petition_days)
    return (
        told.join(cases, on=["subject_id", "step"], how="left")
        .withColumn("petition_deadline", deadline)
        .withColumn("too_late", F.when(deadline < F.lit(as_of), "yes").otherwise("no"))
        .select("county", *COLUMNS)
    )


def write_upcoming(units: DataFrame, *, folder: Path, names: Mapping[str, str]) -> dict[str, int]:
    """Write each county's file, with a header alone where nothing comes; returns the rows of each.

    Args:
        units: see `upcoming`.
        folder: the prosecutors'.
        names: folder by county, of the counties to write.
    """
    wanted = units.where(F.col("county").isin(*names))
    ordered = wanted.orderBy("county", "eligible_on", "unit_id", "pack")
    written = dict.fromkeys(names, 0)
    for county, found in groupby(ordered.toLocalIterator(), key=lambda row: str(row["county"])):
        lines = [tuple(row)[1:] for row in found]
        _write(folder / names[county], lines)
        written[county] = len(lines)
    for county, count in written.items():
        if not count:
            _write(folder / names[county], [])
    return written


def _write(folder: Path, lines: list[tuple[object, ...]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / FILE, header=COLUMNS, rows=lines)


def remove_others(folder: Path, *, names: Mapping[str, str]) -> None:
    """Remove the files of counties that an earlier run wrote and this whole one does not."""
    for path in folder.glob(f"*/{FILE}"):
        if path.parent.name not in names.values():
            path.unlink()
