"""What changed since the last prepare: the note on its commits, and the people to prepare again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clearance.store import Store, storage_faults

# `charges` last: its note says that all three are whole.
TABLES = ("history", "arrests", "charges")

# Beyond this share of the people, writing everybody anew is quicker than finding their rows.
MOST = 0.3


@dataclass(frozen=True)
class Note:
    """What a prepare rested on.

    Attributes:
        prepare_fingerprint: of the rules and the code that read the record.
        source_rows: version of `source_rows`.
    """

    prepare_fingerprint: str
    source_rows: int

    def as_json(self) -> str:
        """The note as one line, for the commit."""
        return json.dumps(asdict(self), sort_keys=True)


def notes(spark: SparkSession, store: Store) -> dict[str, tuple[int, Note | None]]:
    """By table, its version and the note on its last commit that changed rows."""
    found = {}
    for table in TABLES:
        version, text = store.last_commit(spark, table) or (-1, None)
        try:
            found[table] = version, Note(**json.loads(text)) if text else None
        except (ValueError, TypeError):
            found[table] = version, None
    return found


def changed_people(
    spark: SparkSession, store: Store, *, earlier: Note | None, now: Note
) -> DataFrame | None:
    """A row is a person whose source rows are others than at the last prepare: subject_id.

    None where everybody is to be prepared: nothing was prepared before, the rules or the code are
    others, or too many people changed for a change by person to be worth it. A person's rows are
    the same where they come from the same extracts and files: what an extract holds never changes.

    Args:
        spark: the session.
        store: where the tables are.
        earlier: what the tables rest on.
        now: what they shall rest on.
    """
    if earlier is None or earlier.prepare_fingerprint != now.prepare_fingerprint:
        return None
    with storage_faults("comparing source_rows with its earlier version"):
        before = _origins(store.read(spark, "source_rows", version=earlier.source_rows))
        after = _origins(store.read(spark, "source_rows", version=now.source_rows))
        tally = (
            after.withColumn("now", F.lit(1))
            .unionByName(before.withColumn("now", F.lit(-1)))
            .groupBy("subject_id", "extract", "source_file")
            .agg(F.sum("now").alias("now"))
            .groupBy("subject_id")
            .agg(F.max(F.col("now") != 0).alias("changed"))
        )
        numbers = tally.agg(F.count("*"), F.count_if("changed")).first()
    assert numbers is not None
    everybody, changed = numbers
    return None if changed > MOST * everybody else tally.where("changed").select("subject_id")


def _origins(rows: DataFrame) -> DataFrame:
    return rows.select("subject_id", "extract", "source_file").distinct()
