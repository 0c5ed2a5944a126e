r"""The digest of a sweep: what its rows say, whatever their order, repeatable without Spark.

A row's hash is SHA-256 over its content as UTF-8: columns in the order below, dates in ISO form,
null as `\N`, separated by 0x1F. Per county and pack the digest keeps the number of rows and the
sums of the hash's four 64-bit words modulo 2**64; the sweep's digest is SHA-256 over those lines.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Tally:
    """What a table of determinations comes to.

    Attributes:
        counts: rows by `pack/OUTCOME`, in that order.
        digest: of all rows.
    """

    counts: dict[str, int]
    digest: str


def tally_of(determinations: DataFrame) -> Tally:
    """Counts and digest of a whole table of determinations, in one pass."""
    counts: Counter[str] = Counter()
    sums: dict[tuple[str, str], list[int]] = {}
    for county, pack, outcome, rows, *words in _sums(determinations).toLocalIterator():
        counts[f"{pack}/{outcome}"] += rows
        so_far = sums.setdefault((county, pack), [0] * 5)
        sums[county, pack] = [
            one + int(more) for one, more in zip(so_far, [rows, *words], strict=True)
        ]
    lines = [
        "\x1f".join([county, pack, str(rows), *[str(word % WORD) for word in words]])
        for (county, pack), (rows, *words) in sums.items()
    ]
    digest = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
    return Tally(dict(sorted(counts.items())), digest)


def digest_of(determinations: DataFrame) -> str:
    """The digest of a whole table of determinations."""
    return tally_of(determinations).digest


def _sums(determinations: DataFrame) -> DataFrame:
    """One row a county, pack and outcome: rows, and the four word sums as decimals."""
    words = [
        F.conv(F.substring("hash", 1 + 16 * i, 16), 16, 10).cast("decimal(20,0)") for i in range(4)
    ]
    hashed = determinations.select("county", "pack", "outcome", row_hash().alias("hash"))
    sums = [F.sum(word).cast("decimal(38,0)").alias(f"word{i}") for i, word in enumerate(words)]
    return hashed.groupBy("county", "pack", "outcome").agg(F.count("*").alias("rows"), *sums)
