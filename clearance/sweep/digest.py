r"""The digest of a sweep: what its rows say, whatever their order, repeatable without Spark.

A row's hash is SHA-256 over its content as UTF-8: columns in the order below, dates in ISO form,
null as `\N`, separated by 0x1F. Per county and pack the digest keeps the number of rows and the
sums of the hash's four 64-bit words modulo 2**64; the sweep's digest is SHA-256 over those lines.
"""

from __future__ import annotations

import hashlib

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.schemas import DETERMINATIONS

# Every column but the two that say which sweep last wrote the row.
CONTENT = tuple(name for name in DETERMINATIONS.columns if name not in ("as_of", "sweep_id"))
WORD = 2**64


def row_hash() -> Column:
    """SHA-256 of a determination's content, in hexadecimal."""
    parts = [F.coalesce(F.col(name).cast("string"), F.lit("\\N")) for name in CONTENT]
    return F.sha2(F.concat_ws("\x1f", *parts), 256)


def digest_lines(determinations: DataFrame) -> DataFrame:
    """One row a county and pack: rows, and the four word sums as decimals."""
    words = [
        F.conv(F.substring("hash", 1 + 16 * i, 16), 16, 10).cast("decimal(20,0)") for i in range(4)
    ]
    hashed = determinations.select("county", "pack", row_hash().alias("hash"))
    sums = [F.sum(word).cast("decimal(38,0)").alias(f"word{i}") for i, word in enumerate(words)]
    totals = hashed.groupBy("county", "pack").agg(F.count("*").alias("rows"), *sums)
    wrap = F.lit(str(WORD)).cast("decimal(38,0)")
    wrapped = [(F.col(f"word{i}") % wrap).alias(f"word{i}") for i in range(4)]
    return totals.select("county", "pack", "rows", *wrapped)


def digest_of(determinations: DataFrame) -> str:
    """The digest of a whole table of determinations."""
    lines = [
        "\x1f".join(str(value) for value in row)
        for row in digest_lines(determinations).toLocalIterator()
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
