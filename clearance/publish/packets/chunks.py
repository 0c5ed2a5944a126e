"""Where a source row stands in a packet: which file of the extract, which chunk of it.

Rows are sorted by county and input order. Sorting the state as a whole would first read it all to
find where to cut; here the cuts come from a look at the narrow key columns only. A chunk is one
task's work, and chunks in order of their numbers are the input in order.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import literal_table

SOURCE = ("extract", "source_file", "position")
"""The columns that say where a source row stands; in their order, the input is in order."""

CHUNK_ROWS = 200_000
STEPS = 64
_LAST = 2**63 - 1


@dataclass(frozen=True)
class SourceFile:
    """A research file's rows: how many, and positions that cut them into even parts."""

    extract: str
    name: str
    rows: int
    cuts: tuple[int, ...]


def cut_positions(position: Column) -> Column:
    """Positions that cut a file's rows into even parts, as an aggregate named `cuts`."""
    fractions = F.array(*(F.lit(step / STEPS) for step in range(1, STEPS)))
    return F.percentile_approx(position, fractions).alias("cuts")


def list_chunks(
    files: list[SourceFile], *, chunk_rows: int = CHUNK_ROWS
) -> list[tuple[object, ...]]:
    """Per file and chunk: extract, file, the file's place in the input, the chunk, its positions.

    Positions are those past `after` up to and with `until`. A large file is cut into several
    chunks; small ones share one.

    Args:
        files: in input order.
        chunk_rows: rows of a chunk, roughly.
    """
    result: list[tuple[object, ...]] = []
    chunk, filled = 0, 0
    for number, file in enumerate(files):
        if filled and filled + file.rows > chunk_rows:
            chunk, filled = chunk + 1, 0
        pieces = max(1, min(STEPS, -(-file.rows // chunk_rows)))
        wanted = [piece * len(file.cuts) // pieces for piece in range(1, pieces)]
        cuts = sorted({file.cuts[index] for index in wanted if index < len(file.cuts)})
        ends = itertools.pairwise([0, *cuts, _LAST])
        result += [
            (file.extract, file.name, number, chunk + piece, after, until)
            for piece, (after, until) in enumerate(ends)
        ]
        chunk += len(cuts)
        filled = chunk_rows if cuts else filled + file.rows
    return result


def with_chunk(rows: DataFrame, *, placed: list[tuple[object, ...]]) -> DataFrame:
    """A row is a source row with `file_number` and `chunk`.

    Args:
        rows: `source_rows`.
        placed: see `list_chunks`.
    """
    types = {"extract": "string", "source_file": "string", "file_number": "int", "chunk": "int"}
    types |= {"after": "bigint", "until": "bigint"}
    table = literal_table(rows.sparkSession, placed, types)
    own, place = rows.alias("own"), F.broadcast(table).alias("place")
    inside = (F.col("position") > F.col("after")) & (F.col("position") <= F.col("until"))
    same = [F.col(f"own.{name}") == F.col(f"place.{name}") for name in ("extract", "source_file")]
    return own.join(place, on=[*same, inside], how="inner").select("own.*", "file_number", "chunk")
