"""Holes: subjects with a lost row, whose records are therefore incomplete.

A lost row is a row of an accepted extract that went to quarantine. It is a hole in the record of
its subject; where its subject cannot be read, in the records of the subjects of the rows before and
after it. A later extract with the subject closes the hole, unless it loses a row of the subject
itself. Source: `quarantine` and the ledger of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from clearance.ingest.kept_rows import is_later
from clearance.ingest.ledger import ACCEPTED, read_ledger
from clearance.platform.spark.broadcasts import broadcast_if_small
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store


@dataclass(frozen=True)
class Extract:
    """An accepted extract.

    Attributes:
        id: its name.
        dated: the day on which DOJ made it, where known.
        arrived: when it was ingested.
        lost: whether a row of it went to quarantine.
        complete: whether it was an extract of the whole state.
    """

    id: str
    dated: date | None
    arrived: datetime
    lost: bool
    complete: bool

    def follows(self, other: Extract) -> bool:
        """Whether this extract is newer than the other, by date, else by arrival."""
        if is_later(self.dated, than=other.dated) or is_later(other.dated, than=self.dated):
            return is_later(self.dated, than=other.dated)
        return self.arrived > other.arrived


@dataclass(frozen=True)
class Lost:
    """The lost rows, and the extracts whose lost rows still count.

    Attributes:
        rows: `quarantine`.
        extracts: every accepted extract.
        counting: the extracts that lost a row and that no complete extract follows.
    """

    rows: DataFrame
    extracts: tuple[Extract, ...]
    counting: tuple[Extract, ...]

    @property
    def names(self) -> list[str]:
        """The names of the extracts whose lost rows still count."""
        return sorted(extract.id for extract in self.counting)


def lost_rows(spark: SparkSession, store: Store) -> Lost | None:
    """The lost rows of the accepted extracts; None where no lost row counts any more.

    The ledger is read only where `quarantine` exists.

    Args:
        spark: the session.
        store: where the tables are.
    """
    version = store.version(spark, "quarantine")
    if version < 0:
        return None
    extracts = _list_accepted(read_ledger(spark, store))
    counting = tuple(
        extract
        for extract in extracts
        if extract.lost and not any(other.complete and other.follows(extract) for other in extracts)
    )
    if not counting:
        return None
    return Lost(store.read(spark, "quarantine", version=version), tuple(extracts), counting)


def _list_accepted(ledger: Sequence[Row]) -> list[Extract]:
    """The accepted extracts; the ledger has a row for each of an extract's files."""
    extracts: dict[str, Extract] = {}
    for row in ledger:
        if row["status"] != ACCEPTED:
            continue
        before = extracts.get(row["extract"])
        extracts[row["extract"]] = Extract(
            id=row["extract"],
            dated=row["extract_date"],
            arrived=max(row["ingested_at"], before.arrived if before else row["ingested_at"]),
            lost=row["rows_quarantined"] > 0 or (before is not None and before.lost),
            complete=bool(row["complete"]),
        )
    return list(extracts.values())


def subjects_of_lost_rows(lost: DataFrame, *, extracts: Sequence[str]) -> DataFrame:
    """A row is a subject to whom a lost row may belong, and the extract: subject_id, extract.

    Args:
        lost: `quarantine`; that of an early release has no columns for the subjects of its rows.
        extracts: the names of the extracts to look at.
    """
    if "neighbours" not in lost.columns:
        lost = lost.withColumns(
            {
                "subject_id": F.lit(None).cast("string"),
                "neighbours": F.lit(None).cast("array<string>"),
            }
        )
    empty = F.array().cast("array<string>")
    subjects = F.array_union(F.array("subject_id"), F.coalesce("neighbours", empty))
    by_subject = lost.where(F.col("extract").isin(*extracts)).select(
        F.explode(subjects).alias("subject_id"), "extract"
    )
    return by_subject.where("subject_id IS NOT NULL").distinct()


def open_holes(lost: Lost | None, *, source: DataFrame) -> DataFrame | None:
    """A row is a subject whose record has a hole: subject_id; None where nothing was lost.

    Args:
        lost: `lost_rows`.
        source: `source_rows`.
    """
    if lost is None:
        return None
    closing_extracts = [
        (extract.id, other.id)
        for extract in lost.counting
        for other in lost.extracts
        if other.id != extract.id and other.follows(extract)
    ]
    types = {"extract": "string", "held": "string"}
    holes = subjects_of_lost_rows(lost.rows, extracts=lost.names)
    subjects = broadcast_if_small(holes.select("subject_id").distinct(), of=lost.rows)
    rows = source.join(subjects, "subject_id", "left_semi")
    # A subject's rows are all of one extract.
    current = rows.select("subject_id", F.col("extract").alias("held")).distinct()
    with_current = holes.join(current, on="subject_id", how="left")
    closing = literal_table(source.sparkSession, closing_extracts, types)
    still_open = with_current.join(F.broadcast(closing), on=["extract", "held"], how="left_anti")
    return still_open.select("subject_id").distinct()
