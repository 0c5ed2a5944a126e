"""Source rows in a few words: name the fields that matter, the rest is absent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyspark.sql import DataFrame, Row, SparkSession

from clearance.platform.paths import rules_folder
from clearance.prepare.arrests import arrests
from clearance.prepare.features import NOTHING_LOADED, charges, features
from clearance.prepare.record.events import history, typed_rows
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.side_feeds import SideFeeds
from clearance.prepare.statutes.match import load_statutes
from clearance.schemas import SOURCE_ROWS

RULES = rules_folder()

USUAL = {
    "subject_id": "1",
    "count_order": "101001001000",
    "source_file": "test.csv",
    "extract": "x1",
    "encoding": "utf-8",
    "stp_type_descr": "COURT ACTION",
    "stp_ori_cnty_name": "YOLO",
}


def source_rows(spark: SparkSession, *rows: dict[str, str | None]) -> DataFrame:
    """A row is one of the given rows, in `source_rows`, absent fields null."""
    columns = SOURCE_ROWS.columns
    unknown = {name for row in rows for name in row} - set(columns)
    assert not unknown, f"no such field: {sorted(unknown)}"
    full = [
        {**dict.fromkeys(columns), **USUAL, "position": at, **row} for at, row in enumerate(rows)
    ]
    return spark.createDataFrame(
        [tuple(row[name] for name in columns) for row in full], SOURCE_ROWS.ddl
    )


@dataclass(frozen=True)
class Prepared:
    """What prepare makes of some rows; each is worked out when a test asks for it first.

    Attributes:
        typed: the rows as history reads them.
        worked_out: the counts with their features.
    """

    typed: DataFrame
    worked_out: DataFrame

    @cached_property
    def history(self) -> list[Row]:
        """The events, in the order of their rows."""
        return history(self.typed).orderBy("position").collect()

    @cached_property
    def charges(self) -> dict[str, Row]:
        """The counts by unit."""
        return {row.unit_id: row for row in charges(self.worked_out).collect()}

    @cached_property
    def arrests(self) -> dict[str, Row]:
        """The arrest events by unit."""
        return {row.unit_id: row for row in arrests(self.worked_out).collect()}

    def count(self, subject: str, order: str = "101001001000") -> Row:
        """The count of a subject."""
        return self.charges[f"{subject}-{order}"]


def prepared(
    rows: DataFrame, *, rules: Path = RULES, feeds: SideFeeds = NOTHING_LOADED
) -> Prepared:
    """History, charges and arrests of source rows."""
    record = load_record_rules(rules)
    typed = typed_rows(rows, rules=record)
    statutes = load_statutes(rules)
    worked_out = features(typed, source=rows, rules=record, statutes=statutes, feeds=feeds)
    return Prepared(typed, worked_out)


def frames(rows: DataFrame) -> tuple[DataFrame, DataFrame, DataFrame]:
    """History, charges and arrests of source rows, not yet computed."""
    made = prepared(rows)
    return history(made.typed), charges(made.worked_out), arrests(made.worked_out)
