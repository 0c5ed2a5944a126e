"""Chunks of the source rows: the unit in which packets are written in input order.

Rows are sorted by county and input order. To sort the whole state, Spark would first read all of it
for range boundaries; here the cut positions come from the narrow key columns. A chunk is one task's
work, and the chunks by number are the input in order.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import literal_table

SOURCE = ("extract", "source_file", "position")
"""The columns that identify a source row; sorted by them, source rows are in input order."""

CHUNK_ROWS = 200_000
STEPS = 64
_LAST = 2**63 - 1


@dataclass(frozen=True)
class SourceFile:
    """A research file: its number of rows, and the positions that cut them into even parts."""

    extract: str
    name: str
    rows: int
    cuts: tuple[int, ...]


def cut_positions(position: Column) -> Column:
    """An aggregate named `cuts`: the positions that cut a file's rows into even parts."""
    fractions = F.array(*(F.lit(step / STEPS) for step in range(1, STEPS)))
    return F.percentile_approx(position, fractions).alias("cuts")


def list_chunks(
    files: list[SourceFile], *, chunk_rows: int = CHUNK_ROWS
) -> list[tuple[object, ...]]:
    """One row per file and chunk: extract, file, number of the file, chunk, `after`, `until`.

    The chunk has the file's positions greater than `after` and at most `until`. A large file has
    several chunks; small files share a chunk.

    Args:
        files: in input order.
        chunk_rows: the approximate number of rows of a chunk.
    """
    chunks: list[tuple[object, ...]] = []
    chunk, filled = 0, 0
    for number, file in enumerate(files):
        if filled and filled + file.rows > chunk_rows:
            chunk, filled = chunk + 1, 0
        pieces = max(1, min(STEPS, -(-file.rows // chunk_rows)))
        wanted = [piece * len(file.cuts) // pieces for piece in range(1, pieces)]
        cuts = sorted({file.cuts[index] for index in wanted if index < len(file.cuts)})
        ends = itertools.pairwise([0, *cuts, _LAST])
        chunks += [
            (file.extract, file.name, number, chunk + piece, after, until)
            for piece, (after, until) in enumerate(ends)
        ]
        chunk += len(cuts)
        filled = chunk_rows if cuts else filled + file.rows
    return chunks


def with_chunk(rows: DataFrame, *, chunks: list[tuple[object, ...]]) -> DataFrame:
    """One row per source row, with `file_number` and `chunk`.

    Args:
        rows: `source_rows`.
        chunks: see `list_chunks`.
    """
    types = {"extract": "string", "source_file": "string", "file_number": "int", "chunk": "int"}
    types |= {"after": "bigint", "until": "bigint"}
    table = F.broadcast(literal_table(rows.sparkSession, chunks, types)).alias("chunks")
    inside = (F.col("position") > F.col("after")) & (F.col("position") <= F.col("until"))
    same = [F.col(f"rows.{key}") == F.col(f"chunks.{key}") for key in ("extract", "source_file")]
    joined = rows.alias("rows").join(table, on=[*same, inside], how="inner")
    return joined.select("rows.*", "file_number", "chunk")
