"""Lists for each county's offices: CSV files written in the workspace, then moved into place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clearance.platform.faults.remedies import storage_faults
from clearance.platform.spark.literal_table import looked_up
from clearance.publish.column_order import csv_fields
from clearance.publish.files import Workspace, check_complete, csv_line, move_lines


@dataclass(frozen=True)
class CountyList:
    """A kind of list.

    Attributes:
        name: the folder of its files in the workspace.
        columns: the header row, and the columns of the rows.
        order: the columns that the rows of a file are sorted by.
    """

    name: str
    columns: tuple[str, ...]
    order: tuple[str, ...]


def write_lists(
    rows: DataFrame,
    county_list: CountyList,
    *,
    workspace: Workspace,
    files: Mapping[str, Iterable[Path]],
    expected: int,
) -> dict[Path, Path]:
    """Writes lists into the workspace; returns the target path of each finished file.

    A file without rows contains the header only.

    Args:
        rows: `county`, `file` (the name of the county's file), and the list's columns; rows of
            other counties are left out.
        county_list: the kind of list.
        workspace: where to work.
        files: the target paths by county.
        expected: the number of rows of all files; 0 starts no query.

    Raises:
        StoreFault: some rows did not reach this machine.
    """
    folder = workspace.temporary / county_list.name
    # A county's name comes from the record, so folders are named after a number.
    numbers = {county: number for number, county in enumerate(sorted(files))}
    if expected:
        numbered = rows.withColumn("number", looked_up(F.col("county"), numbers, "int"))
        _write_parts(numbered.where("number IS NOT NULL"), county_list, workspace=workspace)
    folder.mkdir(exist_ok=True)
    targets_by_file: dict[Path, Path] = {}
    written = 0
    for county, targets in files.items():
        for target in targets:
            parts = folder / f"number={numbers[county]}" / f"file={target.name}"
            finished = folder / f"{numbers[county]}-{target.name}"
            written += _join_parts(parts, finished, header=county_list.columns)
            targets_by_file[finished] = target
    check_complete(written, expected=expected, out=workspace.out)
    return targets_by_file


def _write_parts(numbered: DataFrame, county_list: CountyList, *, workspace: Workspace) -> None:
    lines = (
        numbered.repartition("number", "file")
        .sortWithinPartitions("number", "file", *county_list.order)
        .select("number", "file", csv_fields(*map(F.col, county_list.columns)).alias("line"))
    )
    with storage_faults(f"writing lists under {workspace.out}"):
        (
            lines.write.partitionBy("number", "file")
            .option("maxRecordsPerFile", 0)
            .option("compression", "none")
            .option("lineSep", "\n")
            .mode("overwrite")
            .text((workspace.temporary / county_list.name).as_uri())
        )


def _join_parts(parts: Path, finished: Path, *, header: Sequence[str]) -> int:
    with finished.open("wb") as out:
        out.write(csv_line(header))
        return sum(move_lines(part, out) for part in sorted(parts.glob("part-*")))


def move_lists(finished: Mapping[Path, Path]) -> None:
    """Moves finished lists to their target paths, over earlier files."""
    for file, target in finished.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, target)
