"""The hash of what a row of `source_rows` says, by which people with another record are found."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.ingest.layout import NEEDED, column_of
from clearance.platform.spark.broadcasts import sent_where_small

COLUMN = "fields_hash"
# A sum of these has room for two thousand million rows of a person.
_HALF_BITS, _LOW_HALF = 32, 2**32 - 1


def fields_hash() -> Column:
    """The 64-bit hash of a row's needed fields: not of its file, its place or its extract.

    An absent field is hashed as an empty one: Spark's hash passes over null, so that a text would
    weigh the same in whichever of two fields it stands.
    """
    said = [f"coalesce({column_of(name)}, '')" for name in NEEDED if name != "SUBJECT_ID"]
    return F.expr(f"xxhash64({', '.join(said)})")


def subject_sums(rows: DataFrame, *, sign: int, dated: DataFrame | None = None) -> DataFrame:
    """A row is a row of `source_rows`: subject_id, and two numbers that add up to its record.

    Two records are the same, repeated rows counted, where both sums are. A row that an earlier
    release took in has no hash. It goes by where it came from: what an extract holds never changes.

    Args:
        rows: `source_rows`, also of a store that has no hashes yet.
        sign: 1, or -1 for a record that the other is held against.
        dated: distinct subject_id of those whose record is another with each extract that gives it
            anew.
    """
    own = F.xxhash64("extract", "source_file")
    whole = F.coalesce(COLUMN, own) if COLUMN in rows.columns else own
    hashed = rows.select("subject_id", whole.alias("hash"), "extract")
    if dated is not None:
        marked_as_dated = dated.withColumn("is_dated", F.lit(True))
        marked = hashed.join(
            sent_where_small(marked_as_dated, of=dated), on="subject_id", how="left"
        )
        by_extract = F.when(F.col("is_dated"), F.xxhash64("hash", "extract"))
        hashed = marked.withColumn("hash", F.coalesce(by_extract, F.col("hash")))
    high, low = F.shiftright("hash", _HALF_BITS), F.col("hash").bitwiseAND(F.lit(_LOW_HALF))
    return hashed.select("subject_id", (high * sign).alias("high"), (low * sign).alias("low"))
