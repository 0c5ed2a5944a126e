"""People of whom a row was lost: their records are known to be incomplete.

A row that an accepted extract brought and that could not be kept is a hole in the record of its
person, or of those whose rows stand before and after it. A later extract that brings the person
without such a row closes it. Source: `quarantine` and the ledger of files.
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
        dated: the day DOJ drew it, where known.
        arrived: when it was taken in.
        lost: whether a row of it could not be kept.
        complete: whether it was the whole state.
    """

    id: str
    dated: date | None
    arrived: datetime
    lost: bool
    complete: bool

    def follows(self, other: Extract) -> bool:
        """Whether it knows better than the other; without dates, arrival decides."""
        if is_later(self.dated, than=other.dated) or is_later(other.dated, than=self.dated):
            return is_later(self.dated, than=other.dated)
        return self.arrived > other.arrived


@dataclass(frozen=True)
class Lost:
    """Rows lost, and the extracts whose losses still count.

    Attributes:
        rows: `quarantine`.
        extracts: every accepted extract.
        counting: those that lost a row and that no complete extract has followed since.
    """

    rows: DataFrame
    extracts: tuple[Extract, ...]
    counting: tuple[Extract, ...]

    @property
    def names(self) -> list[str]:
        """The extracts whose losses count, by name."""
        return sorted(extract.id for extract in self.counting)


def lost_rows(spark: SparkSession, store: Store) -> Lost | None:
    """What was lost of the extracts that were taken in; None where nothing was.

    The ledger is read only where a row was ever set aside.

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
    found: dict[str, Extract] = {}
    for row in ledger:
        if row["status"] != ACCEPTED:
            continue
        before = found.get(row["extract"])
        found[row["extract"]] = Extract(
            id=row["extract"],
            dated=row["extract_date"],
            arrived=max(row["ingested_at"], before.arrived if before else row["ingested_at"]),
            lost=row["rows_quarantined"] > 0 or (before is not None and before.lost),
            complete=bool(row["complete"]),
        )
    return list(found.values())


def subjects_of_lost_rows(lost: DataFrame, *, extracts: Sequence[str]) -> DataFrame:
    """A row is a subject whom a lost row may be of, and the extract: subject_id, extract.

    Args:
        lost: `quarantine`; of an earlier release it does not tell whose its rows are.
        extracts: names.
    """
    if "neighbours" not in lost.columns:
        lost = lost.withColumns(
            {
                "subject_id": F.lit(None).cast("string"),
                "neighbours": F.lit(None).cast("array<string>"),
            }
        )
    empty = F.array().cast("array<string>")
    named = F.array_union(F.array("subject_id"), F.coalesce("neighbours", empty))
    each = lost.where(F.col("extract").isin(*extracts)).select(
        F.explode(named).alias("subject_id"), "extract"
    )
    return each.where("subject_id IS NOT NULL").distinct()


def open_holes(lost: Lost | None, *, source: DataFrame) -> DataFrame | None:
    """A row is a subject whose record has a hole: subject_id; None where nobody's has.

    Args:
        lost: see `lost_rows`.
        source: `source_rows`.
    """
    if lost is None:
        return None
    closed = [
        (extract.id, other.id)
        for extract in lost.counting
        for other in lost.extracts
        if other.id != extract.id and other.follows(extract)
    ]
    types = {"extract": "string", "held": "string"}
    told = subjects_of_lost_rows(lost.rows, extracts=lost.names)
    people = broadcast_if_small(told.select("subject_id").distinct(), of=lost.rows)
    theirs = source.join(people, "subject_id", "left_semi")
    # A subject's rows are all of one extract.
    held = theirs.select("subject_id", F.col("extract").alias("held")).distinct()
    beside = told.join(held, on="subject_id", how="left")
    since = literal_table(source.sparkSession, closed, types)
    still = beside.join(F.broadcast(since), on=["extract", "held"], how="left_anti")
    return still.select("subject_id").distinct()
