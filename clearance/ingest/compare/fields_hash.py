"""Hashes of the rows of `source_rows`, by which people whose record has changed are found."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.ingest.layout import NEEDED, column_of
from clearance.platform.spark.broadcasts import broadcast_if_small

COLUMN = "fields_hash"
# A sum of these has room for two thousand million rows of a person.
_HALF_BITS, _LOW_HALF = 32, 2**32 - 1


def hash_needed_fields() -> Column:
    """The 64-bit hash of a row's needed fields, without its file, position and extract.

    An absent field is hashed as an empty text: Spark's hash skips nulls, so that a text would have
    the same hash in either of two neighbouring fields.
    """
    fields = [f"coalesce({column_of(name)}, '')" for name in NEEDED if name != "SUBJECT_ID"]
    return F.expr(f"xxhash64({', '.join(fields)})")


def subject_sums(rows: DataFrame, *, sign: int, dated: DataFrame | None = None) -> DataFrame:
    """One row per row of `source_rows`: subject_id, and two numbers to be summed by subject.

    Two records have the same rows, repeated ones counted, where both sums are the same. A row of an
    earlier release has no hash; the hash of its extract and file takes its place, since an
    extract's content never changes.

    Args:
        rows: `source_rows`, also of a store without hashes.
        sign: 1, or -1 for the rows of the record that is compared with.
        dated: one row per subject (subject_id) whose record counts as changed with every extract.
    """
    hash_of_origin = F.xxhash64("extract", "source_file")
    row_hash = F.coalesce(COLUMN, hash_of_origin) if COLUMN in rows.columns else hash_of_origin
    hashed = rows.select("subject_id", row_hash.alias("hash"), "extract")
    if dated is not None:
        marked_as_dated = dated.withColumn("is_dated", F.lit(True))
        marked = hashed.join(
            broadcast_if_small(marked_as_dated, of=dated), on="subject_id", how="left"
        )
        by_extract = F.when(F.col("is_dated"), F.xxhash64("hash", "extract"))
        hashed = marked.withColumn("hash", F.coalesce(by_extract, F.col("hash")))
    return hashed.select("subject_id", *signed_halves("hash", sign=sign))


def signed_halves(name: str, *, sign: int) -> tuple[Column, Column]:
    """Two numbers, `high` and `low`, to be summed by subject: the halves of a hash, with a sign.

    Args:
        name: the column with the hash.
        sign: 1, or -1 for the rows that are compared with.
    """
    high, low = F.shiftright(name, _HALF_BITS), F.col(name).bitwiseAND(F.lit(_LOW_HALF))
    return (high * sign).alias("high"), (low * sign).alias("low")


def sums_differ() -> Column:
    """An aggregate over `high` and `low`: whether the rows of both signs are not the same."""
    return (F.sum("high") != 0) | (F.sum("low") != 0)
