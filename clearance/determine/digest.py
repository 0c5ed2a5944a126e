r"""The digest of a sweep: a hash of its rows' content in any order, repeatable without Spark.

A row's hash is SHA-256 over its content as UTF-8: columns in the order below, dates in ISO form,
null as `\N`, separated by 0x1F. Per county and pack the digest keeps the number of rows and the
sums of the hash's four 64-bit words modulo 2**64; the sweep's digest is SHA-256 over those lines.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.schemas import DETERMINATIONS

# Every column but the two that name the sweep which last wrote the row.
CONTENT = tuple(name for name in DETERMINATIONS.columns if name not in ("as_of", "sweep_id"))
WORD = 2**64


def row_hash() -> Column:
    """SHA-256 of a determination's content, in hexadecimal."""
    fields = [F.coalesce(F.col(name).cast("string"), F.lit("\\N")) for name in CONTENT]
    return F.sha2(F.concat_ws("\x1f", *fields), 256)


def content_hash(determination: Mapping[str, Any]) -> str:
    """The hash of `row_hash`, of a row in memory.

    Args:
        determination: a row, by column.
    """
    fields = [determination[name] for name in CONTENT]
    line = "\x1f".join("\\N" if field is None else str(field) for field in fields)
    return hashlib.sha256(line.encode()).hexdigest()


@dataclass(frozen=True)
class Tally:
    """Row counts and hash sums of a table of determinations.

    Attributes:
        counts: number of rows by `pack/OUTCOME`, sorted.
        sums: by county and pack, the number of rows and the four sums of their hashes' words.
    """

    counts: dict[str, int]
    sums: dict[tuple[str, str], tuple[int, ...]]

    @property
    def digest(self) -> str:
        """The digest of all rows."""
        lines = [
            "\x1f".join([county, pack, *map(str, numbers)])
            for (county, pack), numbers in self.sums.items()
        ]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()

    def plus(self, other: Tally) -> Tally:
        """The sum of two tallies; a tally of changes counts removed rows as negative."""
        counts = Counter(self.counts)
        counts.update(other.counts)
        sums = dict(self.sums)
        for key, numbers in other.sums.items():
            rows, *words = (
                total + added for total, added in zip(sums.get(key, (0,) * 5), numbers, strict=True)
            )
            sums[key] = (rows, *(word % WORD for word in words))
        return Tally(
            {name: number for name, number in sorted(counts.items()) if number},
            {key: numbers for key, numbers in sums.items() if numbers[0]},
        )

    def as_json(self) -> str:
        """The sums as JSON; words are decimal strings, since JSON's numbers are too short."""
        return json.dumps(
            [[*key, rows, *map(str, words)] for key, (rows, *words) in sorted(self.sums.items())]
        )

    @classmethod
    def from_json(cls, counts: dict[str, int], text: str) -> Tally:
        """The tally of a text that `as_json` wrote, with its counts."""
        return cls(
            counts,
            {
                (county, pack): tuple(map(int, numbers))
                for county, pack, *numbers in json.loads(text)
            },
        )


def tally_of(determinations: DataFrame) -> Tally:
    """The tally of a table of determinations, in one pass."""
    return _add_up(determinations, is_removed=F.lit(False))


def tally_of_changes(changes: DataFrame) -> Tally:
    """The difference that a change feed makes to a table's tally.

    Args:
        changes: rows of the change data feed of `determinations`.
    """
    return _add_up(changes, is_removed=F.col("_change_type").isin("delete", "update_preimage"))


def _add_up(rows: DataFrame, *, is_removed: Column) -> Tally:
    counts: Counter[str] = Counter()
    sums: dict[tuple[str, str], list[int]] = {}
    for county, pack, outcome, *numbers in _sums(rows, is_removed=is_removed).collect():
        counts[f"{pack}/{outcome}"] += numbers[0]
        totals = sums.setdefault((county, pack), [0] * 5)
        pairs = zip(totals, numbers, strict=True)
        sums[county, pack] = [total + int(added) for total, added in pairs]
    return Tally(
        dict(sorted(counts.items())),
        {key: (number, *(word % WORD for word in words)) for key, (number, *words) in sums.items()},
    )


def digest_of(determinations: DataFrame) -> str:
    """The digest of a whole table of determinations."""
    return tally_of(determinations).digest


def _sums(rows: DataFrame, *, is_removed: Column) -> DataFrame:
    """One row per county, pack and outcome: number of rows, and the four word sums as decimals.

    Args:
        rows: determinations.
        is_removed: whether a row is subtracted.
    """
    hashed = rows.select(
        "county",
        "pack",
        "outcome",
        F.when(is_removed, -1).otherwise(1).alias("sign"),
        row_hash().alias("hash"),
    )
    sums = []
    for i in range(4):
        word = F.conv(F.substring("hash", 1 + 16 * i, 16), 16, 10).cast("decimal(20,0)")
        signed = F.when(F.col("sign") < 0, -word).otherwise(word)
        sums.append(F.sum(signed).cast("decimal(38,0)").alias(f"word{i}"))
    return hashed.groupBy("county", "pack", "outcome").agg(F.sum("sign").alias("rows"), *sums)
