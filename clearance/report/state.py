"""What the report says of the store: its files, its bad rows, what the rules could not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.charges.record_rules import load_record_rules
from clearance.charges.worklist import worklist
from clearance.ingest.ledger import latest_files
from clearance.publish.withheld import SMALLEST
from clearance.store import Store
from clearance.sweep.recorded import Sweep

WORKLIST_LINES = 25


@dataclass(frozen=True)
class WorklistLine:
    """A text that the rules do not know, frequent enough to be shown."""

    kind: str
    text: str
    rows: int
    people: int


def store_parts(
    spark: SparkSession, store: Store, *, sweep: Sweep, rules: Path
) -> dict[str, DataFrame]:
    """What is to be read of the store, each a few rows; nothing of a table that is not there.

    Args:
        spark: the session.
        store: where the tables are.
        sweep: whose record is looked at.
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
        )
    if store.exists(spark, "quarantine"):
        rows = store.read(spark, "quarantine")
        parts["quarantine"] = rows.groupBy("code").agg(F.count("*").alias("rows"))
    if store.exists(spark, "charges") and store.exists(spark, "source_rows"):
        found = worklist(
            sweep.read(spark, store, "charges"),
            source=sweep.read(spark, store, "source_rows"),
            rules=load_record_rules(rules),
        )
        parts["worklist"] = _publishable(found)
    return parts


def _publishable(found: DataFrame) -> DataFrame:
    """One row: the first lines of the worklist, how many texts it has, charges in comments.

    Rare texts could point at a person and are only counted.
    """
    named, comment = F.col("text").isNotNull(), F.expr("kind = 'charge' AND text IS NULL")
    line = F.struct((-F.col("rows")).alias("less"), "kind", "text", "people")
    frequent = F.collect_list(F.when(named & (F.col("people") >= SMALLEST), line))
    return found.agg(
        F.slice(F.sort_array(frequent), 1, WORKLIST_LINES).alias("lines"),
        F.count("text").alias("texts"),
        F.max(F.when(comment, F.col("rows"))).alias("in_comments"),
    )


def store_figures(found: Mapping[str, list[Row]]) -> dict[str, Any]:
    """What the page says of the store.

    Args:
        found: the rows of `store_parts`.
    """
    lines, texts, in_comments = [], 0, 0
    for row in found.get("worklist", []):
        lines = [WorklistLine(x.kind, x.text, -x.less, x.people) for x in row.lines]
        texts, in_comments = row.texts, row.in_comments or 0
    return {
        "files": sorted(found.get("files", []), key=lambda row: row.status),
        "quarantined": sorted(found.get("quarantine", []), key=lambda row: (-row.rows, row.code)),
        "worklist": lines,
        "further_texts": texts - len(lines),
        "unread_comments": in_comments,
    }
