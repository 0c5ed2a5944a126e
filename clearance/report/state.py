"""The report's figures of the store: research files, quarantined rows, texts without a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.determine.recorded import Sweep
from clearance.ingest.ledger import ACCEPTED, latest_files
from clearance.platform.store.store import Store
from clearance.prepare.record.rules import load_record_rules
from clearance.prepare.worklist import unknown_texts
from clearance.publish.figures.small_cells import SMALLEST
from clearance.publish.made_up import is_made_up_path

WORKLIST_LINES = 25
REMEDIES = {
    "charge": "Add the spelling to rules/code_books.yaml, or ask the agency what it means.",
    "section": "Ask the agency for the code, or add the section to a list in rules/statutes/.",
    "disposition": "Add the text and what it does to rules/dispositions.yaml.",
    "step": "Add the text to a kind of step in rules/steps.yaml.",
}
NO_SECTION = (
    "It names no section. A reason why fingerprints were taken, such as a job or a licence that a "
    "person applied for, is no charge, and nothing is to be done; otherwise ask the agency."
)


@dataclass(frozen=True)
class WorklistLine:
    """A text without a rule, of enough people to be shown.

    Attributes:
        blocked: REVIEW decisions about the counts with this text, and about their arrests; None if
            they are of too few people.
    """

    kind: str
    text: str
    rows: int
    people: int
    blocked: int | None

    @property
    def remedy(self) -> str:
        """What an office can do about the text."""
        names_section = any(letter.isdigit() for letter in self.text)
        return NO_SECTION if self.kind == "charge" and not names_section else REMEDIES[self.kind]


def query_store(
    spark: SparkSession, store: Store, *, sweep: Sweep, determinations: DataFrame, rules: Path
) -> dict[str, DataFrame]:
    """The queries of the store's figures, each of a few rows; none for a missing table.

    Args:
        spark: the session.
        store: where the tables are.
        sweep: the sweep whose record is read.
        determinations: of the sweep.
        rules: the rulebook's folder.
    """
    parts = {}
    if store.exists(spark, "source_files"):
        files = latest_files(store.read(spark, "source_files"))
        parts["files"] = files.groupBy("status").agg(
            F.count("*").alias("files"),
            F.sum("rows_read").alias("read"),
            F.sum("rows_accepted").alias("accepted"),
            F.sum("rows_quarantined").alias("quarantined"),
            F.max("extract_date").alias("extract_date"),
            F.bool_or(is_made_up_path(F.col("path"))).alias("made_up"),
        )
    if store.exists(spark, "quarantine"):
        rows = store.read(spark, "quarantine")
        parts["quarantine"] = rows.groupBy("code").agg(F.count("*").alias("rows"))
    if store.exists(spark, "charges") and store.exists(spark, "source_rows"):
        unknown = unknown_texts(
            sweep.read(spark, store, "charges"),
            source=sweep.read(spark, store, "source_rows"),
            rules=load_record_rules(rules),
        )
        parts["worklist"] = _publishable(_with_blocked(unknown, determinations))
    return parts


def _with_blocked(unknown: DataFrame, determinations: DataFrame) -> DataFrame:
    """One row per unknown text: kind, text, rows, people, blocked, blocked_people.

    A text may be on several rows of a count, and on several counts of an arrest: each decision
    about them is counted once.
    """
    text = ("kind", "text", "subject_id")
    count = F.concat_ws("-", "subject_id", "count_order")
    step = F.concat_ws("-", "subject_id", F.substring("count_order", 1, 6))
    units = unknown.groupBy(*text, count.alias("count"), step.alias("step")).agg(
        F.count("*").alias("rows")
    )
    steps = units.groupBy(*text, "step").agg(
        F.sum("rows").alias("rows"), F.collect_list("count").alias("counts")
    )
    # The step's rows are counted once: the entries of its counts have zero rows.
    step_and_counts = F.concat(
        F.array(F.struct("step", "rows")), F.transform("counts", _without_rows)
    )
    by_unit = steps.select(*text, F.inline(step_and_counts).alias("unit_id", "rows"))
    reviews = (
        determinations.where("outcome = 'REVIEW'")
        .groupBy("unit_id")
        .agg(F.count("*").alias("reviews"))
    )
    with_reviews = by_unit.join(reviews, on="unit_id", how="left")
    is_blocked = F.col("reviews") > 0
    return with_reviews.groupBy("kind", "text").agg(
        F.sum("rows").alias("rows"),
        F.countDistinct("subject_id").alias("people"),
        F.coalesce(F.sum("reviews"), F.lit(0)).alias("blocked"),
        F.countDistinct(F.when(is_blocked, F.col("subject_id"))).alias("blocked_people"),
    )


def _without_rows(unit: Column) -> Column:
    return F.struct(unit.alias("step"), F.lit(0).cast("bigint").alias("rows"))


def _publishable(worklist: DataFrame) -> DataFrame:
    """One row: the first lines of the worklist, the number of texts, and of charges in comments.

    Rare texts could identify a person and are only counted. Lines are ordered by public numbers
    only: by blocked decisions, most first, then withheld numbers, then zero.
    """
    named, comment = F.col("text").isNotNull(), F.expr("kind = 'charge' AND text IS NULL")
    few = F.col("blocked_people").between(1, SMALLEST - 1)
    blocked = F.when(~few, F.col("blocked")).alias("blocked")
    # Ascending: a withheld number is after every shown one and before none.
    order = F.when(few, F.lit(-1)).otherwise(-2 * F.col("blocked")).alias("order")
    line = F.struct(order, (-F.col("rows")).alias("less"), "kind", "text", "people", blocked)
    frequent = F.collect_list(F.when(named & (F.col("people") >= SMALLEST), line))
    return worklist.agg(
        F.slice(F.sort_array(frequent), 1, WORKLIST_LINES).alias("lines"),
        F.count("text").alias("texts"),
        F.max(F.when(comment, F.col("rows"))).alias("in_comments"),
    )


def read_store_figures(rows: Mapping[str, list[Row]]) -> dict[str, Any]:
    """The page's variables about the store.

    Args:
        rows: of `query_store`, by part.
    """
    lines, texts, in_comments = [], 0, 0
    for row in rows.get("worklist", []):
        lines = [WorklistLine(x.kind, x.text, -x.less, x.people, x.blocked) for x in row.lines]
        texts, in_comments = row.texts, row.in_comments or 0
    files = rows.get("files", [])
    dates = [row.extract_date for row in files if row.status == ACCEPTED and row.extract_date]
    return {
        "extract_date": max(dates, default=None),
        "made_up": any(row.made_up for row in files if row.status == ACCEPTED),
        "files": sorted(files, key=lambda row: row.status),
        "quarantined": sorted(rows.get("quarantine", []), key=lambda row: (-row.rows, row.code)),
        "worklist": lines,
        "further_texts": texts - len(lines),
        "unread_comments": in_comments,
    }
